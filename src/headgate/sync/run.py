"""Synchronize: the journey, one line per step.

1. The source says what it is: limits, languages; a new language is noted.
2. What earlier runs could not read is asked for again.
3. Categories, classifications and detectoids changed since our anchor.
4. Updates of the chosen products and classifications since our anchor, and the members their
   bundles name. Each list is written down before its documents are fetched, so an interrupted run
   resumes; an anchor moves when everything it answers for is here.
5. Update files that are due. A failed file never undoes metadata.
"""

from collections.abc import Callable

from headgate.sentences import Sentence
from headgate.services.synchronizing.sync_control import EVERYTHING
from headgate.storage import anchors, runs, todo, transactions
from headgate.storage.runs import Problem
from headgate.sync import categories, phases, updates
from headgate.sync.ingest import Ingestion
from headgate.sync.working import OWED, Tools, Work
from headgate.upstream.reactions import SourceChanged

FetchFiles = Callable[[int], list[Problem]]


def synchronize(
    tools: Tools,
    run_id: int,
    *,
    scope: str,
    confirmed: bool,
    fetch_files: FetchFiles | None = None,
) -> None:
    """Run one synchronization, which the history knows as ``run_id``.

    ``scope`` is EVERYTHING or CATEGORIES. ``fetch_files`` gets the run's number and fetches what
    is due. Raises the HeadgateError that ended it.
    """
    tools.progress.begin(phases.CONNECTING)
    _remind_of_what_it_delivered(tools)
    try:
        configuration = tools.source.describe(None)
    except SourceChanged as exc:
        _start_over(tools, run_id, exc)
        configuration = tools.source.describe(None)
    work = Work(
        tools=tools,
        run_id=run_id,
        ingestion=Ingestion.begin(
            engine=tools.engine, packer=tools.packer, run_id=run_id, now=tools.now
        ),
        batch_size=configuration.max_updates_per_request,
    )
    work.count_received(configuration.received_bytes)
    categories.note_languages(work, configuration)
    try:
        _metadata(work, scope, confirmed)
    except SourceChanged as exc:
        _start_over(tools, run_id, exc)
        _metadata(work, scope, confirmed)
    if scope == EVERYTHING and fetch_files is not None:
        for problem in fetch_files(run_id):
            work.note(problem)


def _remind_of_what_it_delivered(tools: Tools) -> None:
    """Documents owed are asked for first, and all of them may be unknown to the source by now."""
    with transactions.read(tools.engine) as conn:
        delivered = runs.delivered_by(conn, tools.source_name)
    if delivered is not None:
        tools.source.has_delivered(delivered)


def _metadata(work: Work, scope: str, confirmed: bool) -> None:
    ask_again_for_owed(work)
    categories.synchronize_categories(work)
    if scope == EVERYTHING:
        updates.synchronize_updates(work, confirmed=confirmed)


def ask_again_for_owed(work: Work) -> None:
    """Ask again for documents that were damaged or not delivered in earlier runs."""
    with transactions.write(work.tools.engine) as conn:
        todo.add(conn, OWED, todo.owed(conn))
    work.fetching.work_off(OWED, phases.DOCUMENTS_OWED)


def _start_over(tools: Tools, run_id: int, reason: SourceChanged) -> None:
    """[MS-WSUSSS] 2.2.9.3 ServerChanged: forget the anchors and go on."""
    problem = Problem(
        kind="notice",
        subject=Sentence("source"),
        reason=Sentence("The source says it is not the one it was; everything is listed again."),
        detail=reason.message,
    )
    with transactions.write(tools.engine) as conn:
        anchors.forget_anchors(conn)
        runs.note_problem(conn, run_id, problem, at=tools.now())
