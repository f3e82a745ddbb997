"""`headgate decline ID|KB…`: no computer is offered it."""

import typer

from headgate.cli import deciding
from headgate.cli.deciding import AllOption, NamesArgument
from headgate.cli.invocation import JsonOption, actor

app = typer.Typer(add_completion=False)


@app.command()
def decline(
    ctx: typer.Context, names: NamesArgument, every: AllOption = False, as_json: JsonOption = False
) -> None:
    """Decline updates: no computer is offered them, and their approvals are withdrawn."""
    from headgate.services.deciding.rules import Verb

    deciding.change(
        ctx,
        names,
        Verb.DECLINE,
        lambda approving, updates: approving.decline(updates, by=actor()),
        every=every,
        as_json=as_json,
    )
