"""Computers that come again: after a damaged download, after a night, after they were forgotten."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from tests.commands import fetched
from tests.fleet_lab import (
    LARGE,
    LARGE_SIZE,
    Agents,
    Doors,
    approve,
    approved_by_title,
    installed_by,
    office,
    open_doors,
    opened,
    states,
    troubles,
)
from tests.installation import BY, Installation

from headgate import clock
from headgate.fleet.states import UpdateStateOnComputer as State
from headgate.services.computers.listing import Computers
from headgate.simulator.fleet import Fleet
from headgate.simulator.windows_client.mix import machines

RUNTIME = r"^2026-11 \.NET 8\.0"
MIB = 1 << 20

Here = tuple[Installation, Doors]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    data = tmp_path_factory.mktemp("office") / "data"
    with office(data):
        with opened(data) as server:
            approve(server, *approved_by_title(server, RUNTIME, LARGE))
        yield data


@pytest.fixture
def here(data: Path, tmp_path: Path) -> Iterator[Here]:
    shutil.copytree(data, tmp_path / "data")
    with opened(tmp_path / "data") as server, open_doors(server) as doors:
        yield server, doors


def test_a_large_file_comes_in_aligned_ranges(here: Here) -> None:
    server, doors = here
    (large,) = approved_by_title(server, LARGE)
    (outcome,) = Fleet(machines(1), doors.address).run()

    assert troubles([outcome]) == []
    assert large in installed_by([outcome])[outcome.name]
    ends = [*range(MIB, LARGE_SIZE, MIB), LARGE_SIZE]
    ranges = {f"bytes={start}-{end - 1}" for start, end in zip([0, *ends], ends, strict=False)}
    asked = [one for one in doors.downloads if one.range in ranges]
    assert sorted(one.range or "" for one in asked) == sorted(ranges)
    assert {one.status for one in doors.downloads} == {206}
    assert outcome.bytes_downloaded >= LARGE_SIZE


def test_what_was_damaged_is_installed_by_nobody_until_it_was_fetched_again(here: Here) -> None:
    server, doors = here
    (large,) = approved_by_title(server, LARGE)
    kept = server.home.directory.content.rglob("*.*")
    damaged = next(one for one in kept if one.stat().st_size == LARGE_SIZE)
    with damaged.open("r+b") as stream:
        stream.seek(MIB + 5)
        stream.write(b"damage")
    fleet, agents = Fleet(machines(3), doors.address), Agents(machines(3))

    first = fleet.run()
    assert not any(large in ids for ids in installed_by(first).values())
    failed = [one for one in first if one.failed]
    assert failed and all("SHA1" in bad.error for one in failed for bad in one.failed)
    for machine, outcome in zip(fleet.machines, first, strict=True):
        said = states(server, machine)
        assert large not in said[State.INSTALLED]
        if outcome.failed:  # the next report of all states calls it needed again (FACTS §9.5)
            state = State.NEEDED if outcome.installed else State.FAILED
            assert large in said[state]

    found = server.home.update_files.verify(actor=BY, watch=lambda _files, _bytes: None)
    assert (len(found.damaged), found.fetching is not None) == (1, True)
    address = f"{doors.address}/Content/{damaged.relative_to(server.home.directory.content)}"
    assert fetched(address)[0] == 503
    doors.look()
    agents.scan(doors.address)
    assert not any(large in ids for ids in agents.offers().values()), "its file is not here"
    assert server.work().result["problems"] == []
    doors.look()
    agents.scan(doors.address)
    assert any(large in ids for ids in agents.offers().values())

    second = fleet.run()
    assert troubles(second) == []
    for machine, outcome in zip(fleet.machines, first, strict=True):
        said = states(server, machine)
        assert said[State.FAILED] == set()
        assert (large in said[State.INSTALLED]) == bool(outcome.failed)


def test_a_computer_that_comes_back_next_day_is_sent_nothing_again(here: Here) -> None:
    server, doors = here
    agents = Agents(machines(3))
    (runtime,) = approved_by_title(server, RUNTIME)
    with time_machine.travel(clock.now(), tick=True) as watch:
        assert all(agents.scan(doors.address))
        offers = agents.offers()
        tickets = [state.cookie for state in agents.states]

        watch.shift(timedelta(hours=20))
        assert agents.scan(doors.address) == [0, 0, 0]
        assert agents.offers() == offers
        for state, before in zip(agents.states, tickets, strict=True):
            assert before is not None and state.cookie is not None
            assert state.cookie.expiration - before.expiration >= timedelta(hours=19)

        # what was decided over night still arrives, as a change and not as a new update
        server.home.approving.unapprove([runtime], by=BY)
        watch.shift(timedelta(hours=20))
        doors.look()
        assert agents.scan(doors.address) == [0, 0, 0]
        assert agents.offers() == {name: ids - {runtime} for name, ids in offers.items()}


def test_a_forgotten_computer_registers_again_and_loses_nothing(here: Here) -> None:
    server, doors = here
    fleet = Fleet(machines(2), doors.address)
    first = fleet.run()
    assert troubles(first) == []
    computers = Computers(engine=server.engine, now=clock.now)
    gone, other = fleet.machines
    told = states(server, gone)
    computers.forget(gone.name, by=BY)
    assert {one.name for one in computers.list()} == {other.name}

    again = fleet.run()
    assert troubles(again) == []
    assert [one.installed for one in again] == [[], []]
    assert {one.name for one in computers.list()} == {gone.name, other.name}
    assert computers.show(gone.name).row.registered_at is not None
    assert states(server, gone) == told
