"""The job table: what waits, what runs, what became of it.

States: queued -> running -> done | failed | cancelled; a running job whose worker paused or died
goes back to queued. Each change is made only if the job is still as the caller saw it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from headgate import sentences
from headgate.storage.tables.operations import jobs

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
UNFINISHED = (QUEUED, RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work, as the table has it."""

    job_id: int
    kind: str
    payload: Mapping[str, Any]
    state: str
    queued_at: datetime
    queued_by: str
    started_at: datetime | None
    ended_at: datetime | None
    cancel_requested: bool
    progress: Mapping[str, Any]
    result: Mapping[str, Any]
    error: str | None  #: the sentence, when it failed

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in UNFINISHED


def enqueue(
    conn: Connection, *, kind: str, payload: Mapping[str, Any], by: str, at: datetime
) -> Job:
    """Queue a job and return it."""
    row = conn.execute(
        insert(jobs)
        .values(
            kind=kind,
            payload=json.dumps(payload),
            state=QUEUED,
            queued_at=at,
            queued_by=by,
            cancel_requested=False,
        )
        .returning(*jobs.c)
    ).one()
    return _job(row)


def enqueue_unless_unfinished(conn: Connection, *, kind: str, by: str, at: datetime) -> None:
    """Queue a job without payload, unless one of its kind waits or runs."""
    hold_queue(conn)
    if not unfinished(conn, [kind]):
        enqueue(conn, kind=kind, payload={}, by=by, at=at)


def hold_queue(conn: Connection) -> None:
    """Let nobody else queue or claim until this transaction ends.

    A question ("is one running?") and the deed that follows from it then belong together. On
    SQLite the write transaction already keeps everybody else out.
    """
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql("LOCK TABLE jobs IN SHARE ROW EXCLUSIVE MODE")


def job(conn: Connection, job_id: int) -> Job:
    """Return a job that exists."""
    return _job(conn.execute(select(jobs).where(jobs.c.id == job_id)).one())


def unfinished(conn: Connection, kinds: Sequence[str]) -> list[Job]:
    """Return the jobs of these kinds that wait or run, oldest first."""
    rows = conn.execute(
        select(jobs).where(jobs.c.kind.in_(kinds), jobs.c.state.in_(UNFINISHED)).order_by(jobs.c.id)
    )
    return [_job(row) for row in rows]


def is_anything_waiting(conn: Connection) -> bool:
    """Whether a job of any kind waits to be run."""
    return (
        conn.execute(select(jobs.c.id).where(jobs.c.state == QUEUED).limit(1)).first() is not None
    )


def queued_since(conn: Connection, kind: str, moment: datetime) -> list[Job]:
    """Return the jobs of a kind queued at or after a moment, oldest first."""
    rows = conn.execute(
        select(jobs).where(jobs.c.kind == kind, jobs.c.queued_at >= moment).order_by(jobs.c.id)
    )
    return [_job(row) for row in rows]


def newest_ended(conn: Connection, kind: str) -> Job | None:
    """Return the job of a kind that was queued last among those that have ended."""
    row = conn.execute(
        select(jobs)
        .where(jobs.c.kind == kind, jobs.c.state.not_in(UNFINISHED))
        .order_by(jobs.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else _job(row)


def claim(conn: Connection, *, at: datetime) -> Job | None:
    """Take the oldest waiting job and mark it running; None when nothing waits."""
    oldest = (
        select(jobs.c.id)
        .where(jobs.c.state == QUEUED)
        .order_by(jobs.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    row = conn.execute(
        update(jobs)
        .where(jobs.c.id == oldest)
        .values(state=RUNNING, started_at=at, progress=None)
        .returning(*jobs.c)
    ).first()
    return None if row is None else _job(row)


def report(conn: Connection, job_id: int, progress: Mapping[str, Any]) -> None:
    """Write down how far a running job is."""
    conn.execute(update(jobs).where(_still(job_id, RUNNING)).values(progress=_written(progress)))


def is_cancel_requested(conn: Connection, job_id: int) -> bool:
    """Whether somebody asked the job to stop."""
    return bool(
        conn.execute(select(jobs.c.cancel_requested).where(jobs.c.id == job_id)).scalar_one()
    )


def finish(
    conn: Connection,
    job_id: int,
    *,
    state: str,
    at: datetime,
    result: Mapping[str, Any] | None = None,
    error: str | None = None,
) -> None:
    """End a running job as done, failed or cancelled."""
    conn.execute(
        update(jobs)
        .where(_still(job_id, RUNNING))
        .values(state=state, ended_at=at, result=_written(result or {}), error=error)
    )


def put_back(conn: Connection, job_id: int) -> None:
    """Let a running job wait again: its worker stops, the next one resumes it."""
    conn.execute(update(jobs).where(_still(job_id, RUNNING)).values(state=QUEUED, started_at=None))


def request_cancel(conn: Connection, job_id: int, *, at: datetime) -> None:
    """Ask a job to stop: one that waits is cancelled at once, one that runs is told so."""
    conn.execute(update(jobs).where(_still(job_id, QUEUED)).values(state=CANCELLED, ended_at=at))
    conn.execute(update(jobs).where(_still(job_id, RUNNING)).values(cancel_requested=True))


def take_over(conn: Connection, *, at: datetime) -> int:
    """Put back every job of a worker that died; return how many. The caller is the worker now.

    A job somebody had asked to stop is cancelled instead.
    """
    abandoned = jobs.c.state == RUNNING
    conn.execute(
        update(jobs).where(abandoned, jobs.c.cancel_requested).values(state=CANCELLED, ended_at=at)
    )
    put = conn.execute(update(jobs).where(abandoned).values(state=QUEUED, started_at=None))
    return put.rowcount


def _written(value: Mapping[str, Any]) -> str:
    """Return what a handler said as JSON; a sentence in it can be said in other languages later."""
    return json.dumps(_keeping(value), default=_text)


def _keeping(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _keeping(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_keeping(each) for each in value]
    return sentences.kept(value) if isinstance(value, str) else value


def _text(value: object) -> str:
    """Write a moment the way JSON readers expect it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return str(value)


def _read(text: str | None) -> dict[str, Any]:
    found: dict[str, Any] = _restoring(json.loads(text or "{}"))
    return found


def _restoring(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _restoring(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_restoring(each) for each in value]
    return sentences.restored(value) if isinstance(value, str) else value


def _still(job_id: int, state: str) -> ColumnElement[bool]:
    return (jobs.c.id == job_id) & (jobs.c.state == state)


def _job(row: Row[Any]) -> Job:
    return Job(
        job_id=row.id,
        kind=row.kind,
        payload=json.loads(row.payload),
        state=row.state,
        queued_at=row.queued_at,
        queued_by=row.queued_by,
        started_at=row.started_at,
        ended_at=row.ended_at,
        cancel_requested=row.cancel_requested,
        progress=_read(row.progress),
        result=_read(row.result),
        error=row.error,
    )
