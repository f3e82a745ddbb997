"""Working off a to-do list: up to four calls at once, stored in the order of the list.

Calls overlap with reading and storing; what has been stored is off the list in the same
transaction, so a kill at any moment loses nothing but the answers in flight.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from headgate.arenas import share_arenas
from headgate.catalogue.identity import RevisionIdentity
from headgate.sentences import Sentence
from headgate.storage import todo, transactions
from headgate.storage.engine import Engine
from headgate.sync.ingest import Delivery, Ingestion
from headgate.sync.progress import Progress
from headgate.upstream.source import DocumentBatch

#: Four were tolerated by Microsoft's service and gave 8 times the speed of one (FACTS §10.7).
CALLS_AT_ONCE = 4


class DocumentSource(Protocol):
    """Whoever answers ``GetUpdateData``."""

    def documents(self, identities: Sequence[RevisionIdentity]) -> DocumentBatch:
        """Return the documents of the identities, and which were not delivered and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """Fetches what is on a to-do list and hands it to ingestion."""

    engine: Engine
    source: DocumentSource
    ingestion: Ingestion
    progress: Progress
    check_stopped: Callable[[], None]  #: raises when the run shall end here
    batch_size: int

    def work_off(self, scope: str, phase: Sentence) -> None:
        """Fetch and store everything on the list of ``scope``; errors of the source rise.

        Whatever was stored before an error stays stored and off the list.
        """
        with transactions.read(self.engine) as conn:
            total = todo.count(conn, scope)
        if not total:
            return
        self.progress.begin(phase, total)
        share_arenas()
        pool = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="fetch")
        try:
            self._pump(pool, scope)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _pump(self, pool: ThreadPoolExecutor, scope: str) -> None:
        flying: deque[Future[DocumentBatch]] = deque()
        last = self._launch(pool, scope, None, flying)
        while flying:
            batch = flying.popleft().result()
            last = self._launch(pool, scope, last, flying)
            self._take(batch, scope)
            self.check_stopped()

    def _launch(
        self,
        pool: ThreadPoolExecutor,
        scope: str,
        after: RevisionIdentity | None,
        flying: deque[Future[DocumentBatch]],
    ) -> RevisionIdentity | None:
        """Start calls until four are under way; return the last identity asked for."""
        while len(flying) < CALLS_AT_ONCE:
            with transactions.read(self.engine) as conn:
                identities = todo.next_items(conn, scope, after=after, limit=self.batch_size)
            if not identities:
                break
            flying.append(pool.submit(self.source.documents, identities))
            after = identities[-1]
        return after

    def _take(self, batch: DocumentBatch, scope: str) -> None:
        delivery = Delivery(
            documents=batch.documents,
            undelivered={item.identity: item.reason for item in batch.undelivered},
            mu_urls=batch.mu_urls,
            received=batch.received_bytes,
        )
        self.ingestion.take(delivery, scope=scope)
        self.progress.advance(
            len(batch.documents) + len(batch.undelivered), received=batch.received_bytes
        )
