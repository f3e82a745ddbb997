"""What the address of the list of updates asks for, and what is said when it cannot be."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from headgate.catalogue.update_list import NOT_DECLINED, Brought, UpdateSort, UpdateState
from headgate.web.console.update_address import Address
from headgate.web.console.update_choices import Choices, Option
from headgate.web.console.update_filters import Asked, read

SECURITY, WINDOWS = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
OFFERED = Choices(
    families=(),
    orphans=(),
    classifications=(Option(id=SECURITY, title="Security Updates"),),
    titles={SECURITY: "Security Updates", WINDOWS: "Windows 11"},
    said={},
)


def asked(*pairs: tuple[str, str]) -> Asked:
    return read(Address(pairs), OFFERED, lambda run: run == 7)


def test_nothing_asked_means_everything_not_declined_newest_first() -> None:
    found = asked()

    assert (found.states, found.sort, found.descending) == (NOT_DECLINED, UpdateSort.ARRIVED, True)
    assert not found.problems


def test_everything_asked_is_understood() -> None:
    found = asked(
        ("text", "edge"),
        ("product", WINDOWS.upper()),
        ("classification", SECURITY),
        ("severity", "Critical"),
        ("severity", "none"),
        ("state", "expired"),
        ("superseded", "no"),
        ("arrived_since", "2026-11-01"),
        ("run", "7"),
        ("brought", "revised"),
        ("sort", "title"),
        ("per_page", "25"),
    )

    assert not found.problems
    assert (found.products, found.classifications) == ((WINDOWS,), (SECURITY,))
    assert (found.severities, found.states) == (("critical", "none"), {UpdateState.EXPIRED})
    assert (found.superseded, found.run, found.brought) == (False, 7, Brought.REVISED)
    assert (found.sort, found.descending, found.per_page) == (UpdateSort.TITLE, False, 25)
    assert found.arrived_since == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("product", "windows"),
        ("product", SECURITY),
        ("classification", WINDOWS),
        ("severity", "terrible"),
        ("state", "zzz"),
        ("superseded", "perhaps"),
        ("released_since", "abc"),
        ("released_until", "0001-01-01"),
        ("arrived_since", "9999-12-31"),
        ("arrived_until", "2026-02-30"),
        ("run", "8"),
        ("run", "9" * 30),
        ("run", "\N{SUPERSCRIPT TWO}"),
        ("sort", "colour"),
        ("order", "sideways"),
        ("per_page", "100000"),
        ("kbs", "none of these"),
    ],
)
def test_what_cannot_be_understood_is_told_and_left_out(name: str, value: str) -> None:
    found = asked((name, value), ("text", "edge"))

    assert list(found.problems) == [name]
    assert found == Asked(text="edge", problems=found.problems)


def test_a_search_of_10000_characters_is_cut_and_told() -> None:
    found = asked(("text", "a" * 10_000))

    assert len(found.text) == 200
    assert found.problems["text"] == "Only the first 200 characters are searched for."


def test_control_characters_never_reach_the_database() -> None:
    assert "\0" not in asked(("text", "ed\0ge")).text


def test_a_day_is_the_servers_and_the_last_one_counts_whole() -> None:
    found = asked(("arrived_since", "2026-11-20"), ("arrived_until", "2026-11-20"))
    wanted = found.filter(ZoneInfo("Europe/Berlin"))

    assert wanted.arrived_since == datetime(2026, 11, 19, 23, tzinfo=UTC)
    assert wanted.arrived_before == datetime(2026, 11, 20, 23, tzinfo=UTC)


def test_what_a_synchronization_did_counts_only_with_the_synchronization() -> None:
    assert asked(("brought", "new")).brought is None
