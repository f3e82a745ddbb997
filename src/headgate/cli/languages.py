"""`headgate languages list|select|deselect`: which languages' files are kept."""

from typing import Annotated

import typer

from headgate.cli import lists, output
from headgate.cli.invocation import JsonOption, actor, home
from headgate.services.catalogue import language_choice

app = typer.Typer(
    add_completion=False, help="Which languages' files are kept.", no_args_is_help=True
)

NONE_YET = "No languages yet. Run `headgate sync now --categories`: the source names them."


@app.command(name="list")
def list_(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """List the languages of the source, and whether their files are wanted."""
    here = home(ctx)
    choice = here.configuring.shared().languages
    found = here.catalogue_browser.languages(choice)
    if as_json:
        output.print_json(found)
        return
    lists.print_list(
        ("ID", "SELECTED", "TITLE"),
        [(line.id, line.selected, line.title) for line in found],
        flexible=2,
        empty=NONE_YET,
    )
    output.say(language_choice.described(choice))
    for line in found:
        if line.reason:
            output.say(line.reason)


@app.command()
def select(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="LANGUAGE…|all|locale")],
    as_json: JsonOption = False,
) -> None:
    """Select languages (en, de, pt-br), all of them, or this server's own."""
    _change(ctx, names, as_json, chosen=True)


@app.command()
def deselect(
    ctx: typer.Context,
    names: Annotated[list[str], typer.Argument(metavar="LANGUAGE…")],
    as_json: JsonOption = False,
) -> None:
    """Deselect languages; their files are no longer fetched, those here stay."""
    _change(ctx, names, as_json, chosen=False)


def _change(ctx: typer.Context, names: list[str], as_json: bool, *, chosen: bool) -> None:
    here = home(ctx)
    present = here.configuring.shared().languages
    known = [line.id for line in here.catalogue_browser.languages(present)]
    changes = (
        language_choice.selecting(names, present, known)
        if chosen
        else language_choice.deselecting(names, present, known)
    )
    outcome = here.configuring.change(changes, by=actor())
    choice = here.configuring.shared().languages
    if as_json:
        output.print_json({"mode": choice.mode, "selected": choice.selected})
        return
    for sentence in outcome.sentences:
        output.say(sentence)
    print(language_choice.described(choice))
