"""The history: every synchronization, what it brought and what went wrong."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, delete, exists, func, insert, or_, select, text
from sqlalchemy import update as change

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import PublicationState
from headgate.catalogue.update_list import Brought
from headgate.sentences import Sentence
from headgate.storage.tables import catalogue as c
from headgate.storage.tables import synchronization as t

#: Why a run that was cancelled has ended.
WHY_CANCELLED = Sentence("Cancelled; the next synchronization goes on from here.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that went wrong in a run, or is worth a notice, in words."""

    kind: str  #: document | file | call | notice
    subject: str
    reason: str
    detail: str | None = None


def open_run(conn: Connection) -> Row[Any] | None:
    """Return the run that has not ended: it runs, or its process died."""
    return conn.execute(
        select(t.sync_runs).where(t.sync_runs.c.ended_at.is_(None)).order_by(t.sync_runs.c.id)
    ).first()


def begin_run(conn: Connection, *, scope: str, source: str, started_by: str, at: datetime) -> int:
    """Write down that a synchronization begins; return its number."""
    return int(
        conn.execute(
            insert(t.sync_runs)
            .values(scope=scope, source=source, started_by=started_by, started_at=at)
            .returning(t.sync_runs.c.id)
        ).scalar_one()
    )


def end_run(
    conn: Connection, run_id: int, *, result: str, reason: str | None, at: datetime
) -> None:
    """Close a run: count what it brought; ``result`` is succeeded, failed or cancelled."""
    conn.execute(
        change(t.sync_runs)
        .where(t.sync_runs.c.id == run_id)
        .values(ended_at=at, result=result, reason=reason, **updates_brought_by(conn, run_id))
    )


def add_to_run(
    conn: Connection, run_id: int, *, documents: int = 0, files: int = 0, received: int = 0
) -> None:
    """Count what a batch brought into the run (``received`` in bytes)."""
    columns = t.sync_runs.c
    conn.execute(
        change(t.sync_runs)
        .where(columns.id == run_id)
        .values(
            documents=columns.documents + documents,
            files=columns.files + files,
            bytes=columns.bytes + received,
        )
    )


def has_brought_documents(conn: Connection, run_id: int) -> bool:
    """Whether a run has stored anything."""
    documents = select(t.sync_runs.c.documents).where(t.sync_runs.c.id == run_id)
    return bool(conn.execute(documents).scalar_one())


def delivered_by(conn: Connection, source: str) -> RevisionIdentity | None:
    """Return the document a source has delivered last, None before the first."""
    columns = c.revisions.c
    row = conn.execute(
        select(columns.update_id, columns.revision_number)
        .join(t.sync_runs, t.sync_runs.c.id == columns.arrived_run)
        .where(t.sync_runs.c.source == source)
        .order_by(columns.revision_id.desc())
        .limit(1)
    ).first()
    return None if row is None else RevisionIdentity(*row)


def note_updates_of_earlier_runs(conn: Connection) -> None:
    """Write down what every run of the history brought (an earlier schema only counted)."""
    _note_updates(conn, None)


def updates_brought_by(conn: Connection, run_id: int) -> dict[str, int]:
    """Count the updates a run has brought: new, revised, expired (each update counts once).

    They are what ``run_updates`` names, so that a list of them is exactly as long.
    """
    _note_updates(conn, run_id)
    columns = t.run_updates.c
    counts = conn.execute(
        select(columns.brought, func.count())
        .where(columns.run_id == run_id)
        .group_by(columns.brought)
    )
    return {brought.value: 0 for brought in Brought} | {row[0]: row[1] for row in counts}


def _note_updates(conn: Connection, run_id: int | None) -> None:
    """Write down the updates lists show that a run (None: each of them) has brought.

    Noted is the revision that was the newest of its id when the run ended. Numbers of revisions
    only rise, so what is smaller was here before.
    """
    here = c.revisions.c
    other = c.revisions.alias("other")
    from_elsewhere = other.c.arrived_run.is_distinct_from(here.arrived_run)
    same_id = other.c.update_id == here.update_id
    before = other.c.revision_id < here.revision_id
    newer_then = exists().where(
        same_id, other.c.revision_number > here.revision_number, or_(~from_elsewhere, before)
    )
    known_before = exists().where(same_id, before, from_elsewhere)
    brought = case(
        (here.publication_state == PublicationState.EXPIRED.value, Brought.EXPIRED.value),
        (known_before, Brought.REVISED.value),
        else_=Brought.NEW.value,
    )
    wanted = select(here.arrived_run, here.revision_id, brought).where(
        text(c.LISTED), here.arrived_run.in_(select(t.sync_runs.c.id)), ~newer_then
    )
    if run_id is not None:
        wanted = wanted.where(here.arrived_run == run_id)
        conn.execute(delete(t.run_updates).where(t.run_updates.c.run_id == run_id))
    conn.execute(insert(t.run_updates).from_select(["run_id", "revision_id", "brought"], wanted))


def runs(conn: Connection, *, limit: int = 50) -> list[dict[str, Any]]:
    """Return the history, newest first, each run with its problems."""
    found = conn.execute(
        select(t.sync_runs).order_by(t.sync_runs.c.id.desc()).limit(limit)
    ).fetchall()
    problems: dict[int, list[dict[str, Any]]] = {run.id: [] for run in found}
    for problem in conn.execute(
        select(t.run_problems)
        .where(t.run_problems.c.run_id.in_(list(problems)))
        .order_by(t.run_problems.c.id)
    ):
        problems[problem.run_id].append(
            {
                "kind": problem.kind,
                "subject": problem.subject,
                "reason": problem.reason,
                "detail": problem.detail,
                "noted": problem.noted_at,
            }
        )
    return [
        {
            "id": run.id,
            "scope": run.scope,
            "source": run.source,
            "started": run.started_at,
            "ended": run.ended_at,
            "by": run.started_by,
            "result": run.result,
            "reason": run.reason,
            "new": run.new,
            "revised": run.revised,
            "expired": run.expired,
            "documents": run.documents,
            "files": run.files,
            "bytes": run.bytes,
            "problems": problems[run.id],
        }
        for run in found
    ]


def note_problem(conn: Connection, run_id: int, problem: Problem, *, at: datetime) -> None:
    """Write a problem into the history; nothing is ever thrown away."""
    conn.execute(
        insert(t.run_problems).values(
            run_id=run_id,
            kind=problem.kind,
            subject=problem.subject,
            reason=problem.reason,
            detail=problem.detail,
            noted_at=at,
        )
    )
