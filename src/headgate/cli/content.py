"""`headgate content status|verify|purge|adopt`: the files of updates."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli import output
from headgate.cli.failures import DONE_WITH_FAILURES
from headgate.cli.invocation import JsonOption, actor, home

if TYPE_CHECKING:
    from headgate.bootstrap import Home
    from headgate.catalogue.files import FileChoice, FileTotal

app = typer.Typer(add_completion=False, help="The files of updates.", no_args_is_help=True)


@app.command()
def status(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Say what is here, what the next synchronization fetches, and how much room there is."""
    here = home(ctx)
    found = here.update_files.status(_choice(here))
    shared = here.configuring.shared().content
    if as_json:
        output.print_json(
            {
                "store": shared.store,
                "deferred": shared.deferred,
                "express": shared.express,
                "directory": str(here.directory.content),
                "files": dict(found.totals),
                "due": found.due,
                "due_if_not_deferred": found.due_undeferred,
                "free": found.space.free,
                "reserve": found.space.reserve,
            }
        )
        return
    for presence, total in found.totals.items():
        print(f"{presence.capitalize():<10}{_total(total)}")
    print(f"{'Due':<10}{_total(found.due)}: what is fetched next")
    print(
        f"{'Room':<10}{output.size(found.space.free)} free in {here.directory.content}, "
        f"{output.size(found.space.reserve)} stay free"
    )
    if not shared.is_kept_here:
        print("Computers fetch update files from Microsoft Update; only licences are kept here.")
    elif shared.deferred:
        print(
            "Downloads are deferred: only licences are fetched until an update is approved. "
            f"Without that, {_total(found.due_undeferred)} would be due."
        )


@app.command()
def verify(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Read every stored file and compare it with the metadata."""
    found = home(ctx).update_files.verify(actor=actor(), watch=_watch)
    if as_json:
        output.print_json(found)
    else:
        print(f"Whole files: {found.whole:,}, of which {found.found:,} were not recorded.")
        for sentence in found.damaged:
            output.say(f"Damaged: {sentence}")
        for name in found.missing:
            output.say(f"Missing: {name}")
        for sentence in found.unreadable:
            output.say(f"Not read: {sentence}")
        if found.fetching is not None:
            output.say("What approved updates need of them is being fetched again.")
        elif found.damaged or found.missing:
            output.say("They are fetched again by the next synchronization if they are due.")
        if found.unreadable:
            output.say(
                f"Not verified, and recorded as before: {_files(found.unread)}. Check owner and "
                "rights in the content directory (`headgate doctor`), then verify again."
            )
    if found.damaged or found.missing or found.unreadable:
        raise typer.Exit(DONE_WITH_FAILURES)


@app.command()
def purge(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Remove files no current update needs in the chosen languages, and unfinished downloads."""
    here = home(ctx)
    done = here.update_files.purge(_choice(here), actor=actor())
    if as_json:
        output.print_json(done)
    else:
        unfinished = output.size(done.unfinished)
        print(f"Removed {_total(done.removed)}, and {unfinished} of unfinished ones.")
        if done.strangers.count:
            print(f"Left alone, because no update here names them: {_total(done.strangers)}.")
        for sentence in done.kept:
            output.say(f"Not removed: {sentence}")
        if done.kept:
            output.say(
                "Check the disk, and owner and rights in the content directory "
                "(`headgate doctor`), then purge again."
            )
    if done.kept:
        raise typer.Exit(DONE_WITH_FAILURES)


@app.command()
def adopt(
    ctx: typer.Context,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A WsusContent directory.")],
    as_json: JsonOption = False,
) -> None:
    """Take update files from a WsusContent tree by digest; the tree stays as it is."""
    done = home(ctx).update_files.adopt(directory, actor=actor(), watch=_watch)
    failed = bool(done.damaged or done.without_room.count)
    if as_json:
        output.print_json(done)
    else:
        print(f"Adopted {_total(done.taken)}; {done.linked:,} as links that take no room.")
        print(
            f"{done.here_already:,} were here already; {done.unknown:,} belong to no update here."
        )
        for sentence in done.damaged:
            output.say(f"Not taken: {sentence}")
        if done.without_room.count:
            output.say(f"No room for {_total(done.without_room)}. Free space, then adopt again.")
    if failed:
        raise typer.Exit(DONE_WITH_FAILURES)


def _choice(here: "Home") -> "FileChoice":
    from headgate.services.files.chosen import file_choice

    shared = here.configuring.shared()
    languages = here.catalogue_browser.languages(shared.languages)
    return file_choice(shared, [line.id for line in languages])


def _total(total: "FileTotal") -> str:
    return f"{_files(total.count)} ({output.size(total.size)})"


def _files(count: int) -> str:
    return f"{count:,} {'file' if count == 1 else 'files'}"


def _watch(files: int, size: int) -> None:
    """Show progress on a terminal, now and then."""
    if sys.stderr.isatty() and files % 50 == 0:
        print(f"\r{files:,} files, {output.size(size)} ", end="", file=sys.stderr, flush=True)
