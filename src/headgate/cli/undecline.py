"""`headgate undecline ID|KB…`: computers are offered it again."""

import typer

from headgate.cli import deciding
from headgate.cli.deciding import AllOption, NamesArgument
from headgate.cli.invocation import JsonOption, actor

app = typer.Typer(add_completion=False)


@app.command()
def undecline(
    ctx: typer.Context, names: NamesArgument, every: AllOption = False, as_json: JsonOption = False
) -> None:
    """Take back that updates are declined; they are not approved then."""
    from headgate.services.deciding.rules import Verb

    deciding.change(
        ctx,
        names,
        Verb.UNDECLINE,
        lambda approving, updates: approving.undecline(updates, by=actor()),
        every=every,
        as_json=as_json,
    )
