"""Machines as TOML, the mix of a fleet, and what an agent keeps on disk."""

from collections import Counter
from pathlib import Path

import pytest

from headgate.simulator.windows_client.client import WindowsClient
from headgate.simulator.windows_client.machine import (
    Device,
    FileFacts,
    InstalledDriver,
    InstalledPackage,
    InstalledProduct,
    Machine,
)
from headgate.simulator.windows_client.machine_file import MachineFileError, read_machines
from headgate.simulator.windows_client.mix import machine, machines
from headgate.simulator.windows_client.state import AgentState, StateError, load, save
from tests.machine_toml import write_machines
from tests.unit.simulator.windows_client.machines import CLIENT_ID, a_machine
from tests.unit.simulator.windows_client.tiny_server import MICROSOFT, WINDOWS, tiny_server


def a_full_machine() -> Machine:
    return a_machine(
        target_group='Berlin "Mitte"; \\ \x7f\n',
        added_languages=("de", "sv-SE"),
        computer_ids=(MICROSOFT, WINDOWS),
        registry={r"HKEY_LOCAL_MACHINE\SOFTWARE\Lab": {"Text": "ä\tb", "Number": 7}},
        files={r"C:\Windows\x.dll": FileFacts(version="1.2")},
        products=(InstalledProduct(code="{A}", patches=("{P}",)),),
        packages=(InstalledPackage(name="P", version="1.0"),),
        releases={"Client.OS.rs2.amd64": "10.0.26100.1"},
        licences={"L": 1},
        metrics={"87": 1},
        attributes={"TPMVersion": "2"},
        devices=(
            Device(
                hardware_ids=("x",),
                driver=InstalledDriver(matching_id="x", date="2020-01-01", version="1.0"),
            ),
        ),
    )


def test_machines_come_back_from_toml_as_they_went(tmp_path: Path) -> None:
    described = [a_full_machine(), a_machine(), *machines(5)]
    path = tmp_path / "machines.toml"
    path.write_text(write_machines(described), encoding="utf-8")

    assert read_machines(path) == described


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "nothing else"),
        ("[[machine]]\nname = 1\n", "describes no machine"),
        ("[machine]\n", "nothing else"),
        ("nonsense", "not TOML"),
        ("[[machine]]\nname = 'a'\nclient_id = 'b'\n", "describes no machine"),
    ],
)
def test_a_file_that_describes_no_machine_is_explained(
    tmp_path: Path, text: str, named: str
) -> None:
    path = tmp_path / "machines.toml"
    path.write_text(text)

    with pytest.raises(MachineFileError, match=named):
        read_machines(path)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[machine.hardware]", "[machine.hardware]\nfloppy = 1", "floppy"),
        ('architecture = "AMD64"', 'architecture = "MIPS"', "MIPS"),
    ],
)
def test_an_entry_nobody_knows_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    path = tmp_path / "machines.toml"
    path.write_text(write_machines([a_machine()]).replace(old, new))

    with pytest.raises(MachineFileError, match=named):
        read_machines(path)


def test_a_fleet_is_the_same_every_time_and_grows_at_its_end() -> None:
    assert list(machines(20)) == list(machines(30))[:20]
    assert machine(3, seed=2) != machine(3)
    ids = {one.client_id for one in machines(200)}
    assert len(ids) == 200


def test_a_fleet_is_mixed_as_offices_are() -> None:
    fleet = list(machines(500))
    builds = Counter(one.windows.build for one in fleet)
    servers = sum(one.windows.product_type == 3 for one in fleet)

    assert {22631, 26100, 26200, 19045, 14393, 17763, 20348} <= builds.keys()
    assert 50 < servers < 120
    assert builds[19045] < sum(count for build, count in builds.items() if build >= 22000)
    assert {one.hardware.architecture for one in fleet} == {"AMD64", "ARM64", "X86"}
    assert {one.windows.build for one in fleet[:10]} >= {26100, 19045, 20348, 22631, 26200}


def test_lookups_do_not_mind_case_and_changes_do_not_double_names() -> None:
    given = a_machine(registry={r"HKEY_LOCAL_MACHINE\SOFTWARE\Lab": {"Text": "old"}})

    changed = given.with_registry_value(r"hkey_local_machine\software\LAB", "TEXT", "new")

    assert changed.registry_value(r"HKEY_LOCAL_MACHINE\software\lab", "text") == "new"
    assert list(changed.registry) == [r"HKEY_LOCAL_MACHINE\SOFTWARE\Lab"]
    assert given.registry_value(r"HKEY_LOCAL_MACHINE\SOFTWARE\Lab", "Text") == "old"


def test_a_machine_tells_its_version_in_its_attributes() -> None:
    told = a_machine(attributes={"TPMVersion": "2"}).device_attributes()

    assert told["OSVersion"] == "10.0.26100.4061"
    assert told["TPMVersion"] == "2"


def test_a_computer_that_starts_again_goes_on_where_it_was(tmp_path: Path) -> None:
    state = AgentState(machine=a_full_machine(), keeps_fragments=True)
    with tiny_server() as server:
        WindowsClient(state, server.address).run()
        save(tmp_path, state)
        again = load(tmp_path, a_machine())
        before = len(server.asked)
        outcome = WindowsClient(again, server.address).run()

    assert again.machine == state.machine
    assert outcome.received == 0 and outcome.present == 1
    assert server.operations()[before:][:2] == ["SyncUpdates", "SyncUpdates"], "no new handshake"


def test_what_was_kept_comes_back_unchanged(tmp_path: Path) -> None:
    state = AgentState(machine=a_full_machine(), keeps_fragments=True)
    with tiny_server() as server:
        WindowsClient(state, server.address).run()
    state.pending = (("a", 1),)
    state.locations.clear()  # asked for again
    assert state.cookie is not None and state.updates
    save(tmp_path, state)

    assert load(tmp_path, a_machine()) == state


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / f"{CLIENT_ID}.json").write_text("{")

    with pytest.raises(StateError, match=CLIENT_ID):
        load(tmp_path, a_machine())
