"""Names change hands: machines installed anew, renamed, or copied together with their id."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from headgate.fleet.computers import ComputerState
from headgate.services.computers.listing import Computers
from headgate.storage import computer_names, transactions
from headgate.storage.engine import Engine
from tests.client_door import A_CLIENT, DESK, ClientDoor

OTHER = "ffffffff-0a5b-4e59-8dc6-2d2f0e2d2c11"


def _comes(door: ClientDoor, client_id: str, name: str) -> None:
    """Register, and let an hour pass."""
    door.register(client_id, name)
    door.contacts.flush()
    door.clock.turn(hours=1)


def _seen(door: ClientDoor, client_id: str = A_CLIENT) -> None:
    door.contacts.seen(client_id, DESK, door.clock())
    door.contacts.flush()


def _states(people: Computers) -> dict[str, str]:
    return {line.id: line.state.value for line in people.list()}


# Installed anew, or two of one name


def test_a_machine_that_was_installed_anew_replaces_its_old_id(
    door: ClientDoor, people: Computers
) -> None:
    door.register(A_CLIENT, "pc7.example.com")
    door.contacts.flush()
    door.clock.turn(hours=2)
    door.register(OTHER, "PC7.example.com")
    door.contacts.flush()

    old, new = people.show(A_CLIENT), people.show(OTHER)
    assert old.line.state is ComputerState.REPLACED
    assert "came with another id" in old.notes[0]
    assert new.line.state is ComputerState.NOT_REPORTED


def test_two_machines_of_one_name_replace_nobody(door: ClientDoor, people: Computers) -> None:
    door.register(A_CLIENT, "pc7")
    door.register(OTHER, "pc7")
    door.clock.turn(hours=1)
    _seen(door, A_CLIENT)

    assert people.show(A_CLIENT).line.state is ComputerState.NOT_REPORTED
    assert "Another computer is called pc7" in people.show(A_CLIENT).notes[0]


@pytest.mark.parametrize(
    ("old", "new", "is_one"),
    [
        ("pc7", "pc7.corp.example", True),  # it joined a domain
        ("pc7.corp.example", "pc7", True),  # it left one
        ("pc7.corp.example", "pc7.lab.example", False),
        ("pc7", "pc77", False),
        ("pc7", "pc7-old.corp.example", False),
        ("pc_", "pcx.corp.example", False),
        ("pc%", "pc7", False),
    ],
)
def test_a_name_with_and_without_its_domain_is_one(
    old: str, new: str, is_one: bool, door: ClientDoor, people: Computers
) -> None:
    """FACTS §2.3: a computer makes a new id when it joins or leaves a domain."""
    _comes(door, "old-id", old)
    _comes(door, "new-id", new)

    replaced = "replaced" if is_one else "not_reported"
    assert _states(people) == {"old-id": replaced, "new-id": "not_reported"}
    assert people.show("new-id").notes == ()


def test_a_machine_that_gets_its_old_name_back_by_and_by_replaces_its_old_id(
    door: ClientDoor, people: Computers
) -> None:
    _comes(door, "old-id", "pc7.corp.example")
    for name in ("desktop-a1b2c3", "pc7", "pc7.corp.example"):
        _comes(door, "new-id", name)

    assert _states(people) == {"old-id": "replaced", "new-id": "not_reported"}


def test_two_of_one_name_of_which_one_says_its_domain_now_and_then_replace_nobody(
    door: ClientDoor, people: Computers
) -> None:
    _comes(door, A_CLIENT, "pc7")
    _comes(door, OTHER, "pc7")
    _seen(door, A_CLIENT)
    for name in ("pc7.corp.example", "pc7"):
        _comes(door, OTHER, name)

    assert _states(people) == {A_CLIENT: "not_reported", OTHER: "not_reported"}


def test_who_is_renamed_shares_no_name_any_more(door: ClientDoor, people: Computers) -> None:
    _comes(door, A_CLIENT, "pc7.corp.example")
    _comes(door, OTHER, "pc7.corp.example")
    _seen(door, A_CLIENT)
    for each in (A_CLIENT, OTHER):
        assert people.show(each).notes == ("Another computer is called pc7.corp.example, too.",)
    _comes(door, A_CLIENT, "pc9.corp.example")

    assert people.show(A_CLIENT).notes == ("It was called pc7.corp.example before.",)
    assert people.show(OTHER).notes == ()


def test_the_other_one_is_called_what_it_calls_itself(door: ClientDoor, people: Computers) -> None:
    _comes(door, A_CLIENT, "pc7.corp.example")
    _comes(door, OTHER, "pc7")
    _seen(door, A_CLIENT)

    assert people.show(A_CLIENT).notes == ("Another computer is called pc7, too.",)
    assert people.show(OTHER).notes == ("Another computer is called pc7.corp.example, too.",)


def test_who_had_a_name_before_has_it_again_when_the_newcomer_is_renamed(
    door: ClientDoor, people: Computers
) -> None:
    """Switched off, it cannot say so itself."""
    _comes(door, A_CLIENT, "pc7.corp.example")
    _comes(door, OTHER, "pc7.corp.example")
    assert people.show(A_CLIENT).line.state is ComputerState.REPLACED
    _comes(door, OTHER, "pc8.corp.example")

    assert people.show(A_CLIENT).line.state is ComputerState.NOT_REPORTED
    assert people.show(A_CLIENT).notes == ()


def test_who_had_a_name_before_has_it_again_when_the_newcomer_is_forgotten(
    door: ClientDoor, people: Computers
) -> None:
    for each in ("first", "second", "third"):
        _comes(door, each, "pc7")
    people.forget("third", by="anna")

    assert _states(people) == {"first": "replaced", "second": "not_reported"}
    people.forget("first", by="anna")
    assert _states(people) == {"second": "not_reported"}


def test_two_that_take_each_others_names_at_once_do_not_wait_for_each_other(
    door: ClientDoor, engine: Engine, people: Computers
) -> None:
    _comes(door, A_CLIENT, "pc0")
    _comes(door, OTHER, "pc1")
    together = Barrier(2, timeout=60)

    def swaps(of: str, mine: int) -> None:
        for turn in range(1, 51):
            together.wait()
            with transactions.write(engine) as conn:
                name = f"pc{(mine + turn) % 2}"
                computer_names.rename(
                    conn, of, dns_name=name, requested_group=None, at=door.clock()
                )

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(swaps, (A_CLIENT, OTHER), (0, 1)))
    assert [(line.name, line.id) for line in people.list()] == [("pc0", A_CLIENT), ("pc1", OTHER)]


# Copied, or renamed


def test_one_id_under_two_names_in_turn_is_a_clone(door: ClientDoor, people: Computers) -> None:
    for name in ("pc7.example.com", "pc8.example.com", "pc7.example.com"):
        door.register(A_CLIENT, name)
        door.clock.turn(minutes=5)

    found = people.show(A_CLIENT)
    assert found.line.state is ComputerState.CLONED
    assert "copies of one another: pc7.example.com, pc8.example.com." in found.notes[0]
    door.clock.turn(days=31)
    _seen(door)
    assert people.show(A_CLIENT).line.state is ComputerState.NOT_REPORTED


def test_an_id_on_many_machines_is_noticed_in_whatever_order_they_come(
    door: ClientDoor, people: Computers
) -> None:
    """Rooms of machines are switched on in a fixed order."""
    for machines in (3, 9, 30):
        shared = f"shared-by-{machines}"
        for turn in range(2 * machines):
            _comes(door, shared, f"lab{machines}-{turn % machines}.corp.example")

        found = people.show(shared)
        assert found.line.state is ComputerState.CLONED, machines
        for number in range(machines - min(machines, 9), machines):
            assert f"lab{machines}-{number}.corp.example" in found.notes[0]
        assert len(found.row.earlier_names) == min(machines - 1, 8)


def test_a_machine_that_gets_a_name_back_after_months_is_no_clone(
    door: ClientDoor, people: Computers
) -> None:
    for name in ("pc7", "pc8"):
        _comes(door, A_CLIENT, name)
    door.clock.turn(days=30)
    _comes(door, A_CLIENT, "pc7")

    assert people.show(A_CLIENT).line.state is ComputerState.NOT_REPORTED
    assert people.show(A_CLIENT).notes == ("It was called pc8 before.",)


def test_an_old_name_is_no_clone_because_somebody_is_renamed_often(
    door: ClientDoor, people: Computers
) -> None:
    for number in range(20):
        _comes(door, A_CLIENT, f"pc{number}")
        door.clock.turn(days=5)

    assert people.show(A_CLIENT).line.state is ComputerState.NOT_REPORTED


def test_a_new_name_is_no_clone(door: ClientDoor, people: Computers) -> None:
    for name in ("pc7.example.com", "pc8.example.com", "pc9.example.com"):
        door.register(A_CLIENT, name)

    found = people.show(A_CLIENT)
    assert found.line.state is ComputerState.NOT_REPORTED
    assert found.notes == ("It was called pc8.example.com before.",)


def test_a_name_with_and_without_its_domain_is_no_clone(
    door: ClientDoor, people: Computers
) -> None:
    for name in ("pc7", "pc7.example.com", "pc7", "pc7.example.com"):
        door.register(A_CLIENT, name)

    assert people.show(A_CLIENT).notes == ()
