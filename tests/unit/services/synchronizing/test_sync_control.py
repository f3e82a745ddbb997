from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from tests import deciding
from tests.cast import NOON, a_guid, a_revision, incoming
from tests.catalogue_rows import store

from headgate.catalogue.files import UpdateFile
from headgate.catalogue.identity import RevisionIdentity
from headgate.services.catalogue.settling import catalogue_changed
from headgate.services.settings.configuring import Configuring
from headgate.services.synchronizing.sync_control import (
    AlreadySynchronizingError,
    NothingToCancelError,
    SyncControl,
)
from headgate.settings.secrets import SecretKey
from headgate.storage import (
    audit,
    decisions,
    ingestion,
    installation,
    jobs,
    runs,
    transactions,
)
from headgate.storage.engine import Engine
from headgate.storage.jobs import Job
from headgate.storage.live import live_catalogue


class _Office:
    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.settings = Configuring(
            engine=engine,
            secret_key=SecretKey(folder / "secret.key"),
            environment={},
            machine_zone=lambda: "Europe/Stockholm",
        )
        self.sync = SyncControl(engine=engine, configuring=self.settings)

    def start(self, scope: str = "everything") -> Job:
        return self.sync.start(scope=scope, confirmed=False, by="alice")

    def end(self, job: Job, state: str = jobs.DONE) -> None:
        with transactions.write(self.engine) as conn:
            jobs.claim(conn, at=_now())
            jobs.finish(conn, job.job_id, state=state, at=_now(), error="No.")

    def daily(self, changes: Mapping[str, str] | None = None) -> None:
        self.settings.change({"schedule.mode": "daily", **(changes or {})}, by="alice")

    def offset(self) -> timedelta:
        with transactions.read(self.engine) as conn:
            return timedelta(seconds=installation.this_installation(conn).schedule_offset)


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> _Office:
    return _Office(engine, tmp_path)


def test_a_start_queues_a_job_with_what_was_asked_for(office: _Office) -> None:
    job = office.sync.start(scope="categories", confirmed=True, by="alice")

    assert (job.kind, job.payload) == ("synchronize", {"scope": "categories", "confirmed": True})
    with transactions.read(office.engine) as conn:
        assert audit.latest_lines(conn, limit=1)[0].action == "synchronization started"


def test_a_second_start_says_who_was_first(office: _Office) -> None:
    first = office.start()

    with pytest.raises(AlreadySynchronizingError, match="started by alice") as caught:
        office.sync.start(scope="categories", confirmed=False, by="bob")

    assert caught.value.job == first


def test_of_many_starts_at_once_one_counts(office: _Office) -> None:
    def start(_: int) -> bool:
        try:
            office.start()
        except AlreadySynchronizingError:
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(start, range(10))).count(True) == 1


def test_after_the_end_another_may_start(office: _Office) -> None:
    office.end(office.start())

    assert office.start().state == "queued"


def test_a_waiting_synchronization_is_cancelled(office: _Office) -> None:
    office.start()

    assert office.sync.cancel(by="bob").state == "cancelled"
    assert office.sync.status().job is None


def test_what_a_cancelled_run_had_brought_is_offered_once_its_files_are_here(
    office: _Office,
) -> None:
    """Its worker is dead, so nobody else closes the run."""
    update = RevisionIdentity(a_guid(), 1)
    missing = UpdateFile(sha1=b"x" * 20, sha256=b"x" * 32, name="a.cab", size=1)
    store(office.engine, a_revision(update))
    office.start()
    with transactions.write(office.engine) as conn:
        catalogue_changed(conn)
        deciding.approve(conn, update.update_id)
        run = runs.begin_run(conn, scope="everything", source="s", started_by="alice", at=NOON)
        newer = a_revision(RevisionIdentity(update.update_id, 2), files=(missing,))
        ingestion.store_batch(conn, [incoming(newer)], arrived_at=NOON, run_id=run)
        runs.add_to_run(conn, run, documents=1)
    office.sync.cancel(by="alice")

    with transactions.read(office.engine) as conn:
        catalogue = live_catalogue(conn)
        assert [one.revision_number for one in catalogue.revisions()] == [2]
        assert catalogue.version == 2
        assert [one.files_ready for one in decisions.read_decisions(conn).approvals] == [False]


def test_there_may_be_nothing_to_cancel(office: _Office) -> None:
    with pytest.raises(NothingToCancelError):
        office.sync.cancel(by="bob")


def test_a_preview_does_not_keep_a_synchronization_from_starting(office: _Office) -> None:
    assert office.sync.preview(by="alice").kind == "preview"
    assert office.start().state == "queued"


def test_the_status_tells_progress_and_what_was_last(office: _Office) -> None:
    with transactions.write(office.engine) as conn:
        run = runs.begin_run(conn, scope="everything", source="s", started_by="alice", at=NOON)
        runs.end_run(conn, run, result="succeeded", reason=None, at=NOON)
    job = office.start()
    with transactions.write(office.engine) as conn:
        jobs.claim(conn, at=NOON)
        jobs.report(conn, job.job_id, {"phase": "updates", "done": 5, "total": 9})

    status = office.sync.status()

    assert status.progress == {"phase": "updates", "done": 5, "total": 9}
    assert status.last is not None
    assert status.last["result"] == "succeeded"
    assert (status.next_at, status.zone) == (None, "Europe/Stockholm")


def test_by_hand_nothing_is_ever_due(office: _Office) -> None:
    with time_machine.travel("2030-01-01T12:00:00Z", tick=False):
        assert office.sync.start_if_due() is None


def test_the_schedule_starts_a_run_when_its_time_has_come(office: _Office) -> None:
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False) as clock:
        office.daily({"schedule.first": "14:00"})
        due = datetime(2026, 11, 20, 13, 0, tzinfo=UTC) + office.offset()

        assert office.sync.status().next_at == due
        clock.move_to(due - timedelta(seconds=1))
        assert office.sync.start_if_due() is None
        clock.move_to(due)
        job = office.sync.start_if_due()
        assert job is not None
        assert (job.queued_by, job.payload["scope"]) == ("schedule", "everything")
        assert office.sync.start_if_due() is None, "one run for one time"


def test_a_failed_scheduled_run_is_tried_again_twice(office: _Office) -> None:
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False) as clock:
        office.daily({"schedule.first": "14:00"})
        clock.move_to("2026-11-20T13:30:00Z")
        tries = 0
        for _ in range(40):
            job = office.sync.start_if_due()
            if job is not None:
                tries += 1
                office.end(job, jobs.FAILED)
            clock.shift(timedelta(minutes=3))

    assert tries == 3


def test_categories_alone_do_not_count_as_the_daily_run(office: _Office) -> None:
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False) as clock:
        office.daily({"schedule.first": "14:00"})
        clock.move_to("2026-11-20T13:31:00Z")
        office.end(office.start("categories"))

        assert office.sync.start_if_due() is not None


def test_the_schedule_waits_for_a_run_under_way(office: _Office) -> None:
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False) as clock:
        office.daily({"schedule.first": "14:00"})
        under_way = office.start("categories")
        clock.move_to("2026-11-20T13:31:00Z")

        assert office.sync.start_if_due() is None
        office.end(under_way)
        assert office.sync.start_if_due() is not None
