"""A catalogue stored before lists had their own columns: upgraded, it answers like a new one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData, insert, select

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import LocalizedText, PublicationState, Revision
from headgate.catalogue.update_list import UpdateQuery
from headgate.jobs.context import JobContext, JobPausedError, Signals
from headgate.jobs.worker import Worker
from headgate.jobs.worker_lock import worker_lock
from headgate.services.packers import Unpacker
from headgate.services.word_index import INDEX_WORDS, WordIndex
from headgate.storage import ingestion, jobs, listing, runs, search, transactions, upgrade
from headgate.storage.engine import Engine, sqlite_url
from headgate.storage.tables import catalogue as t
from headgate.storage.tables.synchronization import run_updates
from tests import databases
from tests.cast import NOON, a_guid, a_revision, an_identity
from tests.catalogue_rows import an_update, fill, written

_NEW = ("sort_title", "sort_kb", "sort_severity", "sort_released", "superseded")


@pytest.fixture
def old(engine: Engine, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Return a database with the schema before, and nothing in it."""
    if engine.dialect.name == "sqlite":
        url = sqlite_url(tmp_path / "old.db")
    else:
        url = request.getfixturevalue("postgres").new_database(prepared=False)
    with databases.opened(url) as before:
        upgrade.upgrade(before, to="0002")
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
            a_revision(RevisionIdentity(revised, 2), title="revised again", texts_of=texts),
            an_update(title="newer", supersedes=(replaced.update_id,), kb_articles=("890830",)),
            an_update(title="gone", state=PublicationState.EXPIRED),
        ),
    ):
        with transactions.write(engine) as conn:
            run = runs.begin_run(conn, scope="everything", source="s", started_by="a", at=NOON)
            batch = [written(one) for one in revisions]
            ingestion.store_batch(conn, batch, arrived_at=NOON, run_id=run)
            runs.end_run(conn, run, result="succeeded", reason=None, at=NOON)
