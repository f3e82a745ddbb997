"""The verbs of synchronizing: start, preview, cancel, status, history, and what the schedule does.

A verb asks whether it is allowed and queues a job; the worker does the work. Exactly one
synchronization waits or runs at a time.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from headgate import clock
from headgate.errors import UsageError
from headgate.jobs import schedule
from headgate.jobs.schedule import Attempt, Timetable
from headgate.sentences import Sentence
from headgate.services.catalogue.settling import catalogue_changed
from headgate.services.files.chosen import chosen_files
from headgate.services.files.readiness import settle_readiness
from headgate.services.settings.configuring import Configuring
from headgate.settings.shared import Shared
from headgate.storage import audit, installation, jobs, run_history, runs, transactions
from headgate.storage.engine import Connection, Engine
from headgate.storage.jobs import Job
from headgate.storage.run_history import NotedProblem, RunFilter, RunLine, RunPage

#: Kinds of jobs; bootstrap knows who does them.
SYNCHRONIZE = "synchronize"
PREVIEW = "preview"
IMPORT = "import"

EVERYTHING = "everything"
CATEGORIES = "categories"

#: What the worker calls a first run that is too large to start without a yes.
ASKS_FIRST = "FirstRunTooLargeError"

#: Who starts what the timetable asks for.
BY_SCHEDULE = "schedule"


class AlreadySynchronizingError(UsageError):
    """One synchronization waits or runs; ``job`` is it."""

    def __init__(self, job: Job) -> None:
        super().__init__(
            Sentence(
                "A synchronization is under way, started by {who} at {since} UTC.",
                who=job.queued_by,
                since=f"{job.queued_at:%Y-%m-%d %H:%M}",
            ),
            next_step=Sentence(
                "Watch it with `headgate sync status`, or stop it with `headgate sync cancel`."
            ),
        )
        self.job = job


class NothingToCancelError(UsageError):
    """No synchronization waits or runs."""

    def __init__(self) -> None:
        super().__init__(
            Sentence("No synchronization is under way; there is nothing to cancel."),
            next_step=Sentence("`headgate sync history` tells how the last ones ended."),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncStatus:
    """What goes on, what was last, what comes next."""

    job: Job | None  #: the synchronization that waits or runs
    last: dict[str, Any] | None  #: the newest run that has ended, as in the history
    next_at: datetime | None  #: None: manual
    zone: str  #: the time zone of the schedule

    @property
    def progress(self) -> dict[str, Any]:
        """Phase, done, total, rate, seconds_left, as far as the job has said."""
        return dict(self.job.progress) if self.job is not None else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What people watch: the synchronization under way, else how the last one ended."""

    job: Job | None  #: waits or runs
    run: RunLine | None  #: what the history knows of it so far; None before it has begun
    last: RunLine | None  #: the newest run that has ended
    next_at: datetime | None  #: None: manual
    asks: bool  #: the last one stopped because so large a first run wants a yes


class NoSuchRunError(UsageError):
    """The history does not know this synchronization."""

    def __init__(self, run_id: int) -> None:
        super().__init__(
            Sentence("There is no synchronization number {number}.", number=str(run_id)),
            next_step=Sentence("The list of synchronizations shows all there are."),
        )


