"""What computers are sent of revisions: packed fragments, and the pieces of large Cores."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Select, case, func, select

from headgate.storage import statements
from headgate.storage.tables.catalogue import fragments
from headgate.storage.tables.offering import core_pieces


class PackedCore(NamedTuple):
    """A Core as it is kept; ``packed`` is None for one that is larger than was asked for."""

    revision_id: int
    size: int  #: bytes of escaped text
    packed: bytes | None


class PackedDetails(NamedTuple):
    """The fragments computers ask for when they have found an update to concern them."""

    revision_id: int
    extended: bytes
    localized: bytes  #: all languages in one, see ``metadata.fragments``
    eulas: bytes | None


class LargeCoreSize(NamedTuple):
    """How much of a large Core there is in pieces."""

    size: int  #: bytes of escaped text
    xpress_size: int | None  #: bytes of ready blocks; None: not every piece has them


def cores(conn: Connection, revision_ids: Sequence[int], up_to: int) -> Iterator[PackedCore]:
    """Yield the Cores of revisions, in no order; the text only of those up to so many bytes."""
    columns = fragments.c
    small = case((columns.core_size <= up_to, columns.core))
    for chunk in statements.chunks(revision_ids):
        rows = conn.execute(
            select(columns.revision_id, columns.core_size, small).where(
                columns.revision_id.in_(chunk)
            )
        )
        for revision_id, size, packed in rows:
            yield PackedCore(revision_id, size, None if packed is None else bytes(packed))


def whole_core(conn: Connection, revision_id: int) -> bytes | None:
    """Return the packed Core of a revision in one, None when it is not here."""
    found: bytes | None = conn.execute(
        select(fragments.c.core).where(fragments.c.revision_id == revision_id)
    ).scalar_one_or_none()
    return None if found is None else bytes(found)


def details(conn: Connection, revision_ids: Sequence[int]) -> dict[int, PackedDetails]:
    """Return the other fragments of revisions, by revision; those not here are missing."""
    columns = fragments.c
    found: dict[int, PackedDetails] = {}
    for chunk in statements.chunks(revision_ids):
        rows = conn.execute(
            select(columns.revision_id, columns.extended, columns.localized, columns.eulas).where(
                columns.revision_id.in_(chunk)
            )
        )
        for revision_id, extended, localized, eulas in rows:
            found[revision_id] = PackedDetails(
                revision_id,
                bytes(extended),
                bytes(localized),
                None if eulas is None else bytes(eulas),
            )
    return found


def large_core_sizes(conn: Connection, revision_ids: Sequence[int]) -> dict[int, LargeCoreSize]:
    """Return what there is in pieces, by revision; revisions without pieces are missing."""
    columns = core_pieces.c
    found: dict[int, LargeCoreSize] = {}
    for chunk in statements.chunks(revision_ids):
        rows = conn.execute(
            select(
                columns.revision_id,
                func.count(),
                func.sum(columns.size),
                func.count(columns.xpress_size),
                func.sum(columns.xpress_size),
            )
            .where(columns.revision_id.in_(chunk))
            .group_by(columns.revision_id)
        )
        for revision_id, pieces, size, ready, xpress_size in rows:
            blocks = int(xpress_size) if ready == pieces else None
            found[revision_id] = LargeCoreSize(int(size), blocks)
    return found


def _pieces(wanted: Column[Any]) -> Select[Any]:
    columns = core_pieces.c
    return (
        select(wanted)
        .where(
            columns.revision_id == statements.parameter("revision"),
            columns.position >= statements.parameter("first"),
            columns.position < statements.parameter("end"),
        )
        .order_by(columns.position)
    )


#: Built once: they are asked for every megabyte that leaves.
_PIECES = {True: _pieces(core_pieces.c.xpress), False: _pieces(core_pieces.c.packed)}


def core_pieces_from(
    conn: Connection, revision_id: int, position: int, *, at_most: int, xpress: bool
) -> list[bytes]:
    """Return pieces of a large Core from ``position`` (counted from 0) on, in order.

    They are its ready blocks or its packed text; none: it ends before.
    """
    asked = {"revision": revision_id, "first": position, "end": position + at_most}
    return [bytes(one) for one in conn.execute(_PIECES[xpress], asked).scalars()]
