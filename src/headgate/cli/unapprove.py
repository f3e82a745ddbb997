"""`headgate unapprove ID|KB…`: approvals are withdrawn."""

import typer

from headgate.cli import deciding
from headgate.cli.deciding import AllOption, NamesArgument
from headgate.cli.invocation import JsonOption, actor

app = typer.Typer(add_completion=False)


@app.command()
def unapprove(
    ctx: typer.Context, names: NamesArgument, every: AllOption = False, as_json: JsonOption = False
) -> None:
    """Withdraw approvals: computers only evaluate the updates then."""
    from headgate.services.deciding.rules import Verb

    deciding.change(
        ctx,
        names,
        Verb.UNAPPROVE,
        lambda approving, updates: approving.unapprove(updates, by=actor()),
        every=every,
        as_json=as_json,
    )
