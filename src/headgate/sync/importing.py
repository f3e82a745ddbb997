"""Taking a real export package (``wsusutil export``) into the catalogue.

The package is checked as a whole before anything is stored. Importing twice changes nothing; where
an identity is here with other text, the first stays and the difference is noted.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from headgate.catalogue.documents import DocumentEncoding, ReceivedDocument
from headgate.catalogue.identity import RevisionIdentity
from headgate.errors import UsageError
from headgate.metadata.document import document_text
from headgate.metadata.package import open_package
from headgate.metadata.packing import Packer
from headgate.sentences import Sentence
from headgate.services.catalogue.settling import catalogue_changed
from headgate.storage import ingestion, transactions
from headgate.storage.engine import Connection, Engine
from headgate.sync import phases
from headgate.sync.ingest import Delivery, Ingestion
from headgate.sync.progress import Progress

#: Documents stored in one transaction.
BATCH = 250


class PackageNotReadableError(UsageError):
    """The file cannot be opened."""

    def __init__(self, path: Path, cause: OSError) -> None:
        super().__init__(
            Sentence(
                "{path} cannot be read: {reason}.", path=path, reason=cause.strerror or str(cause)
            ),
            next_step=Sentence(
                "Name a .cab that `wsusutil export` wrote and the server's user may read."
            ),
        )


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """What an import did; lists name identities."""

    documents: int = 0
    stored: int = 0
    known: int = 0
    differing: list[RevisionIdentity] = field(default_factory=list)
    damaged: list[tuple[RevisionIdentity, str]] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)  #: updates that were approved until then

    def as_json(self) -> dict[str, Any]:
        """Return it as a job's result."""
        return {
            "documents": self.documents,
            "stored": self.stored,
            "known": self.known,
            "differing": [str(identity) for identity in self.differing],
            "damaged": [
                {"document": str(identity), "reason": reason} for identity, reason in self.damaged
            ],
            "expired": self.expired,
        }


def import_package(
    path: Path,
    *,
    engine: Engine,
    packer: Packer,
    progress: Progress,
    now: Callable[[], datetime],
    check_stopped: Callable[[], None],
    settle: Callable[[Connection], object],
) -> ImportResult:
    """Read and store a package; what is wrong with it rises before anything is stored.

    ``settle`` is called in the transaction that makes known what was brought, before that. Raises
    PackageError, PackageNotReadableError, and what ``check_stopped`` raises between two batches
    (importing it again goes on from there).
    """
    progress.begin(phases.CHECKING_PACKAGE)
    try:
        package = open_package(path)
    except OSError as exc:
        raise PackageNotReadableError(path, exc) from exc
    ingest = Ingestion.begin(engine=engine, packer=packer, run_id=None, now=now)
    result = ImportResult()
    progress.begin(phases.STORING_DOCUMENTS, package.count)
    documents = iter(package.documents())
    try:
        _store(documents, ingest, result, progress, check_stopped)
    finally:
        with transactions.write(engine) as conn:
            ingestion.note_addresses(conn, package.mu_urls)
            if result.stored:
                settle(conn)
                result.expired = catalogue_changed(conn)
    return result


def _store(
    documents: Iterator[ReceivedDocument],
    ingest: Ingestion,
    result: ImportResult,
    progress: Progress,
    check_stopped: Callable[[], None],
) -> None:
    """Store batch by batch and count in ``result``; what is stored stays, however it ends."""
    while batch := list(islice(documents, BATCH)):
        taken = ingest.take(Delivery(documents=batch))
        result.documents += len(batch)
        result.stored += taken.stored
        result.known += len(taken.known)
        result.damaged.extend(taken.damaged)
        result.differing.extend(_differing(ingest.engine, ingest.packer, batch, set(taken.known)))
        progress.advance(len(batch))
        check_stopped()


def _differing(
    engine: Engine,
    packer: Packer,
    batch: list[ReceivedDocument],
    known: set[RevisionIdentity],
) -> Iterator[RevisionIdentity]:
    """Yield the known identities whose text is not the one we have."""
    if not known:
        return
    with transactions.read(engine) as conn:
        for received in batch:
            if received.identity not in known:
                continue
            here = ingestion.document_of(conn, received.identity)
            if here is None:
                continue
            encoding, data = here
            if encoding is not DocumentEncoding.CABINET:
                data = packer.unpack(data)
            if document_text(data, encoding) != document_text(received.data, received.encoding):
                yield received.identity
