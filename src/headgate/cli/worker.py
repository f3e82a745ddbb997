"""`headgate worker`: the process that runs jobs beside `headgate serve`, which starts it."""

import os
import signal
import threading
from types import FrameType

import typer

from headgate.cli.invocation import Invocation

app = typer.Typer(add_completion=False)

STDIN = 0


@app.command()
def worker(
    ctx: typer.Context,
    with_parent: bool = typer.Option(False, "--with-parent", help="Stop when stdin closes."),
) -> None:
    """Run jobs and the schedule until SIGTERM."""
    from headgate.jobs.context import Signals

    signals = Signals()

    def terminated(_number: int, _frame: FrameType | None) -> None:
        signals.stop.set()

    signal.signal(signal.SIGTERM, terminated)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server; it tells us
    if with_parent:
        threading.Thread(target=_stop_with_parent, args=(signals.stop,), daemon=True).start()
    invocation: Invocation = ctx.obj
    here = invocation.home(serving=True)
    here.worker(signals).run_until_stopped(lambda: _start_what_is_due(invocation))
    here.engine.dispose()


def _stop_with_parent(stop: threading.Event) -> None:
    while os.read(STDIN, 1024):  # unbuffered: a daemon thread must hold no lock at exit
        pass
    stop.set()


def _start_what_is_due(invocation: Invocation) -> None:
    from headgate.errors import SettingsError
    from headgate.logs import get_logger

    try:
        invocation.home().sync_control.start_if_due()
    except SettingsError as exc:
        get_logger(__name__).error("the schedule cannot be read", reason=exc.sentence())
