"""Computers follow what is decided: withdrawn, declined, approved again, published anew."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fleet_lab import (
    Agents,
    Documents,
    Doors,
    approve,
    approved_by_title,
    office,
    office_world,
    open_doors,
    opened,
)
from tests.installation import BY, Installation
from tests.upstream_lab import RunningLab

from headgate.simulator.windows_client.mix import machines

RUNTIME = r"^2026-11 \.NET 8\.0"
EXCEL = r"Excel 2016 .*KB5002623"
CUMULATIVE = r"^2026-11 Cumulative Update for Windows 11 Version 24H2 for x64"

Office = tuple[Installation, Doors, RunningLab]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, RunningLab]]:
    data = tmp_path_factory.mktemp("office") / "data"
    with office(data) as lab:
        yield data, lab


@pytest.fixture
def here(source: tuple[Path, RunningLab], tmp_path: Path) -> Iterator[Office]:
    """A copy of the installation, served in this process."""
    shutil.copytree(source[0], tmp_path / "data")
    with opened(tmp_path / "data") as server, open_doors(server) as doors:
        yield server, doors, source[1]


@pytest.fixture(scope="module")
def documents() -> Documents:
    return Documents.of(office_world())


def test_what_is_withdrawn_or_declined_is_offered_to_nobody_until_it_is_approved_again(
    here: Office, documents: Documents
) -> None:
    server, doors, _ = here
    chosen = approved_by_title(server, RUNTIME, EXCEL)
    runtime, _ = chosen
    approve(server, *chosen)
    doors.look()
    agents = Agents(machines(10))
    need = {one.machine.name: documents.needed(one.machine) & set(chosen) for one in agents.states}
    without = {name: ids - {runtime} for name, ids in need.items()}
    assert need != without

    agents.scan(doors.address)
    assert agents.offers() == need
    have = {name for name, _, _ in agents.know(runtime)}

    server.home.approving.unapprove([runtime], by=BY)
    doors.look()
    agents.scan(doors.address)
    assert agents.offers() == without
    assert agents.know(runtime) == [
        (name, 200, "PreDeploymentCheck") for name, _, _ in agents.know(runtime)
    ]
    assert {name for name, _, _ in agents.know(runtime)} == have

    approve(server, runtime)
    doors.look()
    agents.scan(doors.address)
    assert agents.offers() == need

    server.home.approving.decline([runtime], by=BY)
    doors.look()
    agents.scan(doors.address)
    assert agents.offers() == without
    (clause,) = documents.cores[runtime].bundled
    assert agents.know(runtime) == agents.know(clause[0][0]) == [], "its part leaves with it"

    server.home.approving.undecline([runtime], by=BY)
    doors.look()
    agents.scan(doors.address)
    assert agents.offers() == without
    assert {action for _, _, action in agents.know(runtime)} == {"PreDeploymentCheck"}
    assert {action for _, _, action in agents.know(clause[0][0])} == {"Bundle"}

    approve(server, runtime)
    doors.look()
    agents.scan(doors.address)
    assert agents.offers() == need

    afresh = Agents(machines(10))
    afresh.scan(doors.address)
    assert afresh.offers() == need
    for old, new in zip(agents.states, afresh.states, strict=True):
        assert old.updates == new.updates, "who followed knows what a newcomer knows"
        assert old.drivers == new.drivers


def test_a_newer_revision_takes_the_place_of_the_older_one_and_its_approval(here: Office) -> None:
    server, doors, lab = here
    (cumulative,) = approved_by_title(server, CUMULATIVE)
    approve(server, cumulative)
    doors.look()
    agents = Agents(machines(4))
    agents.scan(doors.address)
    offers, knew = agents.offers(), agents.know(cumulative)
    assert {number for _, number, _ in knew} == {200}
    assert any(offers.values())

    lab.advance()
    assert server.synchronize()["result"] == "succeeded"
    doors.look()
    agents.scan(doors.address)
    assert agents.know(cumulative) == [(name, 201, action) for name, _, action in knew]
    assert agents.offers() == offers
