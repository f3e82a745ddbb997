"""The history: one row around every synchronization, begun before anything can fail.

The row gets start, end, result and every problem. A run whose process died or paused is open in
the database; the next one takes it up.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from headgate.errors import HeadgateError, unexpected
from headgate.jobs.worker import JobCancelledError, JobPausedError
from headgate.sentences import Sentence
from headgate.services.catalogue.settling import catalogue_changed
from headgate.storage import planning, runs, transactions
from headgate.storage.engine import Connection, Engine
from headgate.storage.runs import Problem


@contextmanager
def recorded(
    engine: Engine, *, scope: str, source: str, started_by: str, now: Callable[[], datetime]
) -> Iterator[int]:
    """Yield the number of a run, and close it with how the block ends.

    It succeeds, is cancelled, or has failed with the sentence of what was raised, which passes
    on. A pause (the server stops) leaves it open.
    """
    run_id = _take_up(engine, scope, source, started_by, now())
    try:
        yield run_id
    except JobPausedError:
        raise
    except JobCancelledError:
        _end(engine, run_id, "cancelled", runs.WHY_CANCELLED, now())
        raise
    except HeadgateError as exc:
        _end_failed(engine, run_id, source, exc.sentence(), exc, now())
        raise
    except Exception as exc:
        _end_failed(engine, run_id, source, unexpected(exc), exc, now())
        raise
    _end(engine, run_id, "succeeded", None, now())


def _take_up(engine: Engine, scope: str, source: str, started_by: str, at: datetime) -> int:
    """Begin a run, or go on with the open one if it is of the same kind."""
    with transactions.write(engine) as conn:
        open_run = runs.open_run(conn)
        if open_run is not None:
            if (open_run.scope, open_run.source) == (scope, source):
                return int(open_run.id)
            reason = Sentence("It was interrupted; another synchronization has begun since.")
            _close(conn, open_run.id, "cancelled", reason, at)
        return runs.begin_run(conn, scope=scope, source=source, started_by=started_by, at=at)


def _end_failed(
    engine: Engine, run_id: int, source: str, sentence: str, error: Exception, at: datetime
) -> None:
    problem = Problem(
        kind="call", subject=source, reason=sentence, detail="\n".join(_causes(error)) or None
    )
    with transactions.write(engine) as conn:
        runs.note_problem(conn, run_id, problem, at=at)
    _end(engine, run_id, "failed", sentence, at)


def _causes(error: BaseException) -> list[str]:
    """Return what led to an error, the nearest first; each once, should they run in a circle."""
    causes: list[BaseException] = []
    cause = error.__cause__
    while cause is not None and cause is not error and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__
    return [f"{type(one).__name__}: {one}" for one in causes]


def _end(engine: Engine, run_id: int, result: str, reason: str | None, at: datetime) -> None:
    with transactions.write(engine) as conn:
        _close(conn, run_id, result, reason, at)


def _close(conn: Connection, run_id: int, result: str, reason: str | None, at: datetime) -> None:
    """Close the run; whatever it brought, and however it ended, the catalogue has changed once."""
    runs.end_run(conn, run_id, result=result, reason=reason, at=at)
    if runs.has_brought_documents(conn, run_id):
        catalogue_changed(conn, run_id=run_id)
        planning.learn_the_tables(conn)
