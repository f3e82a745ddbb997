"""What is kept of what computers say, and how we stand with them."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.cast import NOON

from headgate.fleet import computers
from headgate.fleet.computers import ComputerState, Moments, state_of

DAY = timedelta(days=1)


def _state(now: datetime = NOON, **moments: datetime | None) -> ComputerState:
    usual: dict[str, datetime | None] = {
        "last_contact": NOON,
        "registered_at": NOON - DAY,
        "last_report": NOON,
        "reimaged_at": None,
        "cloned_at": None,
    }
    return state_of(Moments(**(usual | moments)), now=now)  # type: ignore[arg-type]


def test_a_computer_that_does_all_it_should_has_reported() -> None:
    assert _state() is ComputerState.REPORTED


def test_a_computer_that_never_reported_or_registered_says_so() -> None:
    assert _state(last_report=None) is ComputerState.NOT_REPORTED
    assert _state(last_report=None, registered_at=None) is ComputerState.UNREGISTERED


def test_after_thirty_days_a_computer_is_silent() -> None:
    assert _state(NOON + 29 * DAY) is ComputerState.REPORTED
    assert _state(NOON + 30 * DAY) is ComputerState.SILENT


def test_a_name_that_came_with_another_id_replaces_only_a_silent_computer() -> None:
    assert _state(reimaged_at=NOON + DAY) is ComputerState.REPLACED
    assert _state(reimaged_at=NOON - DAY) is ComputerState.REPORTED


def test_a_clone_is_shown_for_thirty_days() -> None:
    assert _state(cloned_at=NOON - 29 * DAY) is ComputerState.CLONED
    assert _state(cloned_at=NOON - 30 * DAY) is ComputerState.REPORTED


def test_numbers_of_more_than_32_bits_are_left_out() -> None:
    assert computers.countable(2**31 - 1) == 2**31 - 1
    assert computers.countable(2**31) is None
    assert computers.countable(-(2**40)) is None
    assert computers.countable(None) is None


@given(st.dictionaries(st.text(max_size=300), st.text(max_size=2000), max_size=400))
def test_further_facts_are_bounded_whatever_is_said(said: dict[str, str]) -> None:
    kept = computers.bounded(said)

    assert len(kept) <= computers.MOST_FURTHER
    assert all(len(key) <= computers.LONGEST_KEY for key in kept)
    assert all(0 < len(value) <= computers.LONGEST_TEXT for value in kept.values())
    assert all(text.isprintable() for pair in kept.items() for text in pair)
    assert computers.bounded(kept) == kept
