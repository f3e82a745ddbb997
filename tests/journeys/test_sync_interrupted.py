"""Synchronizations that end in the middle: whatever stopped them, the next one goes on there."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select
from tests.catalogue_picture import Picture
from tests.installation import BY, Installation, Moment
from tests.journeys.conftest import Install
from tests.upstream_lab import RunningLab, running_upstream

from headgate.jobs.worker import Signals
from headgate.simulator.microsoft_update.weather import Mishap
from headgate.storage import jobs, transactions
from headgate.storage.tables.synchronization import sync_anchors, sync_todo


def _todo(server: Installation) -> int:
    with transactions.read(server.engine) as conn:
        return int(conn.execute(select(func.count()).select_from(sync_todo)).scalar_one())


def _anchors(server: Installation) -> set[str]:
    with transactions.read(server.engine) as conn:
        return set(conn.execute(select(sync_anchors.c.scope)).scalars())


def _asked(lab: RunningLab) -> int:
    return int(lab.statistics()["identities_asked"]["GetUpdateData"])


def _documents(server: Installation) -> int:
    return len(server.picture())


def _finish(server: Installation, lab: RunningLab, calm: Picture, finish: Callable[[], Any]) -> Any:
    """Let the next run finish, and check that it asks for nothing that is here."""
    here, left, asked = _documents(server), _todo(server), _asked(lab)
    assert 0 < here < len(calm)
    assert left > 0, "the rest is on the to-do list"
    listed = lab.statistics()["identities_listed"]["GetRevisionIdList"]

    row = finish()

    assert row["result"] == "succeeded"
    assert server.picture().differences(calm) == []
    assert _asked(lab) - asked == len(calm) - here
    assert lab.statistics()["identities_listed"]["GetRevisionIdList"] == listed, (
        "the list was written down; nothing needs to be listed again"
    )
    assert _todo(server) == 0
    return row


def test_cancelled_synchronization_resumes_from_its_list(
    lab: RunningLab, server: Installation, calm_picture: Picture
) -> None:
    def cancel(_signals: Signals) -> None:
        server.home.sync_control.cancel(by=BY)

    row = server.synchronize(moment=Moment("updates", 200, cancel, stops=True))

    assert row["result"] == "cancelled"
    assert row["ended"] is not None
    assert row["new"] > 0, "what was brought counts"
    assert _anchors(server) == {"configuration"}, "the updates are not all here yet"
    resumed = _finish(server, lab, calm_picture, server.synchronize)
    assert resumed["documents"] + row["documents"] == len(calm_picture)
    assert resumed["id"] == row["id"] + 1


def test_failed_synchronization_resumes_from_its_list(
    lab: RunningLab,
    server: Installation,
    calm_picture: Picture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as broken:
        row = server.synchronize(
            moment=Moment(
                "updates",
                200,
                lambda _signals: broken.setattr(
                    lab.upstream.sky, "mishap", lambda *_asked: Mishap.PLAIN_ERROR
                ),
            )
        )

    assert row["result"] == "failed"
    assert "500" in row["reason"]
    (problem,) = row["problems"]
    assert (problem["kind"], problem["reason"]) == ("call", row["reason"])
    assert _anchors(server) == {"configuration"}
    _finish(server, lab, calm_picture, server.synchronize)


def test_source_that_vanishes_in_the_middle_fails_the_run_with_a_sentence(
    install: Install, calm_picture: Picture
) -> None:
    def vanish(_signals: Signals) -> None:
        lab.upstream.calls.server_sync = _hang_up  # type: ignore[method-assign]

    with running_upstream() as lab:
        server = install(lab)
        row = server.synchronize(moment=Moment("updates", 200, vanish))
        del lab.upstream.calls.server_sync
        assert row["result"] == "failed"
        assert row["reason"]
        _finish(server, lab, calm_picture, server.synchronize)


def _hang_up(_call: object) -> bytes:
    return b""


def test_paused_synchronization_is_taken_up_by_the_next_worker(
    lab: RunningLab, server: Installation, calm_picture: Picture
) -> None:
    """The server stops: the run stays open, and is the same run afterwards."""
    row = server.synchronize(moment=Moment("updates", 200, lambda signals: signals.stop.set()))
    assert (row["result"], row["ended"]) == (None, None)
    assert server.home.sync_control.status().job is not None, "it waits for a worker"

    def go_on() -> Any:
        assert server.work().state == jobs.DONE
        return server.history()[0]

    resumed = _finish(server, lab, calm_picture, go_on)
    assert resumed["id"] == row["id"]
    assert resumed["documents"] == len(calm_picture)
    assert len(server.history()) == 1


def test_interrupted_run_is_not_continued_under_the_name_of_another(
    lab: RunningLab, server: Installation, calm_picture: Picture
) -> None:
    """An interrupted whole run, given up, and then one of the categories alone."""
    server.synchronize(moment=Moment("updates", 200, lambda signals: signals.stop.set()))
    server.home.sync_control.cancel(by=BY)

    categories = server.synchronize(scope="categories")
    interrupted = server.history()[1]

    assert (interrupted["scope"], interrupted["result"]) == ("everything", "cancelled")
    assert "goes on from here" in interrupted["reason"]
    assert interrupted["documents"] > 0
    assert (categories["scope"], categories["result"]) == ("categories", "succeeded")
    assert categories["documents"] == 0
    _finish(server, lab, calm_picture, server.synchronize)


def test_synchronization_interrupted_among_the_categories_resumes_there(
    lab: RunningLab, server: Installation, calm_picture: Picture
) -> None:
    row = server.synchronize(moment=Moment("categories", 100, lambda signals: signals.stop.set()))
    assert row["ended"] is None
    assert _anchors(server) == set()
    here, asked = _documents(server), _asked(lab)

    server.work()

    assert server.history()[0]["result"] == "succeeded"
    assert server.picture().differences(calm_picture) == []
    assert _asked(lab) - asked == len(calm_picture) - here


def test_what_appeared_during_the_interruption_comes_with_the_next_run(
    lab: RunningLab, server: Installation
) -> None:
    server.synchronize(moment=Moment("updates", 200, lambda signals: signals.stop.set()))
    lab.advance()
    server.work()

    assert "Windows 11 Version 26H2" in {
        product for line in server.updates() for product in line.products
    }
    with running_upstream(month=1) as later:
        server.point_at(later)
        assert server.synchronize()["documents"] == 0, "nothing is missing"


def test_another_source_is_asked_without_the_anchors_of_the_first(
    lab: RunningLab, server: Installation, calm_picture: Picture
) -> None:
    server.synchronize()
    assert _anchors(server) == {"configuration", "updates", "members"}

    with running_upstream(month=1) as other:
        server.point_at(other)
        assert _anchors(server) == set()
        row = server.synchronize()
        told = other.statistics()

    assert row["result"] == "succeeded"
    assert row["source"] == other.address
    assert all(asked["anchor"] is None for asked in told["filter_log"])
    assert told["identities_asked"]["GetUpdateData"] == row["documents"], (
        "what the first source brought is not fetched again"
    )
    assert row["documents"] < len(calm_picture) / 4


def test_source_changed_during_a_run_counts_from_the_next(
    lab: RunningLab, server: Installation, calm_picture: Picture
) -> None:
    with running_upstream() as other:
        server.synchronize(moment=Moment("updates", 200, lambda _signals: server.point_at(other)))
        assert other.statistics().get("calls", {}) == {}, "the run under way keeps its source"
        row = server.synchronize()
        assert row["source"] == other.address

    assert row["result"] == "succeeded"
    assert server.picture().differences(calm_picture) == []


def test_source_that_forgot_our_anchors_is_listed_anew_with_a_notice(
    lab: RunningLab, server: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A parent restored from a backup refuses the anchor it gave: fault 000018 of the captures."""
    from headgate.simulator.microsoft_update import publisher
    from headgate.simulator.microsoft_update.anchors import BadAnchor

    server.synchronize()

    def refuse(_anchor: str) -> Any:
        raise BadAnchor

    monkeypatch.setattr(publisher, "read_anchor", refuse)
    row = server.synchronize()

    assert row["result"] == "succeeded"
    (notice,) = row["problems"]
    assert notice["kind"] == "notice"
    assert "listed again" in notice["reason"]
    assert row["documents"] == 0
    monkeypatch.undo()
    assert server.synchronize()["problems"] == []


