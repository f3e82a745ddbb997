"""`headgate import FILE.cab`: read a package written by `wsusutil export`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from headgate.cli import output, waiting
from headgate.cli.failures import DONE_WITH_FAILURES
from headgate.cli.invocation import JsonOption, actor, home

app = typer.Typer(add_completion=False)


@app.command()
def import_package(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.cab")],
    as_json: JsonOption = False,
) -> None:
    """Read a package written by `wsusutil export` into the catalogue; twice changes nothing."""
    here = home(ctx)
    job = here.sync_control.import_package(file.absolute(), by=actor())
    result = waiting.see_through(here, job.job_id).result
    if as_json:
        output.print_json(result)
    else:
        _print(file, result)
    if result["damaged"]:
        raise typer.Exit(DONE_WITH_FAILURES)


def _print(file: Path, result: Mapping[str, Any]) -> None:
    output.tell(
        f"Imported {file.name}: {result['documents']:,} documents, {result['stored']:,} new, "
        f"{result['known']:,} known already."
    )
    for identity in result["differing"]:
        output.say(f"  {identity}: differs from the document that is here; the first one stays.")
    for update in result["expired"]:
        output.say(f"  {update}: not approved any more, because its publisher has withdrawn it.")
    for damaged in result["damaged"]:
        output.say(f"  {damaged['document']}: {damaged['reason']}")
