"""`headgate products list|select|deselect`."""

from typing import TYPE_CHECKING, Annotated

import typer

from headgate.cli import lists, output
from headgate.cli.invocation import JsonOption, actor, home
from headgate.errors import UsageError

if TYPE_CHECKING:
    from headgate.services.catalogue.subscribing import Changed

app = typer.Typer(add_completion=False, help="What the catalogue is about.", no_args_is_help=True)


NONE_YET = "No products yet. Run `headgate sync now --categories`, which fetches them alone."


@app.command(name="list")
def list_(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List companies, families and products, and which are selected."""
    here = home(ctx)
    found = here.catalogue_browser.products(here.subscribing.mode())
    if as_json:
        output.print_json(found)
        return
    titles = {line.id: line.title for line in found}
    lists.print_list(
        ("ID", "KIND", "SELECTED", "PARENT", "TITLE"),
        [
            (
                line.id,
                line.kind,
                line.selected,
                lists.shortened(titles.get(line.parent or "", "-"), 20),
                line.title,
            )
            for line in found
        ],
        flexible=4,
        empty=NONE_YET,
    )


@app.command()
def select(
    ctx: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(metavar="ID|TITLE…|all", help="A family takes its own.")
    ] = None,
    preset: Annotated[
        str | None, typer.Option("--preset", help="A ready choice: supported-windows.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Select products, families or companies; they count from the next synchronization."""
    subscribing = home(ctx).subscribing
    wanted = names or []
    if bool(wanted) == (preset is not None):
        raise UsageError("Name products, or a preset.", next_step=_HOW_TO_SELECT)
    if preset is not None:
        changed = subscribing.select_preset(preset, actor=actor())
    elif [name.casefold() for name in wanted] == ["all"]:
        changed = subscribing.select_all_products(actor=actor())
    else:
        changed = subscribing.select_products(wanted, actor=actor())
    tell(changed, as_json)


@app.command()
def deselect(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="ID|TITLE…")],
    as_json: JsonOption = False,
) -> None:
    """Deselect products, families or companies. What is here already stays."""
    tell(home(ctx).subscribing.deselect_products(names, actor=actor()), as_json)


def tell(changed: "Changed", as_json: bool) -> None:
    """Print what a change of the choice did."""
    if as_json:
        choice = changed.subscription
        output.print_json(
            {
                "mode": choice.mode,
                "products": sorted(choice.products),
                "classifications": sorted(choice.classifications),
                "sentences": changed.sentences,
            }
        )
        return
    for sentence in changed.sentences:
        print(sentence)


_HOW_TO_SELECT = (
    'Try `headgate products select "Windows 11"`, `headgate products select all` or '
    "`headgate products select --preset supported-windows`."
)