def test_failure_on_the_way_to_the_source_is_in_the_history_too(
    install: Install, tmp_path: Path
) -> None:
    """Microsoft's root is wanted before the first question; a wrong file ends the run."""
    wrong = tmp_path / "root.pem"
    wrong.write_text("this is no certificate")
    server = install(None)
    server.set(source_root_file=wrong)

    row = server.synchronize()

    assert row["result"] == "failed"
    assert row["ended"] is not None
    assert row["reason"]
    assert "Unexpected" not in row["reason"]
    assert [problem["reason"] for problem in row["problems"]] == [row["reason"]]


def test_full_disk_ends_the_run_with_a_sentence_and_the_next_one_resumes(
    lab: RunningLab, server: Installation, calm_picture: Picture
) -> None:
    def no_room(connection: sqlite3.Connection, _record: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages}")

    def fill(_signals: Signals) -> None:
        server.engine.dispose()
        event.listen(server.engine, "connect", no_room)

    row = server.synchronize(moment=Moment("updates", 300, fill))

    assert row["result"] == "failed"
    assert "no room left" in row["reason"]
    assert "Free space" in row["reason"]
    event.remove(server.engine, "connect", no_room)
    server.engine.dispose()
    _finish(server, lab, calm_picture, server.synchronize)


def test_what_was_deselected_after_a_cancellation_is_not_fetched_and_nothing_is_lost(
    lab: RunningLab, server: Installation, calm_picture: Picture
) -> None:
    def cancel(_signals: Signals) -> None:
        server.home.sync_control.cancel(by=BY)

    server.synchronize(moment=Moment("updates", 200, cancel, stops=True))
    left = _todo(server)
    server.home.subscribing.select_products(["Microsoft Edge"], actor=BY)
    narrow = server.synchronize()

    assert narrow["result"] == "succeeded"
    assert narrow["documents"] < left
    assert _todo(server) == 0

    server.home.subscribing.select_all_products(actor=BY)
    assert server.synchronize()["result"] == "succeeded"
    assert server.picture().differences(calm_picture) == []
