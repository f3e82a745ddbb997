"""`headgate demo`: the story is in ``simulator.demo``."""

from typing import Annotated

import typer

from headgate.cli.invocation import Invocation

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    ctx: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="End when the story is told.")] = False,
) -> None:
    """Watch a synchronization with a pretend Microsoft Update.

    Everything happens on this machine and in a throw-away data directory, unless --data names one.
    """
    from headgate.simulator.demo import run_demo

    invocation: Invocation = ctx.obj
    run_demo(once=once, data=invocation.data)
