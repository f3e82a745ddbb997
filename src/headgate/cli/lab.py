"""`headgate lab upstream|clients`: a pretend Microsoft Update and pretend Windows computers."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from headgate.cli import output
from headgate.cli.failures import DONE_WITH_FAILURES
from headgate.cli.invocation import JsonOption
from headgate.errors import UsageError
from headgate.sentences import Sentence

if TYPE_CHECKING:
    from headgate.simulator.fleet import Fleet, FleetSummary
    from headgate.simulator.windows_client.client import Outcome

#: Between two rounds of ``--loop``, in seconds.
_PAUSE = 30.0

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


#: Brackets that would be markup of the help are escaped.
_MACHINES = r"""A file for --machines is TOML; what is left out has its default. Further tables:
hardware, products, packages, releases, licences, metrics, attributes, devices;
docs/lab-machines.md shows them all.

[\[machine]]
name = "pc-1.lab.example"
client_id = "6f1d1c1e-0000-4000-8000-000000000001"

\[machine.windows]
build = 26100
ubr = 4061
release = "24H2"
description = "Windows 10 Pro"

\[machine.registry.'HKEY_LOCAL_MACHINE\SOFTWARE\Contoso']
Installed = 1

\[machine.files.'C:\Windows\System32\mrt.exe']
version = "5.131.0.0"
"""


class ServerAddressError(UsageError):
    """The address cannot be a server's."""

    next_step = Sentence("Give it as http://NAME:8530, for example.")


@app.command(epilog=_MACHINES)
def clients(
    count: Annotated[int, typer.Option(min=1, help="How many computers.")] = 10,
    server: Annotated[
        str, typer.Option(metavar="URL", help="The server they are pointed at.")
    ] = "http://127.0.0.1:8530",
    machines: Annotated[
        Path | None,
        typer.Option(metavar="FILE.toml", help="Describes the computers, instead of --count."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed, other computers.")] = 1,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where they remember what they were sent and installed; what a computer remembers "
            "of itself wins over --machines.",
        ),
    ] = None,
    loop: Annotated[bool, typer.Option("--loop", help="Again and again, until Ctrl-C.")] = False,
    pause: Annotated[float, typer.Option(min=0, help="Seconds between two rounds.")] = _PAUSE,
    as_json: JsonOption = False,
) -> None:
    """Pretend to be Windows computers: scan, download, install and report, over HTTP."""
    from headgate.simulator import fleet as fleets
    from headgate.simulator.windows_client.connection import wrong_address
    from headgate.simulator.windows_client.machine_file import read_machines
    from headgate.simulator.windows_client.mix import machines as mixed

    wrong = wrong_address(server)
    if wrong is not None:
        raise ServerAddressError(wrong)
    chosen = mixed(count, seed=seed) if machines is None else read_machines(machines)
    fleet = fleets.Fleet(chosen, server, state_directory=state)
    worst = False
    with _until_interrupted() as stop:
        while not stop.is_set():
            outcomes = _round(fleet, stop)
            told = fleets.summary(outcomes)
            if as_json:
                output.print_json(fleets.as_json(outcomes))
            else:
                _tell(told)
            sys.stdout.flush()  # into a file or a pipe, too, as rounds end
            worst = worst or told.failed > 0
            if not loop or stop.wait(pause):
                break
    if worst:
        raise typer.Exit(DONE_WITH_FAILURES)


@contextmanager
def _until_interrupted() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C and SIGTERM set; a second one of them leaves at once."""
    stop = threading.Event()
    signals = (signal.SIGINT, signal.SIGTERM)

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        for one in signals:
            signal.signal(one, _leave)
        stop.set()

    before = {one: signal.signal(one, interrupted) for one in signals}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    """End the process now: its threads wait for a server that may never answer."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, RuntimeError):  # closed, or interrupted while writing
            stream.flush()
    os._exit(128 + number)


def _round(fleet: "Fleet", stop: threading.Event) -> "list[Outcome]":
    """Run a round; the line on stderr moves on a terminal and is told once elsewhere."""
    is_terminal = sys.stderr.isatty()
    done, installed = 0, 0

    def show(outcome: "Outcome") -> None:
        nonlocal done, installed
        done += 1
        installed += len(outcome.installed)
        line = f"{done:,} of {len(fleet):,} computers, {installed:,} updates installed"
        if is_terminal:
            sys.stderr.write(f"\r{line}")
            sys.stderr.flush()

    outcomes = fleet.run(stop=stop, on_done=show)
    if is_terminal:
        sys.stderr.write("\n")
    return outcomes


def _tell(told: "FleetSummary") -> None:
    print(
        f"{told.scanned:,} of {_counted(told.computers, 'computer')} scanned in "
        f"{_counted(told.round_trips, 'call')}, {told.reported:,} reported "
        f"{_counted(told.events, 'event')}."
    )
    print(
        f"{_counted(told.offered, 'update')} {'was' if told.offered == 1 else 'were'} offered, "
        f"{told.installed:,} installed ({output.size(told.bytes_downloaded)} downloaded), "
        f"{told.not_installed:,} failed; {_counted(told.restarts, 'restart')}."
    )
    if told.unneeded:
        print(f"{told.unneeded:,} not installed: not needed any more when it was their turn.")
    for heading, counted in (
        ("ended with", told.errors),
        ("not installed", told.failures),
        ("odd", told.oddities),
        ("rules nobody knows", told.unknown_rules),
    ):
        for text, times in counted.items():
            output.say(f"  {heading}, {_counted(times, 'time')}: {text}")


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
