"""The server is killed under ten computers at work: they end as if nothing had happened."""

import random
from pathlib import Path

import pytest
from tests.fleet_kills import End, drawn, journey
from tests.fleet_lab import approve, approved_by_title, office, opened

TITLES = (
    r"^2026-11 Cumulative Update for Windows 11 Version 24H2 for x64",
    r"^2026-11 Cumulative Update for Windows 10 Version 22H2 for x64",
    r"^2026-11 Cumulative Update for Microsoft server operating system version 21H2",
    r"^2026-11 \.NET 8\.0",
    r"Excel 2016 .*KB5002623",
    r"Defender Antivirus .*Version 1\.461\.104\.0",
)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation that needs no source any more: all files of what is approved are here."""
    data = tmp_path_factory.mktemp("office") / "data"
    with office(data), opened(data) as server:
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
