"""What `headgate lab clients` says about a round, what it refuses, and how it ends."""

import signal
import socket
import time
from pathlib import Path

import pytest
from tests.commands import HeadgateCommand, SameProcess
from tests.machine_toml import write_machines

from headgate.cli import lab
from headgate.simulator import fleet
from headgate.simulator.windows_client.client import Outcome
from headgate.simulator.windows_client.installation import Treated
from headgate.simulator.windows_client.mix import machine


def _told(capsys: pytest.CaptureFixture[str], outcome: Outcome) -> str:
    lab._tell(fleet.summary([outcome]))
    return capsys.readouterr().out


def test_what_was_offered_and_not_installed_is_explained(
    capsys: pytest.CaptureFixture[str],
) -> None:
    installed = [Treated(update_id="a", title="November")]
    outcome = Outcome(
        name="pc", client_id="1", scans=1, offered=3, installed=installed, unneeded={"b", "c"}
    )

    said = _told(capsys, outcome)

    assert "3 updates were offered, 1 installed" in said
    assert "2 not installed: not needed any more when it was their turn." in said


def test_one_is_no_plural(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Outcome(name="pc", client_id="1", scans=1, offered=1, round_trips=1, events=1)

    said = _told(capsys, outcome)

    assert "1 of 1 computer scanned in 1 call, 1 reported 1 event." in said
    assert "1 update was offered, 0 installed" in said
    assert said.endswith("0 restarts.\n")


@pytest.mark.parametrize(
    ("server", "named"),
    [
        ("http://wsus:8530/path?x=1", "a query or a fragment"),
        ("http://wsus:8530/#there", "a query or a fragment"),
        ("http://wsus:8530/?", "a query or a fragment"),
        ("http://a b", "a blank or a control character"),
        ("http://wsus:8530\t", "a blank or a control character"),
        ("http://a..b:8530", "is no address of a server"),
        (f"http://{'a' * 64}.example", "is no address of a server"),
        ("http://ä€.example", "is no address of a server"),
        ("", "is no address of a server"),
    ],
)
def test_an_address_behind_which_no_call_can_go_is_wrong_usage(
    tmp_path: Path, server: str, named: str
) -> None:
    told = SameProcess(tmp_path)("lab", "clients", "--server", server)

    assert told.code == 2
    assert named in told.err
    assert "Next:  Give it as http://NAME:8530" in told.err


def test_clones_are_refused_where_each_would_write_over_the_others_memory(tmp_path: Path) -> None:
    described, state = tmp_path / "clones.toml", tmp_path / "state"
    described.write_text(write_machines([machine(1)] * 2))
    clones = ("lab", "clients", "--machines", str(described), "--server", _nobody())

    together = SameProcess(tmp_path)(*clones, "--state", str(state))
    apart = SameProcess(tmp_path)(*clones)

    assert together.code == 2
    assert "have the same client_id" in together.err and "Next:  Give each its own" in together.err
    assert apart.code == 3 and apart.out.startswith("0 of 2 computers scanned")


def _nobody() -> str:
    """Return an address at which nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("place", ["/etc/passwd", "/proc/headgate"])
def test_a_place_that_can_hold_no_memories_is_wrong_usage(tmp_path: Path, place: str) -> None:
    told = SameProcess(tmp_path)("lab", "clients", "--server", _nobody(), "--state", place)

    assert told.code == 2
    assert f"{place} cannot be made" in told.err
    assert "Next:  Name a directory with --state" in told.err


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_leaves_although_the_server_never_answers(
    tmp_path: Path, second: signal.Signals
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        command = HeadgateCommand(tmp_path)
        with (
            command.running("lab", "clients", "--server", address) as clients,
            silent.accept()[0],
        ):
            clients.send(signal.SIGINT)
            time.sleep(0.5)  # a signal that comes twice before it is seen counts once
            before = time.monotonic()
            clients.send(second)
            ended = clients.ended()

    assert time.monotonic() - before < 5
    assert ended.code == 128 + second
    assert "Traceback" not in ended.err
