"""Cutting anew what an earlier version stored: pieces of large Cores, feature scores of drivers.

And what a build without a compiler stored, as soon as there is one with it.

What is left to do stands in the database, so a killed job goes on where it was. Computers are
answered meanwhile: a large Core without pieces is unpacked whole, a driver without scores counts as
the least of its kind. When the last one is done the catalogue has changed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from headgate.catalogue.documents import DocumentEncoding
from headgate.errors import DocumentError
from headgate.jobs.context import JobContext
from headgate.logs import get_logger
from headgate.metadata.core_pieces import Compress, native_compressor
from headgate.metadata.document import read_document
from headgate.metadata.packing import Packer
from headgate.services.catalogue.packers import open_packer
from headgate.services.catalogue.settling import catalogue_changed
from headgate.storage import ingestion, jobs, recutting, transactions
from headgate.storage.engine import Engine
from headgate.storage.ingestion import StoredDocument
from headgate.storage.recutting import Recut

#: The kind of the job; bootstrap knows who does it.
CUT_FRAGMENTS = "cut fragments"

#: What the job is queued by.
BY_UPGRADE = "upgrade"

#: Bytes of packed results that are written together at most: a giant Core's come to ten million.
HEAVY = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FragmentWork:
    """Brings what computers are sent of an upgraded catalogue up to date."""

    engine: Engine
    now: Callable[[], datetime]
    batch: int = 100  #: documents between two looks at who waits
    compressor: Callable[[], Compress | None] = native_compressor  #: of blocks

    def queue_if_due(self) -> None:
        """Queue the job when there is something to do and it does not wait already."""
        with transactions.read(self.engine) as conn:
            lacks_blocks = recutting.lacks_blocks(conn) and self.compressor() is not None
            if not lacks_blocks and not recutting.due(conn, 1):
                return
        with transactions.write(self.engine) as conn:
            if lacks_blocks:
                recutting.add_without_blocks(conn)
            jobs.enqueue_unless_unfinished(conn, kind=CUT_FRAGMENTS, by=BY_UPGRADE, at=self.now())

    def work(self, context: JobContext) -> dict[str, Any]:
        """Do what is due. Others who wait come first: then the rest is queued behind them."""
        packer, done = open_packer(self.engine), 0
        while True:
            with transactions.read(self.engine) as conn:
                left = recutting.count_due(conn)
                due = recutting.due(conn, self.batch)
                others = jobs.is_anything_waiting(conn)
            context.report({"phase": CUT_FRAGMENTS, "done": done, "total": done + left})
            if not due:
                return {"documents": done}
            if others and done:
                with transactions.write(self.engine) as conn:
                    jobs.enqueue(conn, kind=CUT_FRAGMENTS, payload={}, by=BY_UPGRADE, at=self.now())
                return {"documents": done, "left": left}
            for portion in self._portions(due, packer, context.check):
                self._keep(portion)
            done += len(due)

    def _portions(
        self, due: Sequence[int], packer: Packer, check: Callable[[], None]
    ) -> Iterator[dict[int, Recut | None]]:
        """Yield what the revisions give, as much at a time as may be written together."""
        portion: dict[int, Recut | None] = {}
        weight = 0
        for revision_id in due:
            check()
            portion[revision_id] = recut = self._recut(revision_id, packer)
            weight += _weight(recut) if recut else 0
            if weight > HEAVY:
                yield portion
                portion, weight = {}, 0
        if portion:
            yield portion

    def _keep(self, portion: Mapping[int, Recut | None]) -> None:
        with transactions.write(self.engine) as conn:
            for recut in portion.values():
                if recut is not None:
                    recutting.keep(conn, recut)
            recutting.settle_due(conn, list(portion))
            if not recutting.due(conn, 1):
                catalogue_changed(conn)

    def _recut(self, revision_id: int, packer: Packer) -> Recut | None:
        """Read a stored document again; None where that fails: what was cut from it stays."""
        with transactions.read(self.engine) as conn:
            documents = ingestion.documents_of(conn, [revision_id])
        for stored in documents:
            try:
                return _read_again(stored, packer)
            except DocumentError as exc:
                get_logger(__name__).warning(
                    "fragments not cut", update=str(stored.identity), reason=str(exc)
                )
        return None


def _read_again(stored: StoredDocument, packer: Packer) -> Recut:
    data = stored.data
    if stored.encoding is not DocumentEncoding.CABINET:
        data = packer.unpack(data)
    document = read_document(data, stored.encoding, stored.identity, packer)
    return Recut(
        revision_id=stored.revision_id,
        fragments=document.fragments,
        drivers=document.revision.drivers,
    )


def _weight(recut: Recut) -> int:
    """Return about how many bytes a result holds."""
    pieces = recut.fragments.core_pieces
    return len(recut.fragments.core.data) + sum(
        len(piece.packed.data) + len(piece.xpress or b"") for piece in pieces
    )
