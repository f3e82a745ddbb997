"""The server is killed under ten computers at work: they end as if nothing had happened."""

import random
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.commands import until
from tests.fleet_kills import COMPUTERS, End, drawn, journey, together
from tests.fleet_lab import (
    approve,
    approved_by_title,
    copied,
    office,
    opened,
    served,
    troubles,
)

from headgate.simulator.fleet import Fleet
from headgate.simulator.windows_client.client import Outcome
from headgate.simulator.windows_client.mix import machines

TITLES = (
    r"^2026-11 Cumulative Update for Windows 11 Version 24H2 for x64",
    r"^2026-11 Cumulative Update for Windows 10 Version 22H2 for x64",
    r"^2026-11 Cumulative Update for Microsoft server operating system version 21H2",
    r"^2026-11 \.NET 8\.0",
    r"Excel 2016 .*KB5002623",
    r"Defender Antivirus .*Version 1\.461\.104\.0",
)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation where nothing is approved; its source answers."""
    data = tmp_path_factory.mktemp("office") / "data"
    with office(data):
        yield data


@pytest.fixture(scope="module")
def catalogue(bare: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that needs no source any more: all files of what is approved are here."""
    data = tmp_path_factory.mktemp("approved") / "data"
    shutil.copytree(bare, data)
    with opened(data) as server:
        approve(server, *approved_by_title(server, *TITLES))
    return data


@pytest.fixture(scope="module")
def calm(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> End:
    return journey(catalogue, tmp_path_factory.mktemp("calm"))


def test_a_server_killed_again_and_again_leads_to_the_same_end(
    catalogue: Path, calm: End, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}; a calm journey takes {calm.calls} calls")

    # at the first scans, in the middle, and when most has been installed
    early, late = calm.calls // 12, calm.calls // 3
    end = journey(catalogue, tmp_path, [early, *drawn(calm, 1, seed=seed), late])

    print(f"{end.kills} kills")
    assert end.kills >= 2
    assert end.installed == calm.installed
    assert end.told == calm.told
    assert all(len(ids) >= 1 for ids in calm.installed.values())


def test_a_server_killed_while_it_fetches_files_offers_what_it_has_and_fetches_the_rest(
    bare: Path, calm: End, tmp_path: Path
) -> None:
    headgate = copied(bare, tmp_path)
    rounds: list[Outcome] = []

    def they_have_everything() -> bool:
        rounds.extend(fleet.run())
        return together(rounds) == calm.installed

    with opened(headgate.data) as installation:
        chosen = approved_by_title(installation, *TITLES)
        content = installation.home.directory.content
        outlook = installation.home.approving.outlook
        with served(headgate) as server:
            listen = server.address.removeprefix("http://")
            fleet = Fleet(machines(COMPUTERS), server.address)
            approve(installation, *chosen, fetch=False)
            until(lambda: any(one.is_file() for one in content.rglob("*")))
            server.process.send(signal.SIGKILL)
            server.process.ended()
        with served(headgate, listen):
            until(they_have_everything)
            assert [outlook(one).waits_for.count for one in chosen] == [0] * len(chosen)
    assert troubles(rounds) == [], "nothing was offered before its files were here"
