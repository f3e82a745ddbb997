"""`headgate classifications list|select|deselect`."""

from typing import Annotated

import typer

from headgate.cli import lists, output
from headgate.cli.invocation import JsonOption, actor, home
from headgate.cli.products import tell

app = typer.Typer(
    add_completion=False, help="Which kinds of updates are synchronized.", no_args_is_help=True
)

NONE_YET = "No classifications yet. Run `headgate sync now --categories`, which fetches them alone."


@app.command(name="list")
def list_(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the classifications, and which are selected."""
    found = home(ctx).catalogue_browser.classifications()
    if as_json:
        output.print_json(found)
        return
    lists.print_list(
        ("ID", "SELECTED", "TITLE"),
        [(line.id, line.selected, line.title) for line in found],
        flexible=2,
        empty=NONE_YET,
    )


@app.command()
def select(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="ID|TITLE…|all")],
    as_json: JsonOption = False,
) -> None:
    """Select classifications; says what drivers, upgrades and definition updates bring."""
    tell(home(ctx).subscribing.select_classifications(names, actor=actor()), as_json)


@app.command()
def deselect(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="ID|TITLE…")],
    as_json: JsonOption = False,
) -> None:
    """Deselect classifications. What is here already stays."""
    tell(home(ctx).subscribing.deselect_classifications(names, actor=actor()), as_json)
