"""Events as computers send them: whatever their texts hold, they are read or say nothing."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import NOON
from tests.reports import ALICE, a_statement, an_event

from headgate.fleet.event_names import event_name
from headgate.fleet.events import ClientEvent, plausible_moment

WORD = "3a474cb0-cc8b-4ab4-a9fa-92c1477b61c7"
OFFICE = "3ff4ffd6-0358-4592-bb16-14b3d38a2cb0"


def as_sent(**facts: object) -> ClientEvent:
    given: dict[str, object] = {
        "computer_id": ALICE,
        "instance_id": WORD,
        "namespace_id": 1,
        "event_id": 183,
        "source_id": 101,
        "at_target": NOON,
        "update_id": WORD,
        "revision_number": 100,
        "hresult": 0,
        "app_name": None,
    }
    return ClientEvent.as_sent(**(given | facts))  # type: ignore[arg-type]


def test_ids_are_kept_in_lower_case() -> None:
    event = as_sent(computer_id=ALICE.upper(), instance_id=WORD.upper(), update_id=WORD.upper())

    assert (event.computer_id, event.instance_id, event.update_id) == (ALICE, WORD, WORD)


def test_the_all_zero_update_is_no_update() -> None:
    assert as_sent(update_id="00000000-0000-0000-0000-000000000000").update_id is None


def test_codes_are_signed_however_they_were_sent() -> None:
    assert as_sent(hresult=0x80246007).hresult == -2145099769
    assert as_sent(hresult=-2145099769).hresult == -2145099769
    assert as_sent(event_id=2**40 + 183).event_id == 183


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError):
        as_sent(at_target=datetime(2026, 11, 20))  # noqa: DTZ001


def test_a_misc_value_goes_to_the_end_whatever_it_holds() -> None:
    event = an_event(148, misc=("AppName=a=b;c", "B=", "no pair", "B=2"))

    assert event.misc_value("AppName") == "a=b;c"
    assert event.misc_value("B") == ""
    assert event.misc_value("Z") is None
    assert event.misc_value("no pair") is None


def test_tags_differ_by_case() -> None:
    event = an_event(156, misc=(f"g={WORD}", f"G={OFFICE}"))

    assert event.update_ids("g") == {WORD}
    assert event.update_ids("G") == {OFFICE}


def test_a_list_tolerates_case_duplicates_blanks_braces_and_garbage() -> None:
    listed = f"{WORD.upper()};; {WORD} ;{{{OFFICE}}};nonsense;{WORD}0;a{OFFICE};{'0' * 8};"

    assert a_statement(U=[listed]).update_ids("U") == {WORD, OFFICE}


def test_zeros_in_a_list_are_no_update() -> None:
    assert not a_statement(U=["00000000-0000-0000-0000-000000000000"]).update_ids("U")


def test_several_entries_of_one_tag_are_one_list() -> None:
    event = an_event(156, misc=(f"U={WORD}", f"U={OFFICE}"))

    assert event.update_ids("U") == {WORD, OFFICE}


@given(st.lists(st.text(max_size=80), max_size=8))
def test_no_text_makes_an_event_fail(misc: list[str]) -> None:
    event = as_sent(misc=misc, strings=misc)

    assert event.update_ids("U") is not None
    assert event.misc_value("U") is None or any(text.startswith("U=") for text in misc)


def test_the_computers_clock_counts_unless_it_is_absurd() -> None:
    an_hour_ahead = NOON + timedelta(hours=1)
    a_week_ago = NOON - timedelta(days=7)

    assert plausible_moment(an_hour_ahead, NOON) == an_hour_ahead
    assert plausible_moment(a_week_ago, NOON) == a_week_ago
    assert plausible_moment(NOON + timedelta(days=2), NOON) == NOON
    assert plausible_moment(datetime.max.replace(tzinfo=UTC), NOON) == NOON
    assert (
        plausible_moment(datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), NOON) == NOON
    )


def test_every_event_has_a_name() -> None:
    assert event_name(183) == "Installed"
    assert event_name(4711) == "Event 4711"
