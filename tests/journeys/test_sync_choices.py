"""What is asked for when products and classifications are chosen and deselected."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from tests.installation import BY, Installation, Moment
from tests.journeys.conftest import Install
from tests.upstream_lab import RunningLab, running_upstream

from headgate.simulator.microsoft_update import WorldBuilder, taxonomy
from headgate.simulator.microsoft_update.publication import World
from headgate.simulator.microsoft_update.texts import english
from headgate.sync import updates

EDGE, OFFICE = "Microsoft Edge", "Office 2016"
SECURITY, CRITICAL, DEFINITIONS = (
    taxonomy.SECURITY_UPDATES,
    taxonomy.CRITICAL_UPDATES,
    taxonomy.DEFINITION_UPDATES,
)
KINDS = {"security": SECURITY, "critical": CRITICAL, "definitions": DEFINITIONS}


def _publish(builder: WorldBuilder, *titles: str) -> None:
    """Publish updates called `edge security 1`: a product, a classification, a number."""
    for title in titles:
        product, kind, _ = title.split()
        builder.software(
            title,
            texts=english(title),
            products=[taxonomy.product_id({"edge": EDGE, "office": OFFICE}[product])],
            classification=KINDS[kind],
            explicitly_deployable=True,
        )


def _world() -> World:
    builder = WorldBuilder("choices")
    builder.configuration()
    _publish(builder, "edge security 1", "edge critical 1", "edge definitions 1")
    _publish(builder, "office security 1", "office definitions 1")
    builder.next_month()
    _publish(builder, "edge security 2", "edge definitions 2", "office security 2")
    return builder.world()


@pytest.fixture
def lab() -> Iterator[RunningLab]:
    with running_upstream(world=_world()) as running:
        yield running


@pytest.fixture
def edge(install: Install, lab: RunningLab) -> Installation:
    """An installation that has synchronized Edge's critical and security updates."""
    server = install(lab)
    server.synchronize(scope="categories")
    server.home.subscribing.select_products([EDGE], actor=BY)
    assert server.synchronize()["new"] == 2
    return server


def _titles(server: Installation) -> set[str]:
    return {line.title for line in server.updates()}


def _update_filters(lab: RunningLab, since: int = 0) -> list[dict[str, Any]]:
    log = lab.statistics()["filter_log"]
    return [one for one in log[since:] if not one["get_config"]]


def _ids(entries: Sequence[dict[str, Any]]) -> set[str]:
    return {one["id"] for one in entries}


def _seen(lab: RunningLab) -> int:
    return len(lab.statistics()["filter_log"])


def test_newly_chosen_product_is_asked_for_separately_and_without_anchor(
    lab: RunningLab, edge: Installation
) -> None:
    edge.home.subscribing.select_products([OFFICE], actor=BY)
    seen = _seen(lab)

    row = edge.synchronize()

    known, new = _update_filters(lab, seen)
    assert known["anchor"]
    assert _ids(known["categories"]) == {taxonomy.product_id(EDGE)}
    assert all(one["delta"] for one in known["categories"] + known["classifications"])
    assert new["anchor"] is None
    assert _ids(new["categories"]) == {taxonomy.product_id(OFFICE)}
    assert _ids(new["classifications"]) == {SECURITY, CRITICAL}
    assert not any(one["delta"] for one in new["categories"] + new["classifications"])
    assert row["new"] == 1
    assert _titles(edge) == {"edge security 1", "edge critical 1", "office security 1"}


def test_newly_chosen_classification_is_asked_for_separately_and_without_anchor(
    lab: RunningLab, edge: Installation
) -> None:
    edge.home.subscribing.select_classifications([DEFINITIONS], actor=BY)
    seen = _seen(lab)

    edge.synchronize()

    known, new = _update_filters(lab, seen)
    assert known["anchor"]
    assert _ids(known["classifications"]) == {SECURITY, CRITICAL}
    assert new["anchor"] is None
    assert _ids(new["categories"]) == {taxonomy.product_id(EDGE)}
    assert _ids(new["classifications"]) == {DEFINITIONS}
    assert _titles(edge) == {"edge security 1", "edge critical 1", "edge definitions 1"}


