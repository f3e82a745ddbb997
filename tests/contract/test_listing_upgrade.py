"""A catalogue stored before lists had their own columns: upgraded, it answers like a new one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import LocalizedText, PublicationState
from headgate.catalogue.update_list import UpdateQuery
from headgate.jobs.context import JobContext, Progress, Signals
from headgate.jobs.worker import Worker
from headgate.jobs.worker_lock import worker_lock
from headgate.services.catalogue.packers import Unpacker
from headgate.services.catalogue.word_index import INDEX_WORDS, WordIndex
from headgate.storage import ingestion, jobs, listing, runs, search, transactions, upgrade
from headgate.storage.engine import Engine
from headgate.storage.tables import catalogue as t
from headgate.storage.tables.synchronization import run_updates
from tests import databases
from tests.cast import NOON, a_guid, a_revision, an_identity
from tests.catalogue_rows import an_update, fill, written
from tests.databases import Older

_NEW = ("sort_title", "sort_kb", "sort_severity", "sort_released", "superseded")


@pytest.fixture
def old(older: Older) -> Iterator[Engine]:
    """Return a database with the schema before, and nothing in it."""
    with older("0002") as before:
        yield before


def _fill(engine: Engine) -> None:
    """Store a catalogue in two runs, one update revised, one withdrawn, one replaced."""
    shelf = fill(engine)
    replaced, revised = an_identity(), a_guid()
    texts = tuple(
        LocalizedText(language=language, title=title, description=f"Beschreibung {title}")
        for language, title in (("en", "Security fix 10"), ("de", "Sicherheitsflicken 9"))
    )
    for revisions in (
        (
            an_update(shelf.windows_11, identity=replaced, title="replaced", severity="Low"),
            a_revision(RevisionIdentity(revised, 1), title="revised", created=NOON),
            a_revision(title="hidden", visible=False),
        ),
        (
            replace(a_revision(RevisionIdentity(revised, 2)), texts=texts),
            an_update(title="newer", supersedes=(replaced.update_id,), kb_articles=("890830",)),
            an_update(title="gone", state=PublicationState.EXPIRED),
        ),
    ):
        with transactions.write(engine) as conn:
            run = runs.begin_run(conn, scope="everything", source="s", started_by="a", at=NOON)
            batch = [written(one) for one in revisions]
            ingestion.store_batch(conn, batch, arrived_at=NOON, run_id=run)
            runs.end_run(conn, run, result="succeeded", reason=None, at=NOON)


def _copy(engine: Engine, old: Engine) -> None:
    """Put the same catalogue into the schema before, as far as that knows it."""
    tables = ("installation", "revisions", "documents", "fragments", "prerequisites", "supersedes")
    databases.copy_rows(engine, old, *tables, "sync_runs")


def _columns(engine: Engine) -> list[tuple[Any, ...]]:
    columns = t.revisions.c
    wanted = [columns[name] for name in (*_NEW, "supersedes_others")]
    with transactions.read(engine) as conn:
        rows = conn.execute(
            select(columns.revision_id, *wanted)
            .where(columns.explicitly_deployable)
            .order_by(columns.revision_id)
        )
        return [tuple(row) for row in rows]


def _brought(engine: Engine) -> set[tuple[Any, ...]]:
    with transactions.read(engine) as conn:
        return {tuple(row) for row in conn.execute(select(run_updates))}


def _found(engine: Engine, phrase: str) -> int:
    with transactions.read(engine) as conn:
        return listing.updates(conn, UpdateQuery(text=phrase)).total


def _left(engine: Engine) -> int:
    with transactions.read(engine) as conn:
        return search.count_due(conn)


@pytest.fixture
def upgraded(engine: Engine, old: Engine) -> Engine:
    """The catalogue of ``engine``, upgraded."""
    _fill(engine)
    _copy(engine, old)
    upgrade.upgrade(old)
    return old


def test_rows_are_sorted_flagged_and_brought_as_if_stored_today(
    engine: Engine, upgraded: Engine
) -> None:
    assert _columns(upgraded) == _columns(engine)
    assert _brought(upgraded) == _brought(engine)
    assert len(_brought(upgraded)) == 5


def test_titles_and_numbers_are_found_at_once_and_the_rest_after_the_job(
    engine: Engine, upgraded: Engine
) -> None:
    at_once = [_found(upgraded, phrase) for phrase in ("fix", "KB890830", "sicherheitsfl")]
    _work_off(upgraded)

    assert at_once == [1, 1, 0]
    for phrase in ("fix", "KB890830", "sicherheitsfl", "beschreibung fix", "gone"):
        assert _found(upgraded, phrase) == _found(engine, phrase), phrase
    assert _found(upgraded, "sicherheitsfl") == 1
    assert _left(upgraded) == 0


def _index(engine: Engine) -> WordIndex:
    return WordIndex(engine=engine, unpack=Unpacker(engine), now=lambda: NOON, batch=2)


def _worker(engine: Engine, signals: Signals) -> Worker:
    handlers = {INDEX_WORDS: _index(engine).work, "other": lambda context: {}}
    return Worker(engine=engine, lock=worker_lock(engine), handlers=handlers, signals=signals)


def _work_off(engine: Engine) -> None:
    _index(engine).queue_if_due()
    worker = _worker(engine, Signals())
    assert worker.settle()
    while worker.run_next() is not None:
        pass
    worker.release()


class _Dying(JobContext):
    """The context of a job whose process dies when some documents are done."""

    def report(self, progress: Progress) -> None:
        if progress["done"]:
            raise SystemExit


def test_a_job_that_died_half_way_goes_on_where_it_was(upgraded: Engine) -> None:
    index, everything = _index(upgraded), _left(upgraded)
    index.queue_if_due()
    with transactions.write(upgraded) as conn:
        job = jobs.claim(conn, at=NOON)
    assert job is not None
    with pytest.raises(SystemExit):
        index.work(_Dying(job, Signals()))
    left = _left(upgraded)
    index.queue_if_due()  # whoever opens the installation asks; it is queued already
    worker = _worker(upgraded, Signals())
    assert worker.settle()
    again = worker.run_next()
    worker.release()

    assert everything - left == index.batch
    assert again is not None
    assert (again.job_id, again.state, again.result) == (job.job_id, "done", {"documents": left})
    assert _left(upgraded) == 0
    assert _found(upgraded, "sicherheitsfl") == 1


def test_who_waits_comes_first_and_the_rest_follows(upgraded: Engine) -> None:
    _index(upgraded).queue_if_due()
    with transactions.write(upgraded) as conn:
        jobs.enqueue(conn, kind="other", payload={}, by="anna", at=NOON)
    worker = _worker(upgraded, Signals())
    assert worker.settle()
    ended = [worker.run_next() for _ in range(3)]
    worker.release()

    assert [job.kind for job in ended if job] == [INDEX_WORDS, "other", INDEX_WORDS]
    assert _left(upgraded) == 0


def test_a_document_that_cannot_be_read_keeps_the_words_it_had(upgraded: Engine) -> None:
    with transactions.write(upgraded) as conn:
        conn.execute(update(t.documents).values(data=b"damaged"))
    _work_off(upgraded)

    assert _left(upgraded) == 0
    assert _found(upgraded, "fix") == 1


def test_a_catalogue_that_was_never_behind_queues_nothing(engine: Engine) -> None:
    _fill(engine)
    _index(engine).queue_if_due()

    with transactions.read(engine) as conn:
        assert jobs.unfinished(conn, [INDEX_WORDS]) == []
