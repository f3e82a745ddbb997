"""Revisions an earlier schema stored: which of them have to be cut anew, and the result's place."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from headgate.catalogue.fragments import Fragments
from headgate.catalogue.revisions import DriverMetadata
from headgate.storage import revision_rows, statements
from headgate.storage.tables import catalogue as t
from headgate.storage.tables.offering import core_pieces, feature_scores, fragments_due

_WITHOUT_BLOCKS = (
    select(core_pieces.c.revision_id).where(core_pieces.c.xpress_size.is_(None)).distinct()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recut:
    """What a stored document gives when it is read again."""

    revision_id: int
    fragments: Fragments
    drivers: tuple[DriverMetadata, ...]


def due(conn: Connection, limit: int) -> list[int]:
    """Return revisions that have still to be cut, the oldest first."""
    column = fragments_due.c.revision_id
    return list(conn.execute(select(column).order_by(column).limit(limit)).scalars())


def lacks_blocks(conn: Connection) -> bool:
    """Whether a large Core lacks ready blocks: a build without a compiler stored it."""
    return conn.execute(_WITHOUT_BLOCKS.limit(1)).first() is not None


def add_without_blocks(conn: Connection) -> None:
    """Add the revisions whose large Cores lack ready blocks to what is left to do."""
    columns = ["revision_id"]
    conn.execute(
        statements.insert_or_ignore(conn, fragments_due).from_select(columns, _WITHOUT_BLOCKS)
    )


def count_due(conn: Connection) -> int:
    """Return how many revisions have still to be cut."""
    return int(conn.execute(select(func.count()).select_from(fragments_due)).scalar_one())


def settle_due(conn: Connection, revision_ids: Sequence[int]) -> None:
    """Take revisions off what is left to do."""
    for chunk in statements.chunks(revision_ids):
        conn.execute(delete(fragments_due).where(fragments_due.c.revision_id.in_(chunk)))


def keep(conn: Connection, recut: Recut) -> None:
    """Put fragments, pieces, feature scores and computers in the place of those there were."""
    row = revision_rows.fragment_row(recut.revision_id, recut.fragments)
    changed = [name for name in row if name != "revision_id"]
    conn.execute(statements.insert_or_update(conn, t.fragments, changed).values(row))
    for table in (core_pieces, feature_scores):
        conn.execute(delete(table).where(table.c.revision_id == recut.revision_id))
    pieces = revision_rows.core_piece_rows(recut.revision_id, recut.fragments.core_pieces)
    if pieces:
        conn.execute(insert(core_pieces), pieces)
    _keep_drivers(conn, recut)


def _keep_drivers(conn: Connection, recut: Recut) -> None:
    entries = list(enumerate(recut.drivers))
    if not entries:
        return
    columns = t.drivers.c
    conn.execute(
        update(t.drivers)
        .where(
            columns.revision_id == recut.revision_id,
            columns.position == statements.parameter("at"),
        )
        .values(
            hardware_id=statements.parameter("hardware"),
            computer_hardware_ids=statements.parameter("computers"),
        ),
        [
            {
                "at": at,
                "hardware": one.hardware_id,
                "computers": revision_rows.computer_ids(one),
            }
            for at, one in entries
        ],
    )
    scores = [
        row
        for at, one in entries
        for row in revision_rows.feature_score_rows(recut.revision_id, at, one)
    ]
    if scores:
        conn.execute(insert(feature_scores), scores)
