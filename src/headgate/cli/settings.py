"""`headgate settings show|get|set`."""

import getpass
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli import output
from headgate.cli.invocation import JsonOption, actor, home
from headgate.errors import UsageError

if TYPE_CHECKING:
    from headgate.catalogue.files import FileTotal

app = typer.Typer(
    add_completion=False, help="The settings all processes share.", no_args_is_help=True
)


@app.command()
def show(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(help="A section (proxy) or one key.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Show settings, where each comes from, and what it means. Secrets are never shown."""
    from headgate.settings.values import written

    found = home(ctx).configuring.show(what)
    if as_json:
        output.print_json(found)
        return
    output.print_table(
        ("SETTING", "VALUE", "FROM", "MEANING"),
        [
            (
                setting.key,
                written(setting.value) or "-",
                "environment (locked)" if setting.locked else setting.origin,
                setting.meaning,
            )
            for setting in found
        ],
    )


@app.command()
def get(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(help="The key, such as source.kind.")],
    as_json: JsonOption = False,
) -> None:
    """Print the value of one setting alone."""
    from headgate.settings.keys import shared_key
    from headgate.settings.values import written

    shared_key(key)
    (found,) = home(ctx).configuring.show(key)
    if as_json:
        output.print_json(found.value)
    else:
        print(written(found.value))


@app.command(name="set")
def set_(
    ctx: typer.Context,
    changes: Annotated[
        list[str],
        typer.Argument(
            metavar="KEY=VALUE…",
            help="KEY= goes back to the default; proxy.password alone asks for it.",
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Change settings: all of them, or none when one is wrong."""
    pairs = dict(_pair(change) for change in changes)
    configuring = home(ctx).configuring
    foreseen = configuring.foresee(pairs, by=actor())
    if foreseen.due is not None and foreseen.due.count:
        output.say(_what_is_due(foreseen.due))
        if sys.stdin.isatty():
            typer.confirm("Save?", default=True, abort=True, err=True)
    outcome = configuring.change(pairs, by=actor())
    if as_json:
        output.print_json(outcome)
        return
    for sentence in outcome.sentences:
        output.say(sentence)
    print(f"Changed: {', '.join(outcome.changed)}." if outcome.changed else "Nothing changed.")


def _what_is_due(due: "FileTotal") -> str:
    return (
        f"With this the next synchronization fetches {due.count:,} files ({output.size(due.size)})."
    )


def _pair(change: str) -> tuple[str, str]:
    from headgate.settings.keys import shared_key

    name, equals, text = change.partition("=")
    key = shared_key(name)
    if equals:
        return name, text
    if not key.secret:
        raise UsageError(f"{name} needs a value.", next_step=f"Write {name}=VALUE.")
    if sys.stdin.isatty():
        return name, getpass.getpass(f"{name}: ")
    return name, sys.stdin.readline().rstrip("\r\n")
