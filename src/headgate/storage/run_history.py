"""Reading the history of synchronizations: a page at a time, one run, its problems by kind."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from headgate.storage.tables import synchronization as t

#: A notice is worth knowing and no failure.
NOTICE = "notice"

#: How a run stands: what ``result`` says, and what a run without result is called.
SUCCEEDED, FAILED, CANCELLED, RUNNING = "succeeded", "failed", "cancelled", "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One synchronization, without its problems."""

    run_id: int
    scope: str  #: everything | categories
    source: str
    started_at: datetime
    ended_at: datetime | None  #: None: it runs, or its process died
    started_by: str  #: a name, or ``schedule``
    result: str  #: succeeded | failed | cancelled | running
    reason: str | None  #: a sentence, when it failed or was cancelled
    new: int
    revised: int
    expired: int
    documents: int
    files: int
    received: int  #: bytes
    failures: int  #: problems that are no mere notices

    def seconds(self, now: datetime) -> float:
        """Return how long it took, or has taken so far."""
        return ((self.ended_at or now) - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFilter:
    """Which runs to list; None asks nothing."""

    result: str | None = None  #: succeeded | failed | cancelled | running
    since: datetime | None = None  #: started at or after
    before: datetime | None = None  #: started before
    started_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """Some runs, newest first, and where the pages beside them begin; None: there is none."""

    lines: tuple[RunLine, ...]
    total: int
    older: int | None = None  #: ask for what is older than this run
    newer: int | None = None  #: ask for what is newer than this run


@dataclass(frozen=True, slots=True, kw_only=True)
class NotedProblem:
    """One thing that went wrong in a run, or is worth a notice."""

    problem_id: int
    kind: str  #: document | file | call | notice
    subject: str
    reason: str
    detail: str | None
    noted_at: datetime


def run_page(
    conn: Connection,
    wanted: RunFilter,
    *,
    older_than: int | None = None,
    newer_than: int | None = None,
    limit: int | None,
) -> RunPage:
    """Return a page of the history, newest first; ``limit`` None: all of it."""
    runs, conditions = t.sync_runs.c, _conditions(wanted)
    total = conn.execute(select(func.count()).select_from(t.sync_runs).where(*conditions))
    if newer_than is not None:
        found = _lines(conn, [*conditions, runs.id > newer_than], limit=limit, order=runs.id.asc())[
            ::-1
        ]
    else:
        beginning = [runs.id < older_than] if older_than is not None else []
        found = _lines(conn, [*conditions, *beginning], limit=limit, order=runs.id.desc())
    page = RunPage(lines=tuple(found), total=int(total.scalar_one()))
    if not found:
        return page
    return replace(
        page,
        older=found[-1].run_id if _any(conn, [*conditions, runs.id < found[-1].run_id]) else None,
        newer=found[0].run_id if _any(conn, [*conditions, runs.id > found[0].run_id]) else None,
    )


def run(conn: Connection, run_id: int) -> RunLine | None:
    """Return one run, None when the history does not know it."""
    found = _lines(conn, [t.sync_runs.c.id == run_id], limit=1, order=t.sync_runs.c.id)
    return found[0] if found else None


def running(conn: Connection) -> RunLine | None:
    """Return the run that has not ended."""
    open_run = [t.sync_runs.c.ended_at.is_(None)]
    found = _lines(conn, open_run, limit=1, order=t.sync_runs.c.id)
    return found[0] if found else None


def newest_ended(
    conn: Connection, *, scope: str | None = None, result: str | None = None
) -> RunLine | None:
    """Return the newest run that has ended, of one scope or with one result if asked so."""
    columns = t.sync_runs.c
    conditions: list[ColumnElement[bool]] = [columns.ended_at.is_not(None)]
    if scope is not None:
        conditions.append(columns.scope == scope)
    if result is not None:
        conditions.append(columns.result == result)
    found = _lines(conn, conditions, limit=1, order=columns.id.desc())
    return found[0] if found else None


def starters(conn: Connection) -> list[str]:
    """Return who has started synchronizations, by name."""
    names = select(t.sync_runs.c.started_by).distinct().order_by(t.sync_runs.c.started_by)
    return list(conn.execute(names).scalars())


def problem_counts(conn: Connection, run_id: int) -> dict[str, int]:
    """Return how many problems of each kind a run has."""
    problems = t.run_problems.c
    rows = conn.execute(
        select(problems.kind, func.count()).where(problems.run_id == run_id).group_by(problems.kind)
    )
    return {kind: int(count) for kind, count in rows}


def problems_of(
    conn: Connection, run_id: int, kind: str, *, after: int, limit: int
) -> list[NotedProblem]:
    """Return problems of one kind in the order they were noted, those after a problem's number."""
    problems = t.run_problems.c
    rows = conn.execute(
        select(t.run_problems)
        .where(problems.run_id == run_id, problems.kind == kind, problems.id > after)
        .order_by(problems.id)
        .limit(limit)
    )
    return [
        NotedProblem(
            problem_id=row.id,
            kind=row.kind,
            subject=row.subject,
            reason=row.reason,
            detail=row.detail,
            noted_at=row.noted_at,
        )
        for row in rows
    ]


def _conditions(wanted: RunFilter) -> list[ColumnElement[bool]]:
    runs = t.sync_runs.c
    found: list[ColumnElement[bool]] = []
    if wanted.result == RUNNING:
        found.append(runs.result.is_(None))
    elif wanted.result is not None:
        found.append(runs.result == wanted.result)
    if wanted.since is not None:
        found.append(runs.started_at >= wanted.since)
    if wanted.before is not None:
        found.append(runs.started_at < wanted.before)
    if wanted.started_by is not None:
        found.append(runs.started_by == wanted.started_by)
    return found


def _any(conn: Connection, conditions: Sequence[ColumnElement[bool]]) -> bool:
    return conn.execute(select(t.sync_runs.c.id).where(*conditions).limit(1)).first() is not None


def _lines(
    conn: Connection,
    conditions: Sequence[ColumnElement[bool]],
    *,
    limit: int | None,
    order: ColumnElement[Any],
) -> list[RunLine]:
    failures = (
        select(func.count())
        .select_from(t.run_problems)
        .where(t.run_problems.c.run_id == t.sync_runs.c.id, t.run_problems.c.kind != NOTICE)
        .scalar_subquery()
    )
    wanted: Select[Any] = (
        select(t.sync_runs, failures.label("failures")).where(*conditions).order_by(order)
    )
    return [_line(row) for row in conn.execute(wanted.limit(limit))]


def _line(row: Row[Any]) -> RunLine:
    return RunLine(
        run_id=row.id,
        scope=row.scope,
        source=row.source,
        started_at=row.started_at,
        ended_at=row.ended_at,
        started_by=row.started_by,
        result=row.result or RUNNING,
        reason=row.reason,
        new=row.new,
        revised=row.revised,
        expired=row.expired,
        documents=row.documents,
        files=row.files,
        received=row.bytes,
        failures=int(row.failures),
    )
