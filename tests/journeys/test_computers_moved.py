"""Computers that knew another server under this name find over, and keep what they had.

Another WSUS, another Headgate, this one restored from a backup: the cookie is refused, the agent
asks RefreshCache, and goes on with the numbers of the server it found.
"""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.commands import HeadgateCommand
from tests.fleet_lab import (
    Agents,
    approve,
    approved_by_title,
    office,
    open_doors,
    opened,
)
from tests.installation import BY, Installation
from tests.upstream_lab import RunningLab

from headgate import clock
from headgate.services.computers.listing import Computers
from headgate.simulator.windows_client.mix import machines
from headgate.simulator.windows_client.state import AgentState
from headgate.storage import effective, transactions
from headgate.wire.cookie import Cookie

COMPUTERS = 6
RUNTIME = r"^2026-11 \.NET 8\.0"
EXCEL = r"Excel 2016 .*KB5002623"
CUMULATIVE = r"^2026-11 Cumulative Update for Windows 11 Version 24H2 for x64"


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, RunningLab]]:
    data = tmp_path_factory.mktemp("office") / "data"
    with office(data) as lab:
        with opened(data) as server:
            approve(server, *approved_by_title(server, RUNTIME, EXCEL))
        yield data, lab


@pytest.fixture(scope="module")
def later(source: tuple[Path, RunningLab]) -> None:
    """The source has brought another month, which the installation does not know yet."""
    source[1].advance()


@pytest.fixture
def data(source: tuple[Path, RunningLab], tmp_path: Path) -> Path:
    shutil.copytree(source[0], tmp_path / "data")
    return tmp_path / "data"


def renumbered(state: AgentState, dice: random.Random) -> None:
    """Give every revision another server's number, some of which mean something else here."""
    for cache in (state.updates, state.drivers):
        numbers = list(cache)
        others = [*numbers[: len(numbers) // 2], *range(3_000_000, 3_000_000 + len(numbers))]
        strange = dice.sample(others, len(numbers))
        known = list(cache.values())
        cache.clear()
        cache.update(zip(strange, known, strict=True))


def bundled(state: AgentState) -> int:
    """How many revisions RefreshCache never answers, so that they must come again."""
    return sum(one.deployment.action == "Bundle" for _, one in state.cached())


def _counted(server: Installation) -> int:
    """How far the counter behind *effective-since* has come."""
    with transactions.read(server.engine) as conn:
        return effective.counter(conn)


@pytest.mark.parametrize("cookie", ["garbage", "a serialized object", "another Headgate's"])
def test_a_computer_of_another_server_finds_over_and_keeps_its_cache(
    cookie: str, data: Path, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    dice, agents, afresh = random.Random(seed), Agents(machines(COMPUTERS)), Agents([])
    with opened(data) as server, open_doors(server) as doors:
        agents.scan(doors.address)
        for state in agents.states:
            renumbered(state, dice)
            assert state.cookie is not None
            strange = {
                "garbage": dice.randbytes(1200),
                "a serialized object": b"\0\1\0\0\0\xff\xff\xff\xff\1\0\0\0" + b"x" * 300,
                "another Headgate's": state.cookie.encrypted_data,
            }[cookie]
            state.cookie = Cookie(expiration=state.cookie.expiration, encrypted_data=strange)

    if cookie == "another Headgate's":
        (data / "secret.key").unlink()  # what is sealed with it opens nowhere any more
    with opened(data) as server, open_doors(server) as doors:
        sent = agents.scan(doors.address)
        afresh = Agents(machines(COMPUTERS))
        afresh.scan(doors.address)

    assert agents.offers() == afresh.offers()
    assert any(agents.offers().values())
    for count, found, new in zip(sent, agents.states, afresh.states, strict=True):
        assert found.updates == new.updates
        assert found.drivers == new.drivers
        assert count == bundled(found), "only what RefreshCache leaves out is sent again"


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("caught_up", [False, True], ids=["at once", "after as much work again"])
def test_a_restored_backup_is_another_server(caught_up: bool, data: Path, tmp_path: Path) -> None:
    headgate = HeadgateCommand(data)
    agents, backup = Agents(machines(COMPUTERS)), tmp_path / "backup.db"
    with opened(data) as server, open_doors(server) as doors:
        agents.scan(doors.address)
        before = agents.offers()
    done = headgate("database", "backup", str(backup))
    assert done.code == 0, done.err

    # a month of work that the backup does not know
    with opened(data) as server, open_doors(server) as doors:
        assert server.synchronize()["result"] == "succeeded"
        (runtime, cumulative) = approved_by_title(server, RUNTIME, CUMULATIVE)
        server.home.approving.unapprove([runtime], by=BY)
        approve(server, cumulative)
        doors.look()
        agents.scan(doors.address)
        assert agents.offers() != before
        assert {number for _, number, _ in agents.know(cumulative)} == {201}
        (excel,) = approved_by_title(server, EXCEL)
        worked = _counted(server)

    done = headgate("database", "restore", str(backup))
    assert done.code == 0, done.err
    with opened(data) as server, open_doors(server) as doors:
        if caught_up:  # neither numbers nor counters tell a cookie of the lost time
            assert server.synchronize()["result"] == "succeeded"
            while _counted(server) <= worked:
                server.home.approving.unapprove([excel], by=BY)
                approve(server, excel)
        agents.scan(doors.address)
        afresh = Agents(machines(COMPUTERS))
        afresh.scan(doors.address)
        known = Computers(engine=server.engine, now=clock.now).list()
        assert agents.offers() == afresh.offers() == before
        assert {number for _, number, _ in agents.know(cumulative)} == {201 if caught_up else 200}
        for found, new in zip(agents.states, afresh.states, strict=True):
            assert found.updates == new.updates
            assert found.drivers == new.drivers
        assert {one.name for one in known} == {state.machine.name for state in agents.states}
