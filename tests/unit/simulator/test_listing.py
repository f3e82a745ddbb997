"""Which identities a source lists, as a real WSUS was seen to (FACTS 10.4)."""

from collections.abc import Iterator

import pytest

from headgate.simulator.microsoft_update.taxonomy import (
    CRITICAL_UPDATES,
    DRIVERS,
    SECURITY_UPDATES,
)
from tests.unit.simulator.downstream import Downstream, Refused, connected
from tests.unit.simulator.worlds import EDGE, WINDOWS_11, identity, two_products
from tests.upstream_lab import running_upstream

FUTURE = "1,2099-01-01 00:00:00.000"


@pytest.fixture
def source() -> Iterator[Downstream]:
    with running_upstream(world=two_products()) as lab, connected(lab) as downstream:
        yield downstream


def test_configuration_lists_old_revisions_beside_new_ones(source: Downstream) -> None:
    _, found = source.listing(configuration=True)
    numbers = [number for one, number in found if one == SECURITY_UPDATES]
    assert sorted(numbers) == [1, 100]
    assert len(found) == 211


def test_configuration_ignores_the_lists(source: Downstream) -> None:
    _, found = source.listing(configuration=True, categories={EDGE: False})
    assert len(found) == 211


def test_neither_list_gives_everything_that_is_no_configuration(source: Downstream) -> None:
    _, found = source.listing()
    assert set(found) == {
        identity(key) for key in ("w-security", "w-critical", "e-security", "hidden")
    }


@pytest.mark.parametrize(
    "one_side",
    [
        {"categories": {WINDOWS_11: False}},
        {"classifications": {SECURITY_UPDATES: False}},
        {"categories": {WINDOWS_11: False}, "classifications": {}},
    ],
)
def test_one_list_alone_gives_nothing_and_no_error(
    source: Downstream, one_side: dict[str, dict[str, bool]]
) -> None:
    _, found = source.listing(**one_side)  # type: ignore[arg-type]
    assert found == []
    assert source.lab.statistics()["filters"] == {"one-sided": 1}


def test_any_category_and_any_classification_must_match(source: Downstream) -> None:
    _, found = source.listing(
        categories={WINDOWS_11: False, EDGE: False}, classifications={SECURITY_UPDATES: False}
    )
    assert set(found) == {identity("w-security"), identity("e-security")}
    _, found = source.listing(
        categories={EDGE: False}, classifications={CRITICAL_UPDATES: False, DRIVERS: False}
    )
    assert found == []


def test_ids_are_compared_without_letter_case(source: Downstream) -> None:
    _, found = source.listing(
        categories={EDGE.upper(): False}, classifications={SECURITY_UPDATES.upper(): False}
    )
    assert found == [identity("e-security")]


def test_delta_lists_only_what_came_after_the_anchor(source: Downstream) -> None:
    wanted = {"categories": {WINDOWS_11: True}, "classifications": {SECURITY_UPDATES: True}}
    anchor, first = source.listing(**wanted)  # type: ignore[arg-type]
    assert first == [identity("w-security")]
    assert source.listing(anchor=anchor, **wanted)[1] == []  # type: ignore[arg-type]
    source.lab.advance()
    later, new = source.listing(anchor=anchor, **wanted)  # type: ignore[arg-type]
    assert new == [identity("w-security-2")]
    assert source.listing(anchor=later, **wanted)[1] == []  # type: ignore[arg-type]


def test_a_new_product_without_delta_brings_its_old_updates(source: Downstream) -> None:
    anchor, _ = source.listing()
    source.lab.advance()
    _, found = source.listing(
        anchor=anchor,
        categories={WINDOWS_11: True, EDGE: False},
        classifications={SECURITY_UPDATES: True},
    )
    assert set(found) == {
        identity("w-security-2"),
        identity("e-security"),
        identity("e-security-2"),
    }


def test_no_lists_and_an_anchor_give_changes_only(source: Downstream) -> None:
    anchor, _ = source.listing()
    source.lab.advance()
    assert set(source.listing(anchor=anchor)[1]) == {
        identity("w-security-2"),
        identity("e-security-2"),
    }


def test_an_anchor_of_the_future_gives_nothing(source: Downstream) -> None:
    assert source.listing(anchor=FUTURE)[1] == []
    assert source.listing(anchor=FUTURE, configuration=True)[1] == []


def test_only_the_time_of_an_anchor_counts(source: Downstream) -> None:
    anchor, _ = source.listing()
    time = anchor.partition(",")[2]
    source.lab.advance()
    assert source.listing(anchor=f"777,{time}")[1] == source.listing(anchor=time)[1] != []


def test_a_rubbish_anchor_is_refused_by_name(source: Downstream) -> None:
    with pytest.raises(Refused) as refused:
        source.listing(anchor="garbage")
    assert (refused.value.code, refused.value.message) == ("InvalidParameters", "filter")


def test_advance_tells_what_it_brings_and_stops_at_the_last_month(source: Downstream) -> None:
    brought = source.lab.advance()
    assert brought["revealed"]
    assert {one["title"] for one in brought["updates"]} == {
        "Title of w-security-2",
        "Title of e-security-2",
    }
    assert source.lab.advance() == {"revealed": False, "month": 1, "updates": []}


def test_a_month_can_be_revealed_from_the_start() -> None:
    with running_upstream(world=two_products(), month=1) as lab, connected(lab) as source:
        assert len(source.listing()[1]) == 6
