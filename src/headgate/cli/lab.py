"""`headgate lab upstream`: a pretend Microsoft Update, to try things with."""

from pathlib import Path
from typing import Annotated

import typer

from headgate.cli import output

app = typer.Typer(
    add_completion=False,
    help="A laboratory: pretend peers to try things with.",
    no_args_is_help=True,
)


@app.callback()
def lab() -> None:
    """A laboratory: pretend peers to try things with."""


@app.command()
def upstream(
    port: Annotated[int, typer.Option(help="The port on 127.0.0.1; 0 for any free one.")] = 8540,
    package: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE.cab", help="Serve the documents of an export; may be repeated."),
    ] = None,
    world: Annotated[
        str | None, typer.Option(metavar="NAME|FILE.toml", help="Which catalogue to publish.")
    ] = None,
    weather: Annotated[
        str, typer.Option(help="calm, busy, slow, cut, damaged or expiring.")
    ] = "calm",
) -> None:
    """Pretend to be Microsoft Update, with updates that are made up, until Ctrl-C."""
    from headgate.simulator.microsoft_update.serving import run_upstream

    run_upstream(
        port=port,
        packages=package or [],
        world=world,
        weather=weather,
        on_ready=lambda address: output.say(f"The pretend Microsoft Update answers at {address}"),
    )
