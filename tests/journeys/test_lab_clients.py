"""Pretend Windows computers and a real server: what was approved ends up installed, nothing else.

The server is the program people start; the computers know it by HTTP alone. What is compared is
what the computers say of themselves with what the server says about them.
"""

import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.commands import HeadgateCommand, SameProcess
from tests.fleet_lab import copied, served
from tests.machine_toml import write_machines
from tests.upstream_lab import running_upstream

from headgate.simulator.windows_client.mix import machines

COMPUTERS = 10
#: What is approved; each of them is needed by some of ten computers.
TITLES = (
    r"2026-11 Cumulative Update for Windows 11 Version 24H2 for x64",
    r"2026-11 Cumulative Update for Windows 10 Version 22H2 for x64",
    r"2026-11 Cumulative Update for Microsoft server operating system version 21H2",
    r"2026-11 \.NET 8",
)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory with the built-in world, whose source still answers."""
    data = tmp_path_factory.mktemp("clients") / "data"
    headgate = HeadgateCommand(data)
    with running_upstream() as lab:
        source = (f"source.host={lab.host}", f"source.port={lab.port}", "source.tls=false")
        assert headgate("settings", "set", "source.kind=upstream", *source).code == 0
        assert headgate("sync", "now", "--yes").code == 0
        yield data


@pytest.fixture(scope="module")
def headgate(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> HeadgateCommand:
    """The commands of the installation that is served at ``address``."""
    return copied(catalogue, tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="module")
def address(headgate: HeadgateCommand) -> Iterator[str]:
    """A server for the tests that do no harm to it."""
    with served(headgate) as server:
        yield server.address


def approve_all(headgate: HeadgateCommand) -> set[str]:
    """Approve what ``TITLES`` names, fetch its files, and return the ids."""
    updates = headgate("updates", "list", "--limit", "0", "--json").json
    ids = {one["id"] for one in updates for title in TITLES if re.match(title, str(one["title"]))}
    assert len(ids) == len(TITLES)
    assert headgate("approve", "--wait", *sorted(ids)).code == 0
    return ids


def computers_of(headgate: HeadgateCommand) -> list[dict[str, Any]]:
    told = headgate("computers", "list", "--json")
    assert told.code == 0, told.err
    known: list[dict[str, Any]] = told.json
    return known


def test_what_is_approved_is_installed_where_it_is_needed_and_nothing_else(
    headgate: HeadgateCommand, address: str, tmp_path: Path
) -> None:
    lab = ("lab", "clients", "--server", address, "--json", "--state", str(tmp_path / "state"))
    first = headgate(*lab, "--count", str(COMPUTERS))
    assert first.code == 0, first.err
    assert first.json["summary"]["installed"] == 0, "nothing is approved yet"
    assert {one["events"] for one in first.json["computers"]} == {2}
    needed = {one["name"]: one["needed"] for one in first.json["computers"]}

    approved = approve_all(headgate)
    got: dict[str, set[str]] = {name: set() for name in needed}
    for _ in range(6):  # an approval is noticed within a second
        later = headgate(*lab, "--count", str(COMPUTERS))
        assert later.code == 0, later.err
        for one in later.json["computers"]:
            got[one["name"]] |= {update["id"] for update in one["installed"]}
        if set().union(*got.values()) == approved and later.json["summary"]["offered"] == 0:
            break

    assert set().union(*got.values()) == approved, "each is needed by somebody"
    assert later.json["summary"]["offered"] == 0, "all who need them have them"
    assert later.json["summary"]["oddities"] == {}
    for one in later.json["computers"]:
        assert (one["needed"] < needed[one["name"]]) is bool(got[one["name"]])
    assert {one["name"] for one in computers_of(headgate)} >= set(needed)


def test_described_machines_are_taken_from_a_file(
    headgate: HeadgateCommand, address: str, tmp_path: Path
) -> None:
    described = tmp_path / "two.toml"
    described.write_text(write_machines(list(machines(2, seed=7))), encoding="utf-8")
    told = headgate("lab", "clients", "--machines", str(described), "--server", address)

    assert told.code == 0, told.err
    assert told.out.startswith("2 of 2 computers scanned")


def test_computers_that_find_no_server_end_with_failures(headgate: HeadgateCommand) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    told = headgate("lab", "clients", "--count", "2", "--server", address)

    assert told.code == 3
    assert "0x80072EFD" in told.err


@pytest.mark.parametrize("server", ["nonsense", "http://", "http://wsus:many", "ftp://wsus"])
def test_what_is_no_address_is_wrong_usage(tmp_path: Path, server: str) -> None:
    told = SameProcess(tmp_path)("lab", "clients", "--server", server)

    assert told.code == 2
    assert "is no address of a server" in told.err


def test_a_file_of_machines_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    missing = tmp_path / "missing.toml"
    told = SameProcess(tmp_path)("lab", "clients", "--machines", str(missing))

    assert told.code == 2
    assert f"{missing} cannot be read: No such file" in told.err
    assert "[[machine]]" in SameProcess(tmp_path)("lab", "clients", "--help").out


def test_a_loop_ends_with_ctrl_c(headgate: HeadgateCommand, address: str) -> None:
    loop = ("--loop", "--pause", "1")  # a round that came too early is repeated
    with headgate.running("lab", "clients", "--count", "1", "--server", address, *loop) as clients:
        clients.wait_until(lambda: "1 of 1 computer scanned" in clients.said())
        clients.send(signal.SIGINT)
        ended = clients.ended()

    assert ended.code == 0, ended.err
