"""Synchronize: the journey, one line per step.

1. The source says what it is: limits, languages; a new language is noted.
2. What earlier runs could not read is asked for again.
3. Categories, classifications and detectoids changed since our anchor.
4. Updates of the chosen products and classifications since our anchor, and the members their
   bundles name. Each list is written down before its documents are fetched, so an interrupted run
   resumes; an anchor moves when everything it answers for is here.
5. Update files that are due. A failed file never undoes metadata.

The history gets start, end, result and every problem. A run whose process died is open in the
database; the next one takes it up.
"""

from collections.abc import Callable
from typing import Any

from headgate.errors import HeadgateError
from headgate.jobs.worker import JobCancelledError, JobPausedError
from headgate.storage import anchors, catalogue_version, runs, todo, transactions
from headgate.storage.runs import Problem
from headgate.sync import categories, updates
from headgate.sync.working import OWED, Tools, Work
from headgate.upstream.reactions import SourceChanged

EVERYTHING = "everything"
CATEGORIES = "categories"

FetchFiles = Callable[[int], list[Problem]]


def synchronize(
    tools: Tools,
    *,
    scope: str,
    started_by: str,
    confirmed: bool,
    fetch_files: FetchFiles | None = None,
) -> dict[str, Any]:
    """Run one synchronization and return its row of the history.

    ``scope`` is EVERYTHING or CATEGORIES. ``fetch_files`` gets the run's number and fetches what
    is due. Raises the HeadgateError that ended it; the run is then closed as failed with the
    sentence, or as cancelled. A pause (the server stops) leaves it open.
    """
    run_id = _take_up(tools, scope, started_by)
    try:
        _journey(tools, run_id, scope, confirmed, fetch_files)
    except JobPausedError:
        raise
    except JobCancelledError:
        _end(tools, run_id, "cancelled", "Cancelled; the next synchronization goes on from here.")
        raise
    except HeadgateError as exc:
        _end_failed(tools, run_id, exc.sentence(), exc)
        raise
    except Exception as exc:
        _end_failed(tools, run_id, f"Unexpected: {type(exc).__name__}: {exc}", exc)
        raise
    _end(tools, run_id, "succeeded", None)
    with transactions.read(tools.engine) as conn:
        return runs.runs(conn, limit=1)[0]


def _take_up(tools: Tools, scope: str, started_by: str) -> int:
    with transactions.write(tools.engine) as conn:
        open_run = runs.open_run(conn)
        if open_run is not None:
            return int(open_run.id)
        return runs.begin_run(
            conn, scope=scope, source=tools.source_name, started_by=started_by, at=tools.now()
        )


def _journey(
    tools: Tools, run_id: int, scope: str, confirmed: bool, fetch_files: FetchFiles | None
) -> None:
    tools.progress.begin("connecting")
    configuration = tools.source.describe(None)
    work = Work(tools=tools, run_id=run_id, batch_size=configuration.max_updates_per_request)
    work.count_received(configuration.received_bytes)
    categories.note_languages(work, configuration)
    try:
        _metadata(work, scope, confirmed)
    except SourceChanged as exc:
        _start_over(work, exc)
        _metadata(work, scope, confirmed)
    if scope == EVERYTHING and fetch_files is not None:
        for problem in fetch_files(run_id):
            work.note(problem)


def _metadata(work: Work, scope: str, confirmed: bool) -> None:
    ask_again_for_owed(work)
    categories.synchronize_categories(work)
    if scope == EVERYTHING:
        updates.synchronize_updates(work, confirmed=confirmed)


def ask_again_for_owed(work: Work) -> None:
    """Ask again for documents that were damaged or not delivered in earlier runs."""
    with transactions.write(work.tools.engine) as conn:
        todo.add(conn, OWED, todo.owed(conn))
    work.fetching.work_off(OWED, "documents owed")


def _start_over(work: Work, reason: SourceChanged) -> None:
    """[MS-WSUSSS] 2.2.9.3 ServerChanged: forget the anchors and go on."""
    work.note(
        Problem(
            kind="notice",
            subject="source",
            reason="The source says it is not the one it was; everything is listed again.",
            detail=str(reason),
        )
    )
    with transactions.write(work.tools.engine) as conn:
        anchors.forget_anchors(conn)


def _end_failed(tools: Tools, run_id: int, sentence: str, error: Exception) -> None:
    causes = []
    cause: BaseException | None = error.__cause__
    while cause is not None:
        causes.append(f"{type(cause).__name__}: {cause}")
        cause = cause.__cause__
    problem = Problem(
        kind="call",
        subject=tools.source_name,
        reason=sentence,
        detail="\n".join(causes) or None,
    )
    with transactions.write(tools.engine) as conn:
        runs.note_problem(conn, run_id, problem, at=tools.now())
    _end(tools, run_id, "failed", sentence)


def _end(tools: Tools, run_id: int, result: str, reason: str | None) -> None:
    """Close the run; whatever it brought, and however it ended, the catalogue has changed once."""
    with transactions.write(tools.engine) as conn:
        runs.end_run(conn, run_id, result=result, reason=reason, at=tools.now())
        if runs.has_brought_documents(conn, run_id):
            catalogue_version.raise_catalogue_version(conn)
