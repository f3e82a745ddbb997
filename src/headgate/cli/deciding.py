"""What `headgate approve|unapprove|decline|undecline` share: naming updates, telling the result."""

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headgate.cli import output
from headgate.cli.invocation import home

if TYPE_CHECKING:
    from headgate.services.deciding.approving import Approving, Decided
    from headgate.services.deciding.rules import Proposal, Verb

NamesArgument = Annotated[
    list[str], typer.Argument(metavar="ID|KB…", help="Updates, by id or KB number.")
]
AllOption = Annotated[
    bool, typer.Option("--all", help="Every update of a KB article, where it has several.")
]


def updates_named(
    approving: "Approving", names: Sequence[str], verb: "Verb | None", *, every: bool
) -> list[str]:
    """Return the ids of what was named; says which updates an article has when it must be asked.

    Raises NoSuchUpdateError, SeveralUpdatesError, RevisionNamedError.
    """
    from headgate.services.deciding.naming_updates import SeveralUpdatesError

    try:
        return approving.find(names, verb, every=every)
    except SeveralUpdatesError as exc:
        for one in exc.found:
            output.say(f"{one.update_id}  {one.title}")
        raise


def change(
    ctx: typer.Context,
    names: Sequence[str],
    verb: "Verb",
    do: "Callable[[Approving, list[str]], Decided]",
    *,
    every: bool,
    as_json: bool,
) -> None:
    """Do what needs no files and no licence, and tell it."""
    approving = home(ctx).approving
    done = do(approving, updates_named(approving, names, verb, every=every))
    if as_json:
        output.print_json(as_object(verb, done))
    else:
        tell(verb, done)


def as_object(verb: "Verb", done: "Decided") -> dict[str, Any]:
    """Return what was done, for programs."""
    return {
        "decision": str(verb),
        "updates": [
            {
                "id": one.update_id,
                "title": one.title,
                "kb": one.kb,
                "changed": one.update_id in done.changed,
                "notes": [*one.effects, *one.warnings],
            }
            for one in done.proposals
        ],
        "files": done.fetch.count,
        "bytes": done.fetch.size,
        "job": done.job.job_id if done.job else None,
    }


def tell(verb: "Verb", done: "Decided") -> None:
    """Print one line for each update, and say what is worth knowing beside it."""
    for one in done.proposals:
        changed = one.update_id in done.changed
        said = verb.done.capitalize() if changed else f"Nothing to do, {_already(verb)}"
        output.tell(f"{said}: {one.title} ({one.update_id})")
        for note in (*one.effects, *one.warnings) if changed else ():
            output.say(f"  {note}")


def _already(verb: "Verb") -> str:
    from headgate.services.deciding.rules import Verb

    if verb is Verb.UNDECLINE:
        return "not declined"
    return "not approved" if verb is Verb.UNAPPROVE else f"already {verb.done}"


def accepts(approving: "Approving", proposals: "Sequence[Proposal]") -> bool:
    """Show the licences to be accepted, and ask where somebody can answer."""
    for licence in {each.eula_id: each for one in proposals for each in one.licences}.values():
        text = approving.licence_text(licence, ["en"])
        output.say(f"Licence of {licence.title}:\n")
        output.say(text.said if text else "(The document names no file with its text.)")
    if not sys.stdin.isatty():
        return False
    return typer.confirm("Accept?", err=True)
