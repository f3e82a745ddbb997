"""Queueing the job that fetches the files of approved updates."""

from dataclasses import replace
from datetime import datetime

from headgate.catalogue.files import FileChoice
from headgate.storage import file_records, jobs
from headgate.storage.engine import Connection
from headgate.storage.jobs import Job

#: Kind of job; bootstrap knows who does it.
FETCH_FILES = "fetch files"


def queue_fetching(conn: Connection, *, by: str, at: datetime) -> Job:
    """Return the job that will fetch what is due now: the one that waits, else a new one.

    One that already runs has read what is due before, so another one is queued behind it.
    """
    jobs.hold_queue(conn)
    for job in jobs.unfinished(conn, [FETCH_FILES]):
        if job.state == jobs.QUEUED:
            return job
    return jobs.enqueue(conn, kind=FETCH_FILES, payload={}, by=by, at=at)


def queue_fetching_if_due(
    conn: Connection, choice: FileChoice, *, by: str, at: datetime
) -> Job | None:
    """Queue the job when files of approved updates, or licences, are missing."""
    due = file_records.due_total(conn, for_approvals(choice))
    return queue_fetching(conn, by=by, at=at) if due.count else None


def for_approvals(choice: FileChoice) -> FileChoice:
    """Return what the job fetches: what approved updates need, and licences."""
    return replace(choice, everything=False)
