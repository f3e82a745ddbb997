"""From received documents to the catalogue: read each, store the batch, note what is damaged.

One transaction per batch; a heavy one is stored in several. A damaged document is noted in the run,
kept for inspection as owed and asked for again next time; it never stops the run. Importing a
package and synchronizing use the same path.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain

from headgate.catalogue.documents import DocumentEncoding, ReceivedDocument
from headgate.catalogue.identity import RevisionIdentity
from headgate.errors import DocumentError
from headgate.metadata.document import read_document
from headgate.metadata.packing import Packer
from headgate.storage import ingestion, runs, todo, transactions
from headgate.storage.engine import Connection, Engine
from headgate.storage.ingestion import IncomingRevision, StoredBatch
from headgate.storage.runs import Problem
from headgate.sync.learning import Learning

#: Bytes of documents, as they were received, that are read before they are stored: what is cut from
#: them is held meanwhile, and comes to several times as much.
HEAVY = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one answer of a source, or one piece of a package, brought."""

    documents: Sequence[ReceivedDocument]
    undelivered: Mapping[RevisionIdentity, str] = field(default_factory=dict)  #: reason in words
    mu_urls: Mapping[bytes, str] = field(default_factory=dict)  #: SHA-1 to address
    received: int = 0  #: bytes on the wire


def _parts(delivery: Delivery) -> Iterator[Delivery]:
    """Yield a delivery in parts of which none but a single document's is heavy.

    The last one, or the only one, has all that is not about single documents.
    """
    part: list[ReceivedDocument] = []
    weight = 0
    for document in delivery.documents:
        weight += len(document.data)
        if part and weight > HEAVY:
            yield Delivery(documents=part)
            part, weight = [], len(document.data)
        part.append(document)
    yield replace(delivery, documents=part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a delivery."""

    stored: int
    known: tuple[RevisionIdentity, ...]
    damaged: tuple[tuple[RevisionIdentity, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingestion:
    """Takes deliveries into the catalogue on behalf of one run (``run_id`` None: a package)."""

    engine: Engine
    packer: Packer
    learning: Learning
    run_id: int | None
    arrived_at: datetime  #: one moment for all a run brings, so that it is listed together
    now: Callable[[], datetime]

    @classmethod
    def begin(
        cls,
        *,
        engine: Engine,
        packer: Packer,
        run_id: int | None,
        now: Callable[[], datetime],
    ) -> "Ingestion":
        """Return the ingestion of a run, or of a package, that begins now."""
        return cls(
            engine=engine,
            packer=packer,
            learning=Learning(engine=engine, packer=packer, now=now),
            run_id=run_id,
            arrived_at=now(),
            now=now,
        )

    def take(self, delivery: Delivery, *, scope: str | None = None) -> Taken:
        """Store a delivery and tick its identities off the list of ``scope``.

        In one transaction, unless it is so heavy that it comes in parts.
        """
        parts = [self._take(part, scope) for part in _parts(delivery)]
        return Taken(
            stored=sum(part.stored for part in parts),
            known=tuple(chain.from_iterable(part.known for part in parts)),
            damaged=tuple(chain.from_iterable(part.damaged for part in parts)),
        )

    def _take(self, delivery: Delivery, scope: str | None) -> Taken:
        readable, damaged = self._read(delivery.documents)
        at = self.now()
        with transactions.write(self.engine) as conn:
            batch = ingestion.store_batch(
                conn, readable, arrived_at=self.arrived_at, run_id=self.run_id
            )
            damaged += self._refused(delivery.documents, batch)
            ingestion.note_addresses(conn, delivery.mu_urls)
            for document, reason in damaged:
                self._note_damaged(conn, document, reason, at)
            for identity, reason in delivery.undelivered.items():
                self._note_undelivered(conn, identity, reason, at)
            if scope is not None:
                seen = [document.identity for document in delivery.documents]
                todo.tick_off(conn, scope, [*seen, *delivery.undelivered])
            if self.run_id is not None:
                runs.add_to_run(
                    conn, self.run_id, documents=len(batch.stored), received=delivery.received
                )
        self.learning.watch(readable)
        return Taken(
            stored=len(batch.stored),
            known=batch.known,
            damaged=tuple((document.identity, reason) for document, reason in damaged),
        )

    def _read(
        self, documents: Sequence[ReceivedDocument]
    ) -> tuple[list[IncomingRevision], list[tuple[ReceivedDocument, str]]]:
        readable: list[IncomingRevision] = []
        damaged: list[tuple[ReceivedDocument, str]] = []
        for received in documents:
            try:
                readable.append(self._incoming(received))
            except DocumentError as exc:
                damaged.append((received, exc.message))
        return readable, damaged

    def _incoming(self, received: ReceivedDocument) -> IncomingRevision:
        document = read_document(
            received.data, received.encoding, expected=received.identity, packer=self.packer
        )
        data = received.data
        if received.encoding is not DocumentEncoding.CABINET:
            data = self.packer.pack(data).data
        return IncomingRevision(
            revision=document.revision,
            fragments=document.fragments,
            encoding=received.encoding,
            data=data,
            xml_size=document.xml_size,
        )

    @staticmethod
    def _refused(
        documents: Sequence[ReceivedDocument], batch: StoredBatch
    ) -> list[tuple[ReceivedDocument, str]]:
        reasons = dict(batch.refused)
        return [
            (document, reasons[document.identity])
            for document in documents
            if document.identity in reasons
        ]

    def _note_damaged(
        self, conn: Connection, document: ReceivedDocument, reason: str, at: datetime
    ) -> None:
        todo.note_owed(
            conn,
            document.identity,
            reason=reason,
            encoding=document.encoding,
            data=document.data,
            at=at,
        )
        self._note(conn, document.identity, reason, at)

    def _note_undelivered(
        self, conn: Connection, identity: RevisionIdentity, reason: str, at: datetime
    ) -> None:
        # What a source never had it will never deliver: a failure once, then worth a notice.
        kind = "notice" if todo.is_owed(conn, identity) else "document"
        todo.note_owed(conn, identity, reason=reason, encoding=None, data=None, at=at)
        self._note(conn, identity, reason, at, kind=kind)

    def _note(
        self,
        conn: Connection,
        identity: RevisionIdentity,
        reason: str,
        at: datetime,
        *,
        kind: str = "document",
    ) -> None:
        if self.run_id is not None:
            problem = Problem(kind=kind, subject=str(identity), reason=reason)
            runs.note_problem(conn, self.run_id, problem, at=at)
