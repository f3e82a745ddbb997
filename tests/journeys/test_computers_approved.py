"""Ten computers end up with what was approved and needed, and with nothing else.

Over real HTTP, with the built-in world. What is expected is computed from the published documents
and the described machines alone.
"""

from collections.abc import Collection

import pytest
from tests.fleet_lab import (
    Documents,
    approve,
    approved_by_title,
    installed_by,
    open_doors,
    states,
    synchronize_all,
    troubles,
)
from tests.journeys.conftest import Install
from tests.upstream_lab import RunningLab

from headgate.fleet.states import UpdateStateOnComputer as State
from headgate.simulator.fleet import Fleet
from headgate.simulator.microsoft_update import open_world
from headgate.simulator.windows_client.mix import machines

COMPUTERS = 10
CUMULATIVE_11 = r"^2026-11 Cumulative Update for Windows 11 Version 24H2 for x64"
CUMULATIVE_11_OLD = r"^2026-10 Cumulative Update for Windows 11 Version 24H2 for x64"
CUMULATIVE_10 = r"^2026-11 Cumulative Update for Windows 10 Version 22H2 for x64"
RUNTIME = r"^2026-11 \.NET 8\.0"
EXCEL = r"Excel 2016 .*KB5002623"
DEFENDER = r"Defender Antivirus .*Version 1\.461\.160\.0"
DRIVER = r"^Northlake - Net - 20\.0\.2\.7$"
UPGRADE = r"^Windows 11, version 25H2"
REMOVAL_TOOL = r"Malicious Software Removal Tool x64 - v5\.154"


@pytest.fixture(scope="module")
def documents() -> Documents:
    return Documents.of(open_world())


def software(update_ids: Collection[str], documents: Documents) -> set[str]:
    """Leave out drivers: a server names only the best one, and that only until it is installed."""
    return {one for one in update_ids if not documents.is_driver(one)}


def test_computers_install_what_was_approved_and_needed_and_nothing_else(
    install: Install, lab: RunningLab, documents: Documents
) -> None:
    server = install(lab)
    synchronize_all(server)
    before = list(machines(COMPUTERS))
    chosen = approved_by_title(
        server,
        CUMULATIVE_11,
        CUMULATIVE_11_OLD,
        CUMULATIVE_10,
        RUNTIME,
        EXCEL,
        DEFENDER,
        DRIVER,
        UPGRADE,
    )
    (declined,) = approved_by_title(server, REMOVAL_TOOL)
    with open_doors(server) as doors:
        fleet = Fleet(before, doors.address)

        # approved, but no file is here: nobody installs anything
        approve(server, *chosen, declined, fetch=False)
        doors.look()
        waiting = fleet.run()
        assert troubles(waiting) == []
        assert sum(one.offered for one in waiting) == 0
        assert doors.downloads == []

        # the files are here, and one is declined in the last moment
        assert server.work().result["problems"] == []
        server.home.approving.decline([declined], by="anna")
        doors.look()
        done = fleet.run()
        assert troubles(done) == []
        again = fleet.run()
        assert troubles(again) == []

    offered = documents.without([declined])
    after = fleet.machines
    got = installed_by(done)
    for machine, later in zip(before, after, strict=True):
        wanted = documents.needed(machine) & set(chosen)
        replaced = documents.superseded_within(wanted)
        assert got[machine.name] == wanted - replaced, machine.name
        assert offered.needed(later) & set(chosen) == set(), machine.name
        said = states(server, later)
        assert said[State.FAILED] == said[State.PENDING_REBOOT] == set()
        assert software(said[State.INSTALLED], offered) == software(
            offered.installed(later), offered
        )
        assert software(said[State.NEEDED], offered) == software(offered.needed(later), offered)
    assert set().union(*got.values()) == set(chosen) - {chosen[1]}, "each was needed by somebody"
    assert installed_by(again) == {machine.name: set() for machine in before}
    assert sum(one.bytes_downloaded for one in done) > 0
    assert {(one.method, one.status) for one in doors.downloads} == {("GET", 206)}
    assert all(one.range for one in doors.downloads)
