"""Where titles in every language lie: the packed texts of revisions, still to be unpacked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from headgate.storage import statements
from headgate.storage.tables import catalogue as t


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalizedPiece:
    """The texts of one revision."""

    revision_id: int
    update_id: str
    localized: bytes  #: packed; all languages
    default_language: str
    title: str  #: in the document's own language


def localized_pieces(conn: Connection, revision_ids: Sequence[int]) -> list[LocalizedPiece]:
    """Return the texts of some revisions; unknown ones are left out."""
    return [
        _piece(row)
        for chunk in statements.chunks(revision_ids)
        for row in conn.execute(_pieces().where(t.revisions.c.revision_id.in_(chunk)))
    ]


def localized_pieces_of_categories(conn: Connection) -> list[LocalizedPiece]:
    """Return the texts of every company, family, product and classification."""
    columns = t.revisions.c
    rows = conn.execute(_pieces().where(columns.category_type.is_not(None), columns.is_latest))
    return [_piece(row) for row in rows]


def _pieces() -> Select[Any]:
    columns = t.revisions.c
    return select(
        columns.revision_id,
        columns.update_id,
        t.fragments.c.localized,
        columns.default_language,
        columns.title,
    ).join(t.fragments, t.fragments.c.revision_id == columns.revision_id)


def _piece(row: Row[Any]) -> LocalizedPiece:
    return LocalizedPiece(
        revision_id=row.revision_id,
        update_id=row.update_id,
        localized=bytes(row.localized),
        default_language=row.default_language,
        title=row.title,
    )