class SyncControl:
    """Starts, stops and tells about synchronizations of one installation."""

    def __init__(self, *, engine: Engine, configuring: Configuring) -> None:
        self._engine = engine
        self._configuring = configuring

    def start(self, *, scope: str, confirmed: bool, by: str) -> Job:
        """Queue a synchronization of EVERYTHING or CATEGORIES; raises AlreadySynchronizingError.

        ``confirmed``: a large first run was agreed to.
        """
        with transactions.write(self._engine) as conn:
            job = self._queue_alone(conn, scope=scope, confirmed=confirmed, by=by)
            audit.note(
                conn,
                actor=by,
                action="synchronization started",
                detail={"job": job.job_id, "scope": scope},
                at=job.queued_at,
            )
        return job

    def preview(self, *, by: str, about: str = "") -> Job:
        """Queue the question how much a synchronization would bring.

        ``about``: what the answer will be recognised by; it is kept with the job.
        """
        payload = {"about": about}
        with transactions.write(self._engine) as conn:
            return jobs.enqueue(conn, kind=PREVIEW, payload=payload, by=by, at=clock.now())

    def import_package(self, path: Path, *, by: str) -> Job:
        """Queue the import of an export package that lies on this machine."""
        now = clock.now()
        with transactions.write(self._engine) as conn:
            job = jobs.enqueue(conn, kind=IMPORT, payload={"path": str(path)}, by=by, at=now)
            audit.note(
                conn, actor=by, action="package imported", detail={"path": str(path)}, at=now
            )
        return job

    def cancel(self, *, by: str) -> Job:
        """Ask the synchronization under way to stop; raises NothingToCancelError."""
        now, shared = clock.now(), self._configuring.shared()
        with transactions.write(self._engine) as conn:
            under_way = jobs.unfinished(conn, [SYNCHRONIZE])
            if not under_way:
                raise NothingToCancelError
            job = under_way[0]
            jobs.request_cancel(conn, job.job_id, at=now)
            _close_run_without_job(conn, now, shared)
            audit.note(
                conn,
                actor=by,
                action="synchronization cancelled",
                detail={"job": job.job_id},
                at=now,
            )
            return jobs.job(conn, job.job_id)

    def close_run_without_job(self) -> None:
        """Close the run of a job that was cancelled while its worker was dead."""
        shared = self._configuring.shared()
        with transactions.write(self._engine) as conn:
            _close_run_without_job(conn, clock.now(), shared)

    def status(self) -> SyncStatus:
        """Return what goes on now."""
        now = clock.now()
        timetable = self._timetable()
        with transactions.read(self._engine) as conn:
            under_way = jobs.unfinished(conn, [SYNCHRONIZE])
            ended = [run for run in runs.runs(conn, limit=2) if run["ended"] is not None]
            attempts = _attempts(conn, timetable, now) if timetable else []
        return SyncStatus(
            job=under_way[0] if under_way else None,
            last=ended[0] if ended else None,
            next_at=schedule.next_run(timetable, attempts, now) if timetable else None,
            zone=self._configuring.shared().schedule.zone,
        )

    def history(self, *, limit: int) -> list[dict[str, Any]]:
        """Return the runs, newest first, each with its problems."""
        with transactions.read(self._engine) as conn:
            return runs.runs(conn, limit=limit)

    def glance(self) -> Glance:
        """Return what to show of synchronizing now; cheap enough to be asked every second."""
        now, timetable = clock.now(), self._timetable()
        with transactions.read(self._engine) as conn:
            under_way = jobs.unfinished(conn, [SYNCHRONIZE])
            ended = jobs.newest_ended(conn, SYNCHRONIZE)
            attempts = _attempts(conn, timetable, now) if timetable else []
            return Glance(
                job=under_way[0] if under_way else None,
                run=run_history.running(conn) if under_way else None,
                last=run_history.newest_ended(conn),
                next_at=schedule.next_run(timetable, attempts, now) if timetable else None,
                asks=ended is not None and ended.result.get("error") == ASKS_FIRST,
            )

    def runs(
        self,
        wanted: RunFilter,
        *,
        older_than: int | None = None,
        newer_than: int | None = None,
        limit: int | None = 50,
    ) -> RunPage:
        """Return a page of the history, newest first; ``limit`` None: all that is wanted."""
        with transactions.read(self._engine) as conn:
            return run_history.run_page(
                conn, wanted, older_than=older_than, newer_than=newer_than, limit=limit
            )

    def run(self, run_id: int) -> RunLine:
        """Return one run of the history. Raises NoSuchRunError."""
        with transactions.read(self._engine) as conn:
            found = run_history.run(conn, run_id)
        if found is None:
            raise NoSuchRunError(run_id)
        return found

    def problem_counts(self, run_id: int) -> dict[str, int]:
        """Return how many problems of each kind a run has; kinds without any are left out."""
        with transactions.read(self._engine) as conn:
            return run_history.problem_counts(conn, run_id)

    def problems(
        self, run_id: int, kind: str, *, after: int = 0, limit: int = 100
    ) -> list[NotedProblem]:
        """Return problems of one kind, in order; ``after``: the last one of the page before."""
        with transactions.read(self._engine) as conn:
            return run_history.problems_of(conn, run_id, kind, after=after, limit=limit)

    def starters(self) -> list[str]:
        """Return everybody who has started a synchronization, by name."""
        with transactions.read(self._engine) as conn:
            return run_history.starters(conn)

    def start_if_due(self) -> Job | None:
        """Queue what the timetable asks for now; None when it asks for nothing."""
        timetable, now = self._timetable(), clock.now()
        if timetable is None:
            return None
        with transactions.write(self._engine) as conn:
            if not schedule.is_due(timetable, _attempts(conn, timetable, now), now):
                return None
            try:
                return self._queue_alone(conn, scope=EVERYTHING, confirmed=False, by=BY_SCHEDULE)
            except AlreadySynchronizingError:
                return None

    def _queue_alone(self, conn: Connection, *, scope: str, confirmed: bool, by: str) -> Job:
        jobs.hold_queue(conn)
        under_way = jobs.unfinished(conn, [SYNCHRONIZE])
        if under_way:
            raise AlreadySynchronizingError(under_way[0])
        payload = {"scope": scope, "confirmed": confirmed}
        return jobs.enqueue(conn, kind=SYNCHRONIZE, payload=payload, by=by, at=clock.now())

    def _timetable(self) -> Timetable | None:
        chosen = self._configuring.shared().schedule
        if chosen.mode == "manual":
            return None
        with transactions.read(self._engine) as conn:
            us = installation.this_installation(conn)
        return Timetable(
            first=time.fromisoformat(chosen.first),
            per_day=chosen.per_day,
            zone=ZoneInfo(chosen.zone),
            offset=timedelta(seconds=us.schedule_offset),
            since=self._configuring.schedule_chosen_at() or us.created_at,
        )


def _close_run_without_job(conn: Connection, now: datetime, shared: Shared) -> None:
    """A run that waits to be resumed ends with the job that would have resumed it."""
    run = runs.open_run(conn)
    if run is None or jobs.unfinished(conn, [SYNCHRONIZE]):
        return
    runs.end_run(conn, run.id, result="cancelled", reason=runs.WHY_CANCELLED, at=now)
    if runs.has_brought_documents(conn, run.id):
        # What it brought is offered from now on, so approvals must say truly what is here of it.
        settle_readiness(conn, chosen_files(conn, shared))
        catalogue_changed(conn, run_id=run.id)


def _attempts(conn: Connection, timetable: Timetable, now: datetime) -> list[Attempt]:
    """Return the runs started since the timetable's newest moment, oldest first."""
    slot = schedule.latest_slot(timetable, now)
    if slot is None:
        return []
    return [
        Attempt(
            started_at=job.queued_at,
            ended_at=job.ended_at,
            failed=job.state == jobs.FAILED,
            scheduled=job.queued_by == BY_SCHEDULE,
        )
        for job in jobs.queued_since(conn, SYNCHRONIZE, slot)
        if job.payload["scope"] == EVERYTHING
    ]
