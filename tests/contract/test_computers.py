"""Computers appear, change, are noticed, listed and forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from headgate.fleet.computers import ComputerState
from headgate.services.clients.visitor import Visitor
from headgate.services.computers import inventories
from headgate.services.computers.listing import (
    Computers,
    SeveralComputersError,
    UnknownComputerError,
)
from headgate.storage import audit, computers, refused_contacts, transactions
from headgate.storage.engine import Engine
from tests.cast import NOON
from tests.client_door import A_CLIENT, DESK, ClientDoor
from tests.commands import until

OTHER = "ffffffff-0a5b-4e59-8dc6-2d2f0e2d2c11"
WINDOWS_11 = {"os_major": 10, "os_minor": 0, "os_build": 26200, "old_product_type": 1}


def _seen(door: ClientDoor, client_id: str = A_CLIENT, *, scanned: bool = False) -> None:
    door.contacts.seen(client_id, DESK, door.clock(), scanned=scanned)
    door.contacts.flush()


def test_the_numbers_of_computers_are_small_and_each_ones_own(
    door: ClientDoor, people: Computers
) -> None:
    for number in range(5):
        door.register(f"client-{number}", f"pc{number}")
        door.register(f"client-{number}", f"renamed{number}")  # takes no number

    assert [people.show(f"client-{number}").row.number for number in range(5)] == [1, 2, 3, 4, 5]


# What waits and is written later


def test_the_last_contact_is_the_newest_and_says_from_where(
    door: ClientDoor, people: Computers
) -> None:
    door.register()
    door.clock.turn(hours=1)
    later = Visitor(address="2001:db8::7", host="wsus", tls=True)
    door.contacts.seen(A_CLIENT, DESK, door.clock() - timedelta(minutes=1))
    door.contacts.seen(A_CLIENT, later, door.clock())
    assert people.show(A_CLIENT).line.last_contact < door.clock()
    door.contacts.flush()

    found = people.show(A_CLIENT)
    assert (found.line.last_contact, found.line.address) == (door.clock(), "2001:db8::7")
    assert found.row.last_scan is None


def test_another_process_does_not_turn_the_last_contact_back(
    door: ClientDoor, people: Computers
) -> None:
    door.register()
    slow = door.again()
    slow.contacts.seen(A_CLIENT, DESK, door.clock())
    door.clock.turn(minutes=1)
    _seen(door)
    slow.contacts.flush()

    assert people.show(A_CLIENT).line.last_contact == door.clock()


def test_the_end_of_a_scan_is_kept(door: ClientDoor, people: Computers) -> None:
    door.register()
    scanned_at = door.clock()
    door.contacts.seen(A_CLIENT, DESK, scanned_at, scanned=True)
    door.contacts.seen(A_CLIENT, DESK, scanned_at + timedelta(seconds=1))  # its driver pass
    door.contacts.flush()
    door.clock.turn(hours=1)
    _seen(door)

    assert people.show(A_CLIENT).row.last_scan == scanned_at


def test_signs_of_unknown_computers_leave_nothing(door: ClientDoor, people: Computers) -> None:
    _seen(door, "nobody")
    door.contacts.noted("nobody", {"OSVersion": "10.0.1.2"})
    door.contacts.flush()

    assert list(people.list()) == []


def test_the_patch_level_comes_with_a_scan(door: ClientDoor, people: Computers) -> None:
    door.register(**WINDOWS_11)
    door.contacts.noted(A_CLIENT, {"OSVersion": "10.0.26200.8037", "App": "WU_OS"})
    door.contacts.flush()

    found = people.show(A_CLIENT)
    assert found.line.build == "10.0.26200.8037"
    assert found.inventory["scan"] == {"App": "WU_OS", "OSVersion": "10.0.26200.8037"}


def test_a_feature_update_is_seen_before_the_computer_registers_again(
    door: ClientDoor, people: Computers
) -> None:
    door.register(**(WINDOWS_11 | {"os_build": 19045}))
    door.contacts.noted(A_CLIENT, {"OSVersion": "10.0.26200.8037"})
    door.contacts.flush()

    assert people.show(A_CLIENT).line.windows == "Windows 11 25H2"


def test_a_patch_level_does_not_outlive_its_build(door: ClientDoor, people: Computers) -> None:
    door.register(**WINDOWS_11)
    door.contacts.noted(A_CLIENT, {"OSVersion": "10.0.26200.8037"})
    door.contacts.flush()
    door.register(**WINDOWS_11)
    assert people.show(A_CLIENT).line.build == "10.0.26200.8037"
    door.register(**(WINDOWS_11 | {"os_build": 28000}))
    assert people.show(A_CLIENT).line.build == "10.0.28000"

    door.contacts.noted(A_CLIENT, {"OSVersion": "10.0.28000.1"})
    door.contacts.flush()
    assert people.show(A_CLIENT).line.build == "10.0.28000.1"


def test_what_callers_of_one_agent_say_adds_up(door: ClientDoor, people: Computers) -> None:
    door.register(further={"OEM": "QEMU"})
    door.contacts.noted(A_CLIENT, {"App": "WU_OS", "TPMVersion": "2"})
    door.contacts.flush()
    door.contacts.noted(A_CLIENT, {"App": "WU_STORE", "UpdateServiceUrl": "http://x"})
    door.contacts.flush()

    assert people.show(A_CLIENT).inventory == {
        "registration": {"OEM": "QEMU"},
        "scan": {"App": "WU_STORE", "TPMVersion": "2", "UpdateServiceUrl": "http://x"},
    }


def test_a_forgotten_computer_tells_its_facts_again(door: ClientDoor, people: Computers) -> None:
    """What it said last was remembered, to be written once; its new row has to get it, too."""
    for _ in range(2):
        door.register(**WINDOWS_11)
        door.contacts.noted(A_CLIENT, {"OSVersion": "10.0.26200.8037"})
        door.contacts.flush()
        assert people.show(A_CLIENT).line.build == "10.0.26200.8037"
        people.forget(A_CLIENT, by="anna")


def test_inventory_has_an_end(door: ClientDoor, people: Computers) -> None:
    door.register()
    for number in range(20):
        said = {f"key {number} {each}": "v" * 256 for each in range(256)}
        door.contacts.noted(A_CLIENT, said)
        door.contacts.flush()

    assert len(people.show(A_CLIENT).inventory["scan"]) <= 256
    with transactions.read(door.engine) as conn:
        kept = computers.inventories(conn, [A_CLIENT])[A_CLIENT]
    assert kept is not None
    assert len(kept) <= inventories.LARGEST


def test_what_waits_is_written_at_the_end(door: ClientDoor, people: Computers) -> None:
    door.register()
    door.clock.turn(minutes=1)
    door.contacts.seen(A_CLIENT, DESK, door.clock())
    door.contacts.close()

    assert people.show(A_CLIENT).line.last_contact == door.clock()


def test_what_waits_is_written_by_itself(
    door: ClientDoor, people: Computers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headgate.services.clients.contacts.WRITE_EVERY", 0.01)
    door.register()
    door.clock.turn(minutes=1)
    door.contacts.seen(A_CLIENT, DESK, door.clock())

    until(lambda: people.show(A_CLIENT).line.last_contact == door.clock())


def test_ten_thousand_computers_at_once_are_written_in_one_go(door: ClientDoor) -> None:
    for number in range(10_000):
        door.contacts.seen(f"nobody-{number}", DESK, NOON)
        door.contacts.noted(f"nobody-{number}", {"App": "WU_OS"})
    door.contacts.flush()


# Refused contacts


def _refused(engine: Engine) -> list[tuple[str, str, str, int]]:
    with transactions.read(engine) as conn:
        found = refused_contacts.latest(conn, limit=100_000)
    return [(each.address, each.reason, each.operation, each.contacts) for each in found]


def test_a_refused_contact_is_kept_and_counted(door: ClientDoor) -> None:
    for minute in range(3):
        at = NOON + timedelta(minutes=minute)
        door.contacts.refused(DESK, "SyncUpdates", "InvalidCookie", A_CLIENT, at=at)
        if minute:
            door.contacts.flush()  # counted while it waits, and in its row
    door.contacts.refused(DESK, "GetCookie", "ServerChanged", at=NOON, detail="old cookie")
    door.contacts.flush()

    assert _refused(door.engine) == [
        (DESK.address, "InvalidCookie", "SyncUpdates", 3),
        (DESK.address, "ServerChanged", "GetCookie", 1),
    ]
    with transactions.read(door.engine) as conn:
        newest = refused_contacts.latest(conn, limit=1)[0]
    assert (newest.first_at, newest.last_at) == (NOON, NOON + timedelta(minutes=2))
    assert newest.computer_id == A_CLIENT


def test_only_the_newest_refused_contacts_are_kept(
    door: ClientDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_contacts, "MOST_KEPT", 50)
    for number in range(120):
        stranger = Visitor(address=f"192.0.2.{number}", host="wsus", tls=False)
        at = NOON + timedelta(seconds=number)
        door.contacts.refused(stranger, "SyncUpdates", "InvalidCookie", at=at)
        if number % 40 == 39:
            door.contacts.flush()

    kept = _refused(door.engine)
    assert [address for address, *_ in kept] == [f"192.0.2.{n}" for n in range(119, 69, -1)]


def test_odd_words_of_strangers_are_cut(door: ClientDoor) -> None:
    door.contacts.refused(
        DESK, "x" * 9999, "y" * 9999, "\x00\x1b" + "z" * 9999, at=NOON, detail="d" * 9999
    )
    door.contacts.flush()
    with transactions.read(door.engine) as conn:
        kept = refused_contacts.latest(conn, limit=1)[0]

    assert (len(kept.operation), len(kept.reason)) == (256, 40)
    assert kept.computer_id is not None
    assert kept.computer_id.strip("z") == ""


# Lists


def _fleet(door: ClientDoor, count: int) -> None:
    for number in range(count):
        door.handshake.authorize(f"client-{number:03}", f"pc{number % 7}.example.com", None, DESK)


def test_pages_hold_every_computer_once_in_order(door: ClientDoor, people: Computers) -> None:
    _fleet(door, 40)
    found, after = [], None
    while True:
        page = people.page(after=after, limit=9)
        found += page.lines
        if page.following is None:
            break
        after = page.following

    assert len(found) == 40
    assert [(line.name, line.id) for line in found] == sorted(
        (f"pc{number % 7}.example.com", f"client-{number:03}") for number in range(40)
    )
    assert list(people.list()) == found


def test_computers_are_found_by_parts_of_what_is_shown(door: ClientDoor, people: Computers) -> None:
    _fleet(door, 40)

    assert [line.id for line in people.list(text="ENT-03")] == [
        line.id for line in people.list() if "ent-03" in line.id
    ]
    assert {line.name for line in people.list(text="pc3.")} == {"pc3.example.com"}
    assert len(list(people.list(text="192.0.2.7"))) == 40
    assert list(people.list(text="%")) == []
    assert list(people.list(text="_")) == []


def test_a_list_can_be_of_one_state(door: ClientDoor, people: Computers) -> None:
    _fleet(door, 3)
    door.register("registered", "srv1")

    found = people.list(state=ComputerState.NOT_REPORTED)
    assert [line.id for line in found] == ["registered"]


def test_a_computer_is_shown_by_id_or_name(door: ClientDoor, people: Computers) -> None:
    door.register(A_CLIENT, "pc7.example.com")
    door.register(OTHER, "pc8.example.com")

    for asked in (A_CLIENT, A_CLIENT.upper(), "pc7", "PC7.Example.com", " pc7 "):
        assert people.show(asked).line.id == A_CLIENT
    for asked in ("pc", "", "%", "pc_.example.com"):
        with pytest.raises(UnknownComputerError):
            people.show(asked)


def test_a_name_of_several_computers_names_their_ids(door: ClientDoor, people: Computers) -> None:
    door.register(A_CLIENT, "pc7.example.com")
    door.register(OTHER, "pc7.example.org")

    with pytest.raises(SeveralComputersError) as several:
        people.show("pc7")
    assert A_CLIENT in several.value.message
    assert people.show("pc7.example.org").line.id == OTHER


def test_a_forgotten_computer_is_gone_and_somebody_did_it(
    door: ClientDoor, people: Computers
) -> None:
    door.register(A_CLIENT, "pc7.example.com")
    door.register(OTHER, "pc8.example.com")
    gone = people.forget("pc7", by="anna")

    assert gone.id == A_CLIENT
    assert [line.id for line in people.list()] == [OTHER]
    with pytest.raises(UnknownComputerError):
        people.forget(A_CLIENT, by="anna")
    with transactions.read(door.engine) as conn:
        line = audit.latest_lines(conn, limit=1)[0]
    assert (line.action, line.actor, line.detail["name"]) == (
        "computers.forget",
        "anna",
        "pc7.example.com",
    )


def test_what_was_said_comes_back_with_its_moments(door: ClientDoor, people: Computers) -> None:
    door.register(bios_date=datetime(2022, 2, 2, tzinfo=UTC))
    found = people.show(A_CLIENT)

    assert found.row.first_contact == found.row.registered_at == NOON
    assert found.line.last_report is None
    assert found.updates is None


def test_who_never_registered_makes_room_for_others(door: ClientDoor, engine: Engine) -> None:
    door.register(A_CLIENT)
    for number in range(7):
        door.clock.turn(minutes=1)
        door.handshake.authorize(f"stranger-{number}", f"pc{number}", None, DESK)
    with transactions.write(engine) as conn:
        assert computers.forget_strangers(conn, kept=3, at_most=2) == 2
        assert computers.forget_strangers(conn, kept=3, at_most=100) == 2
        assert computers.forget_strangers(conn, kept=3, at_most=100) == 0
    with transactions.read(engine) as conn:
        kept = [one for one in range(7) if computers.known_computer(conn, f"stranger-{one}")]
        assert computers.is_registered(conn, A_CLIENT)
    assert kept == [4, 5, 6]


@pytest.mark.parametrize("year", [1, 9999])
def test_moments_at_the_ends_of_the_calendar_can_be_kept(
    year: int, door: ClientDoor, people: Computers
) -> None:
    door.register(bios_date=datetime(year, 1, 1, tzinfo=UTC))
    assert people.show(A_CLIENT).row.bios_date == datetime(year, 1, 1, tzinfo=UTC)
