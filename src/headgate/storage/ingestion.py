"""Storing revisions: one batch, one transaction, a savepoint where one document misbehaves.

A batch is written table by table (one statement for all its documents), which is several times
faster than document by document. If the database refuses a row, the batch is written again with
a savepoint around each document, so that only the culprit is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, tuple_, update
from sqlalchemy.exc import OperationalError, StatementError

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.fragments import Fragments
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import Revision
from headgate.sentences import Sentence
from headgate.storage import revision_rows, statements, supersedence
from headgate.storage.search import index_words
from headgate.storage.tables import catalogue as t
from headgate.storage.tables.operations import installation
from headgate.storage.tables.synchronization import owed_documents

#: What is said about a single row: by the database, or by its driver before it gets there.
ROW_ERRORS = (StatementError, OverflowError, UnicodeEncodeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingRevision:
    """One document, read: what there is to store of it."""

    revision: Revision
    fragments: Fragments
    encoding: DocumentEncoding
    data: bytes  #: cabinets as they came; text packed by ``metadata.packing``
    xml_size: int  #: bytes of the document as UTF-8

    @property
    def identity(self) -> RevisionIdentity:
        """Who it is."""
        return self.revision.identity


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """A document as it is kept."""

    revision_id: int  #: our own number
    identity: RevisionIdentity
    encoding: DocumentEncoding
    data: bytes  #: cabinets as they came; text packed by ``metadata.packing``


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBatch:
    """What became of a batch."""

    stored: tuple[RevisionIdentity, ...] = ()
    known: tuple[RevisionIdentity, ...] = ()  #: were here already; nothing was changed
    refused: tuple[tuple[RevisionIdentity, str], ...] = ()  #: identity, reason in words


def store_batch(
    conn: Connection,
    batch: Sequence[IncomingRevision],
    *,
    arrived_at: datetime,
    run_id: int | None,
) -> StoredBatch:
    """Store revisions that are not here yet; the first document of an identity stays.

    Call inside a write transaction. A document the database refuses is left out and named in
    ``refused``; errors that concern the whole database (disk full) rise.
    """
    wanted = {incoming.identity: incoming for incoming in batch}
    known = known_identities(conn, wanted)
    fresh = [incoming for identity, incoming in wanted.items() if identity not in known]
    refused: list[tuple[RevisionIdentity, str]] = []
    if fresh:
        try:
            with conn.begin_nested():
                _write(conn, fresh, arrived_at, run_id)
        except ROW_ERRORS as exc:
            _rise_unless_one_row(exc)
            fresh, refused = _write_one_by_one(conn, fresh, arrived_at, run_id)
    return StoredBatch(
        stored=tuple(incoming.identity for incoming in fresh),
        known=tuple(known),
        refused=tuple(refused),
    )


def known_identities(
    conn: Connection, identities: Iterable[RevisionIdentity]
) -> list[RevisionIdentity]:
    """Return those of the identities whose documents are here."""
    asked = set(identities)
    found: list[RevisionIdentity] = []
    for chunk in statements.chunks(sorted({identity.update_id for identity in asked})):
        rows = conn.execute(
            select(t.revisions.c.update_id, t.revisions.c.revision_number).where(
                t.revisions.c.update_id.in_(chunk)
            )
        )
        found.extend(
            identity
            for update_id, number in rows
            if (identity := RevisionIdentity(update_id, number)) in asked
        )
    return found


def _rise_unless_one_row(error: Exception) -> None:
    if isinstance(error, OperationalError):
        raise error


def _write_one_by_one(
    conn: Connection, fresh: list[IncomingRevision], arrived_at: datetime, run_id: int | None
) -> tuple[list[IncomingRevision], list[tuple[RevisionIdentity, str]]]:
    stored: list[IncomingRevision] = []
    refused: list[tuple[RevisionIdentity, str]] = []
    for incoming in fresh:
        try:
            with conn.begin_nested():
                _write(conn, [incoming], arrived_at, run_id)
        except ROW_ERRORS as exc:
            _rise_unless_one_row(exc)
            why = str(getattr(exc, "orig", None) or exc)
            said = Sentence("The database refuses it: {reason}", reason=why)
            refused.append((incoming.identity, said))
        else:
            stored.append(incoming)
    return stored, refused


def _write(
    conn: Connection, fresh: list[IncomingRevision], arrived_at: datetime, run_id: int | None
) -> None:
    first_id = take_revision_ids(conn, len(fresh))
    rows = revision_rows.BatchRows()
    for revision_id, incoming in enumerate(fresh, first_id):
        rows.add(
            revision_id,
            incoming.revision,
            arrived_at=arrived_at,
            run_id=run_id,
            xml_size=incoming.xml_size,
        )
        rows.documents.append(
            {
                "revision_id": revision_id,
                "encoding": incoming.encoding.value,
                "data": incoming.data,
            }
        )
        cut = incoming.fragments
        rows.fragments.append(revision_rows.fragment_row(revision_id, cut))
        rows.core_pieces += revision_rows.core_piece_rows(revision_id, cut.core_pieces)
    for table, table_rows in rows.by_table():
        if table_rows:
            conn.execute(table.insert(), table_rows)
    if rows.files:
        conn.execute(statements.insert_or_fill(conn, t.files, "sha256"), rows.files)
        conn.execute(t.revision_files.insert(), rows.revision_files)
    index_words(conn, rows.words)
    identities = [incoming.identity for incoming in fresh]
    _mark_latest(conn, identities)
    supersedence.settle(conn, range(first_id, first_id + len(fresh)))
    _settle_debts(conn, identities)


def take_revision_ids(conn: Connection, count: int) -> int:
    """Reserve ``count`` consecutive revision ids and return the first; they are never reused."""
    next_id: int = conn.execute(
        update(installation)
        .values(next_revision_id=installation.c.next_revision_id + count)
        .returning(installation.c.next_revision_id)
    ).scalar_one()
    return next_id - count


def next_revision_id(conn: Connection) -> int:
    """Return the id the next revision will get: all that are here have smaller ones."""
    return int(conn.execute(select(installation.c.next_revision_id)).scalar_one())


def _mark_latest(conn: Connection, identities: Sequence[RevisionIdentity]) -> None:
    """Correct which revision of each id is the newest; most rows are right and stay untouched."""
    newer = t.revisions.alias("newer")
    is_latest = (
        ~select(1)
        .where(
            newer.c.update_id == t.revisions.c.update_id,
            newer.c.revision_number > t.revisions.c.revision_number,
        )
        .exists()
    )
    for chunk in statements.chunks(sorted({identity.update_id for identity in identities})):
        conn.execute(
            update(t.revisions)
            .where(t.revisions.c.update_id.in_(chunk), t.revisions.c.is_latest != is_latest)
            .values(is_latest=is_latest)
        )


def _settle_debts(conn: Connection, identities: Sequence[RevisionIdentity]) -> None:
    """What has arrived is no longer owed."""
    if conn.execute(select(owed_documents.c.update_id).limit(1)).first() is None:
        return
    pairs = [(identity.update_id, identity.revision_number) for identity in identities]
    for chunk in statements.chunks(pairs):
        conn.execute(
            delete(owed_documents).where(
                tuple_(owed_documents.c.update_id, owed_documents.c.revision_number).in_(chunk)
            )
        )


def document_of(
    conn: Connection, identity: RevisionIdentity
) -> tuple[DocumentEncoding, bytes] | None:
    """Return the encoding and the stored bytes of a document, None when it is not here."""
    row = conn.execute(
        select(t.documents.c.encoding, t.documents.c.data)
        .join(t.revisions, t.revisions.c.revision_id == t.documents.c.revision_id)
        .where(
            t.revisions.c.update_id == identity.update_id,
            t.revisions.c.revision_number == identity.revision_number,
        )
    ).first()
    return None if row is None else (DocumentEncoding(row.encoding), bytes(row.data))


def documents_of(conn: Connection, revision_ids: Sequence[int]) -> list[StoredDocument]:
    """Return the documents of some revisions."""
    here = t.revisions.c
    wanted = select(
        here.revision_id,
        here.update_id,
        here.revision_number,
        t.documents.c.encoding,
        t.documents.c.data,
    ).join(t.documents, t.documents.c.revision_id == here.revision_id)
    return [
        StoredDocument(
            revision_id=row.revision_id,
            identity=RevisionIdentity(row.update_id, row.revision_number),
            encoding=DocumentEncoding(row.encoding),
            data=bytes(row.data),
        )
        for chunk in statements.chunks(revision_ids)
        for row in conn.execute(wanted.where(here.revision_id.in_(chunk)))
    ]


def note_addresses(conn: Connection, urls: Mapping[bytes, str]) -> None:
    """Remember where Microsoft offers files: SHA-1 digest to ``MUUrl``. Unknown digests pass."""
    if urls:
        conn.execute(
            update(t.files).where(t.files.c.sha1 == statements.parameter("digest")),
            [{"digest": digest, "mu_url": url} for digest, url in urls.items()],
        )
