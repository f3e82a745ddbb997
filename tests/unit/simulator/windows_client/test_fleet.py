"""Many computers: the trouble of one is told and is its own."""

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from headgate.simulator.fleet import Fleet, summary
from headgate.simulator.windows_client.machine import Machine
from headgate.simulator.windows_client.state import StateError
from tests.unit.simulator.windows_client.machines import CLIENT_ID, a_machine
from tests.unit.simulator.windows_client.tiny_server import FIX, tiny_server

OTHER_ID = "0dbd3dd4-0000-4000-8000-000000000002"


def another_machine() -> Machine:
    return replace(a_machine(), name="pc-2.lab.example", client_id=OTHER_ID)


def a_machine_nobody_has_foreseen() -> Machine:
    """One that no file can describe: it cannot say when its BIOS was made."""
    return a_machine(bios_date="yesterday")


def test_one_computer_that_breaks_does_not_end_the_others() -> None:
    with tiny_server() as server:
        fleet = Fleet([a_machine_nobody_has_foreseen(), another_machine()], server.address)
        broken, good = fleet.run()

    assert broken.error.startswith("Unexpected: ValueError") and "yesterday" in broken.error
    assert broken.hresult == "0x8024FFFF"
    assert [one.update_id for one in good.installed] == [FIX]
    told = summary([broken, good])
    assert (told.computers, told.scanned, told.failed, told.installed) == (2, 1, 1, 1)
    assert list(told.errors.values()) == [1]


def test_clones_visit_together_and_cannot_remember_together(tmp_path: Path) -> None:
    clone = replace(a_machine(), name="pc-9.lab.example", client_id=CLIENT_ID.upper())
    with tiny_server() as server:
        outcomes = Fleet([a_machine(), clone], server.address).run()

        with pytest.raises(StateError, match=r"pc-1.*pc-9.*same client_id"):
            Fleet([a_machine(), clone], server.address, state_directory=tmp_path)

    assert [one.error for one in outcomes] == ["", ""]


def test_a_directory_of_memories_is_made(tmp_path: Path) -> None:
    place = tmp_path / "several" / "levels"
    with tiny_server() as server:
        Fleet([a_machine()], server.address, state_directory=place).run()

    assert [path.name for path in place.iterdir()] == [f"{CLIENT_ID}.json"]


def test_a_place_that_is_no_directory_is_explained(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.touch()

    with pytest.raises(StateError, match="file cannot be made: File exists") as raised:
        Fleet([a_machine()], "http://127.0.0.1:1", state_directory=place)

    assert "--state" in raised.value.next_step


def test_a_memory_that_cannot_be_written_is_that_computers_error(tmp_path: Path) -> None:
    with tiny_server() as server:
        fleet = Fleet([a_machine(), another_machine()], server.address, state_directory=tmp_path)
        (tmp_path / f"{CLIENT_ID}.new").mkdir()  # stands in the way, for root too
        hindered, good = fleet.run()

    assert f"{CLIENT_ID}.json cannot be written: Is a directory" in hindered.error
    assert len(hindered.installed) == 1 and good.error == ""


def test_a_memory_that_may_not_be_read_names_another_way_out(tmp_path: Path) -> None:
    (tmp_path / f"{CLIENT_ID}.json").mkdir(mode=stat.S_IRWXU)

    with pytest.raises(StateError, match=f"{CLIENT_ID}.json cannot be read") as raised:
        Fleet([a_machine()], "http://127.0.0.1:1", state_directory=tmp_path)

    assert "--state" in raised.value.next_step
