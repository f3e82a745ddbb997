"""Machines as TOML, the mix of a fleet, and what an agent keeps on disk."""

import dataclasses
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

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
from tests.material import REPOSITORY
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
    ("text", "named", "next_step"),
    [
        ("", "has no [[machine]] table", "needs a name"),
        ("[machine]\n", "has no [[machine]] table", "needs a name"),
        ("machine = []\n", "has no [[machine]] table", "needs a name"),
        ("[[machine]]\n[windows]\n", "'windows' beside its [[machine]]", "[machine.NAME]"),
        ("nonsense", "is not TOML", "Correct it there"),
        (f"x = {'9' * 5000}", "is not TOML", "Correct it there"),
        (f"x = {'[' * 5000}", "is not TOML", "Correct it there"),
        ("[[machine]]\nname = 1\n", "[[machine]] 1 of", "every table"),
        ("[[machine]]\nname = 'a'\nclient_id = 'b'\n", "required field `windows`", "every table"),
    ],
)
def test_a_file_that_describes_no_machine_is_explained(
    tmp_path: Path, text: str, named: str, next_step: str
) -> None:
    path = tmp_path / "machines.toml"
    path.write_text(text)

    refused = refusal(path)

    assert str(path) in refused.message and named in refused.message
    assert next_step in refused.next_step


def test_a_file_that_cannot_be_read_is_explained(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"\xff\xfe")

    assert "cannot be read: No such file" in refusal(tmp_path / "missing.toml").message
    assert "cannot be read: Is a directory" in refusal(tmp_path).message
    assert "that you may read" in refusal(tmp_path).next_step
    assert "is not TOML" in refusal(tmp_path / "latin.toml").message


def refusal(path: Path) -> MachineFileError:
    with pytest.raises(MachineFileError) as raised:
        read_machines(path)
    return raised.value


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[machine.hardware]", "[machine.hardware]\nfloppy = 1", "unknown entry 'floppy'"),
        ('architecture = "AMD64"', 'architecture = "amd64"', "hardware.architecture: unknown"),
        (CLIENT_ID, "", "client_id: not a GUID"),
        (CLIENT_ID, "zz", "client_id: not a GUID"),
        (CLIENT_ID, f"z{CLIENT_ID[1:]}", "client_id: not a GUID"),
        (CLIENT_ID, "abcdef/../../elsewhere", "client_id: not a GUID"),
        (CLIENT_ID, f"{CLIENT_ID} ", "client_id: white space"),
        ('name = "pc-1.lab.example"', 'name = " "', "name: a computer needs a name"),
        ("pc-1.lab.example", "a\\u0001b", "name: XML cannot carry"),
        ('"2024-03-01"', '"yesterday"', "hardware.bios_date: not a date"),
        ('"2024-03-01"', '"20240301"', "hardware.bios_date: not a date"),
        ('"2024-03-01"', '"2024-02-30"', "hardware.bios_date: not a date"),
        ('date = "2020-01-01"', 'date = "junk"', "devices[1].driver.date: not a date"),
        (MICROSOFT, "nonsense", "hardware.computer_ids[1]: not a GUID"),
        ("build = 26100", "build = 99999999999", "windows.build: 99999999999 is not between"),
        ("build = 26100", "build = -1", "windows.build: -1 is not between 0 and 2147483647"),
        ("product_type = 1", "product_type = 4", "windows.product_type: 4 is not between 1 and 3"),
        ("processors = 4", "processors = 0", "hardware.processors: 0 is not between"),
        ("Number = 7", "Number = 4294967296", r"SOFTWARE\Lab'.Number: 4294967296 is not between"),
        ('TPMVersion = "2"', 'TPMVersion = "\\u0001"', "attributes.TPMVersion: XML cannot carry"),
        ("TPMVersion", '"TPM\\u0001"', "XML cannot carry"),
        ("2024-03-01T00:00:00Z", "noon", r"files.'C:\Windows\x.dll'.created: not a date and time"),
    ],
)
def test_an_entry_that_cannot_be_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    path = tmp_path / "machines.toml"
    written = write_machines([a_full_machine()])
    assert old in written
    path.write_text(write_machines([another()]) + written.replace(old, new, 1))

    refused = refusal(path)

    assert f"[[machine]] 2 of {path}" in refused.message and named in refused.message
    assert "docs/lab-machines.md" in refused.next_step


def another() -> Machine:
    return machine(2)


EXAMPLE = re.findall(
    r"```toml\n(.*?)```", (REPOSITORY / "docs/lab-machines.md").read_text("utf-8"), re.DOTALL
)


def test_the_example_in_the_documents_has_every_table_and_entry(tmp_path: Path) -> None:
    path = tmp_path / "example.toml"
    path.write_text("".join(EXAMPLE), encoding="utf-8")
    (described,) = read_machines(path)
    written = tomllib.loads(path.read_text("utf-8"))["machine"][0]

    assert _unused(Machine, written, described) == []


def _unused(kind: Any, written: dict[str, Any], described: Any) -> list[str]:
    """Return the attributes of a described thing, and of what is in it, that TOML leaves out."""
    missing = []
    for field in dataclasses.fields(kind):
        if field.name not in written:
            missing.append(f"{kind.__name__}.{field.name}")
            continue
        inner, parts = written[field.name], getattr(described, field.name)
        if isinstance(parts, dict):
            inner, parts = list(inner.values()), tuple(parts.values())
        if not isinstance(parts, tuple):
            inner, parts = [inner], (parts,)
        assert parts, f"{field.name} is empty"
        for one, part in zip(inner, parts, strict=True):
            if dataclasses.is_dataclass(part):
                missing += _unused(type(part), one, part)
    return missing


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


def _kept(tmp_path: Path) -> Path:
    """Return the file in which a computer remembers a visit."""
    state = AgentState(machine=a_machine(), keeps_fragments=True)
    with tiny_server() as server:
        WindowsClient(state, server.address).run()
    save(tmp_path, state)
    return tmp_path / f"{CLIENT_ID}.json"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (r"^.*", "{", "truncated"),
        (r"^.*", '{"x":' + "[" * 100_000, "recursion"),
        (r"^(.{200}).*", r"\1", "truncated"),
        (r'"expiration":"[^"]+"', '"expiration":"yesterday"', "not a date and time"),
        (r'"xml":"[^"]+"', '"xml":"AAAA"', "not well-formed XML"),
        (r'"pending":\[\]', '"pending":[["no","1"]]', "Expected `int`"),
        (CLIENT_ID, MICROSOFT, "it is another's, pc-1.lab.example's"),
    ],
)
def test_a_damaged_file_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    path = _kept(tmp_path)
    damaged, times = re.subn(old, new, path.read_text("utf-8"), count=1, flags=re.DOTALL)
    assert times == 1
    path.write_text(damaged, encoding="utf-8")

    with pytest.raises(StateError, match=named) as raised:
        load(tmp_path, a_machine())

    assert str(path) in raised.value.message
    assert "Remove the file" in raised.value.next_step


def test_what_a_computer_remembers_of_itself_wins_over_a_changed_description(
    tmp_path: Path,
) -> None:
    _kept(tmp_path)

    again = load(tmp_path, a_machine(name="renamed.lab.example", build=19045))

    assert again.machine.name == "pc-1.lab.example" and again.machine.windows.build == 26100
