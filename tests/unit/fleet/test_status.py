"""What events say of states (FACTS §9.5, trap 23)."""

import pytest
from tests.cast import a_guid
from tests.reports import a_statement, an_event

from headgate.fleet.states import UpdateStateOnComputer as State
from headgate.fleet.status import MOST_LISTED, Happened, Restarted, Statement, after, said_by

WORD, OFFICE = a_guid(), a_guid()


def stated(**lists: list[str]) -> dict[State, frozenset[str]]:
    said = said_by(a_statement(**lists))
    assert isinstance(said, Statement)
    return {state: ids for state, ids in said.updates.items() if ids}


def test_the_lists_of_a_statement_are_states() -> None:
    ids = [a_guid() for _ in range(5)]

    found = stated(U=[ids[0]], V=[ids[1]], W=[ids[2]], g=[ids[3]], h=[ids[4]])

    assert found == {
        State.NEEDED: {ids[0]},
        State.INSTALLED: {ids[1]},
        State.PENDING_REBOOT: {ids[2]},
        State.FAILED: {ids[3]},
        State.DOWNLOADED: {ids[4]},
    }


def test_an_empty_statement_says_that_nothing_applies() -> None:
    said = said_by(a_statement())

    assert isinstance(said, Statement)
    assert set(said.updates) == set(State)
    assert not any(said.updates.values())


@pytest.mark.parametrize(
    ("lists", "state"),
    [
        ("UV", State.INSTALLED),
        ("UW", State.PENDING_REBOOT),
        ("VW", State.PENDING_REBOOT),
        ("Ug", State.FAILED),
        ("Vg", State.FAILED),
        ("Uh", State.DOWNLOADED),
        ("hg", State.FAILED),
        ("UVWgh", State.PENDING_REBOOT),
    ],
)
def test_an_update_in_several_lists_has_one_state(lists: str, state: State) -> None:
    assert stated(**{tag: [WORD] for tag in lists}) == {state: {WORD}}


def test_a_list_longer_than_any_catalogue_is_no_statement() -> None:
    ids = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(1, MOST_LISTED + 2)]

    assert said_by(a_statement(U=ids)) is None
    assert said_by(a_statement(U=ids[:-1])) is not None


@pytest.mark.parametrize(
    ("event_ids", "state"),
    [
        ((182, 195, 198, 204, 187, 192, 200), State.FAILED),
        ((183, 190, 197), State.INSTALLED),
        ((184, 191, 199, 201), State.PENDING_REBOOT),
        ((162, 164), State.DOWNLOADED),
    ],
)
def test_some_events_tell_at_once_what_happened(event_ids: tuple[int, ...], state: State) -> None:
    for event_id in event_ids:
        assert said_by(an_event(event_id, WORD)) == Happened(update_id=WORD, becomes=state)


@pytest.mark.parametrize("event_id", [147, 148, 161, 163, 167, 181, 186, 188, 193, 222, 224, 541])
def test_other_events_change_nothing(event_id: int) -> None:
    assert said_by(an_event(event_id, WORD, hresult=-1)) is None


def test_after_a_restart_the_code_decides() -> None:
    # The specification says 203 is a failure, the text of real servers that it is a success.
    failed = said_by(an_event(203, WORD, hresult=-2145099769))
    succeeded = said_by(an_event(203, WORD))

    assert failed == Happened(update_id=WORD, becomes=State.FAILED)
    assert succeeded == Happened(update_id=WORD, becomes=State.INSTALLED)


def test_a_restart_needs_no_update() -> None:
    assert said_by(an_event(202)) == Restarted()


def test_without_an_update_nothing_happened_to_one() -> None:
    assert said_by(an_event(182)) is None


def test_what_happens_to_a_member_is_told_by_its_bundle() -> None:
    assert said_by(an_event(182, WORD, misc=(f"M={OFFICE.upper()};100",))) is None


def test_events_of_a_server_say_nothing() -> None:
    assert said_by(an_event(182, WORD, namespace_id=2)) is None
    assert said_by(an_event(156, namespace_id=2)) is None


def test_a_download_takes_nothing_back() -> None:
    assert after(State.INSTALLED, State.DOWNLOADED) is State.INSTALLED
    assert after(State.PENDING_REBOOT, State.DOWNLOADED) is State.PENDING_REBOOT
    assert after(State.NEEDED, State.DOWNLOADED) is State.DOWNLOADED
    assert after(State.FAILED, State.DOWNLOADED) is State.DOWNLOADED
    assert after(None, State.DOWNLOADED) is State.DOWNLOADED
    assert after(State.INSTALLED, State.FAILED) is State.FAILED
