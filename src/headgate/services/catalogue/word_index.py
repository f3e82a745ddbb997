"""Words of updates that an earlier version stored: read their documents again, a few at a time.

An upgrade knows the titles in one language and the numbers; every other word is in the documents.
What is left to do stands in the database, so a killed job goes on where it was, and searching
works meanwhile on what is there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.words import searched_words
from headgate.errors import DocumentError
from headgate.jobs.context import JobContext
from headgate.logs import get_logger
from headgate.metadata.document import read_facts
from headgate.services.catalogue.packers import Unpacker
from headgate.storage import ingestion, jobs, search, transactions
from headgate.storage.engine import Engine
from headgate.storage.ingestion import StoredDocument

#: The kind of the job; bootstrap knows who does it.
INDEX_WORDS = "index words"

#: What the job is queued by.
BY_UPGRADE = "upgrade"


@dataclass(frozen=True, slots=True, kw_only=True)
class WordIndex:
    """Brings the words of an upgraded catalogue up to date."""

    engine: Engine
    unpack: Unpacker
    now: Callable[[], datetime]
    batch: int = 200  #: documents between two commits; after as many, others who wait come first

    def queue_if_due(self) -> None:
        """Queue the job when there is something to do and it does not wait already."""
        with transactions.read(self.engine) as conn:
            if not search.due(conn, 1):
                return
        with transactions.write(self.engine) as conn:
            jobs.enqueue_unless_unfinished(conn, kind=INDEX_WORDS, by=BY_UPGRADE, at=self.now())

    def work(self, context: JobContext) -> dict[str, Any]:
        """Do what is due. Others who wait come first: then the rest is queued behind them."""
        done = 0
        while True:
            context.check()
            with transactions.read(self.engine) as conn:
                left = search.count_due(conn)
                due = search.due(conn, self.batch)
                documents = ingestion.documents_of(conn, due)
                others = jobs.is_anything_waiting(conn)
            context.report({"phase": INDEX_WORDS, "done": done, "total": done + left})
            if not due:
                return {"documents": done}
            if others and done:
                self._queue_rest()
                return {"documents": done, "left": left}
            self._index(due, documents)
            done += len(due)

    def _queue_rest(self) -> None:
        with transactions.write(self.engine) as conn:
            jobs.enqueue(conn, kind=INDEX_WORDS, payload={}, by=BY_UPGRADE, at=self.now())

    def _index(self, due: Sequence[int], documents: Sequence[StoredDocument]) -> None:
        words = [(one.revision_id, self._words(one)) for one in documents]
        with transactions.write(self.engine) as conn:
            search.index_words(conn, words)
            search.settle_due(conn, due)

    def _words(self, stored: StoredDocument) -> tuple[str, ...]:
        """Return the words of a document; none for one that cannot be read: the old ones stay."""
        try:
            data = stored.data
            if stored.encoding is not DocumentEncoding.CABINET:
                data = self.unpack(data)
            return searched_words(read_facts(data, stored.encoding, stored.identity))
        except DocumentError as exc:
            get_logger(__name__).warning(
                "words not indexed", update=str(stored.identity), reason=str(exc)
            )
            return ()