def test_what_is_published_between_two_calls_comes_next_time(
    lab: RunningLab, edge: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The anchor kept is the first call's: the second one's would skip `edge security 2`."""
    edge.home.subscribing.select_products([OFFICE], actor=BY)
    publisher = lab.upstream.publisher
    listing = publisher.listing

    def list_then_publish(question: Any) -> Any:
        answer = listing(question)
        if not question.configuration:
            publisher.advance()
        return answer

    monkeypatch.setattr(publisher, "listing", list_then_publish)
    edge.synchronize()
    assert "office security 2" in _titles(edge), "the month appeared before the second call"
    assert "edge security 2" not in _titles(edge)

    edge.synchronize()
    assert "edge security 2" in _titles(edge)


def test_deselected_product_keeps_what_is_here_and_gets_nothing_new(
    lab: RunningLab, edge: Installation
) -> None:
    edge.home.subscribing.select_products([OFFICE], actor=BY)
    edge.synchronize()
    edge.home.subscribing.deselect_products([OFFICE], actor=BY)
    seen = _seen(lab)
    lab.advance()

    edge.synchronize()

    (asked,) = _update_filters(lab, seen)
    assert _ids(asked["categories"]) == {taxonomy.product_id(EDGE)}
    assert "office security 1" in _titles(edge)
    assert "office security 2" not in _titles(edge)
    assert "edge security 2" in _titles(edge)


def test_product_chosen_again_brings_what_was_missed_meanwhile(
    lab: RunningLab, edge: Installation
) -> None:
    subscribing = edge.home.subscribing
    subscribing.select_products([OFFICE], actor=BY)
    edge.synchronize()
    subscribing.deselect_products([OFFICE], actor=BY)
    lab.advance()
    edge.synchronize()
    subscribing.select_products([OFFICE], actor=BY)

    row = edge.synchronize()

    assert row["new"] == 1
    assert {"office security 1", "office security 2"} <= _titles(edge)


def test_deselected_classification_keeps_what_is_here_and_gets_nothing_new(
    lab: RunningLab, edge: Installation
) -> None:
    edge.home.subscribing.select_classifications([DEFINITIONS], actor=BY)
    edge.synchronize()
    edge.home.subscribing.deselect_classifications([DEFINITIONS], actor=BY)
    lab.advance()

    edge.synchronize()

    assert "edge definitions 1" in _titles(edge)
    assert "edge definitions 2" not in _titles(edge)


def test_every_question_has_both_lists_and_what_real_servers_want(
    lab: RunningLab, edge: Installation
) -> None:
    edge.home.subscribing.select_products([OFFICE], actor=BY)
    edge.synchronize()
    edge.home.subscribing.select_classifications([DEFINITIONS], actor=BY)
    edge.synchronize()
    told = lab.statistics()

    assert set(told["filters"]) == {"good"}, "one list alone is silently answered with nothing"
    assert set(told["protocol_versions"]) == {"1.20"}
    for asked in told["filter_log"]:
        assert asked["get_63_language_only"] is False
        assert asked["languages"] is False, "nobody has seen a server honour Languages"
        if asked["get_config"]:
            assert asked["categories"] is None
            assert asked["classifications"] is None
        else:
            assert asked["categories"]
            assert asked["classifications"]


def test_nothing_chosen_is_said_in_the_history(install: Install, lab: RunningLab) -> None:
    server = install(lab)
    server.set(products_mode="selected")

    row = server.synchronize()

    assert row["result"] == "succeeded"
    (notice,) = row["problems"]
    assert notice["kind"] == "notice"
    assert "headgate products select" in notice["reason"]
    assert _update_filters(lab) == []


def test_what_is_chosen_during_a_run_counts_from_the_next(
    install: Install, lab: RunningLab
) -> None:
    server = install(lab)
    server.synchronize(scope="categories")
    server.home.subscribing.select_products([EDGE], actor=BY)

    def choose(_signals: object) -> None:
        server.home.subscribing.select_products([OFFICE], actor=BY)
        server.home.subscribing.deselect_classifications([CRITICAL], actor=BY)

    row = server.synchronize(moment=Moment("listing categories", 0, choose))
    assert row["result"] == "succeeded"
    assert _titles(server) == {"edge security 1", "edge critical 1"}

    server.synchronize()
    assert _titles(server) == {"edge security 1", "edge critical 1", "office security 1"}


def test_large_first_run_asks_and_stores_no_update_until_somebody_says_yes(
    install: Install, lab: RunningLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "ASK_ABOVE", 2)
    server = install(lab)

    row = server.synchronize(confirmed=False)
    assert row["result"] == "failed"
    assert "3 documents" in row["reason"]
    assert "--yes" in row["reason"]
    assert _titles(server) == set()

    row = server.synchronize(confirmed=True)
    assert (row["result"], row["new"]) == ("succeeded", 3)
    lab.advance()
    assert server.synchronize(confirmed=False)["result"] == "succeeded", "only the first run asks"


def test_first_run_does_not_ask_for_documents_that_are_here_already(
    install: Install, lab: RunningLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = install(lab)
    server.synchronize()
    monkeypatch.setattr(updates, "ASK_ABOVE", 2)

    with running_upstream(world=_world()) as other:
        server.point_at(other)
        row = server.synchronize(confirmed=False)

    assert row["result"] == "succeeded"
    assert row["documents"] == 0
