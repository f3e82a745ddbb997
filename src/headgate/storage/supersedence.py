"""Which updates are replaced by others: one flag in their rows, kept true as revisions arrive.

An update is superseded when the newest revision of some other update, not itself withdrawn, names
it. Lists and counts then read the flag and need not look for the other one.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, and_, select, update

from headgate.catalogue.revisions import PublicationState
from headgate.storage import statements
from headgate.storage.tables import catalogue as t


def settle(conn: Connection, update_ids: Iterable[str]) -> None:
    """Correct the flags after revisions of these ids have arrived (and the newest are marked).

    Concerned are the ids themselves and all that any of their revisions replaces.
    """
    ids = set(update_ids)
    concerned = set(ids)
    for chunk in statements.chunks(sorted(ids)):
        rows = conn.execute(
            select(t.supersedes.c.update_id)
            .distinct()
            .join(t.revisions, t.revisions.c.revision_id == t.supersedes.c.revision_id)
            .where(t.revisions.c.update_id.in_(chunk))
        )
        concerned.update(rows.scalars())
    for chunk in statements.chunks(sorted(concerned)):
        conn.execute(
            update(t.revisions)
            .where(
                t.revisions.c.update_id.in_(chunk),
                t.revisions.c.superseded != _is_replaced(),
            )
            .values(superseded=_is_replaced())
        )


def settle_all(conn: Connection) -> None:
    """Set both flags of every row (an earlier schema had none)."""
    names_others = select(t.supersedes.c.revision_id)
    conn.execute(
        update(t.revisions)
        .where(t.revisions.c.revision_id.in_(names_others))
        .values(supersedes_others=True)
    )
    conn.execute(update(t.revisions).where(_is_replaced()).values(superseded=True))


def _is_replaced() -> ColumnElement[bool]:
    newer = t.revisions.alias("newer")
    return (
        select(1)
        .select_from(t.supersedes)
        .join(newer, newer.c.revision_id == t.supersedes.c.revision_id)
        .where(
            and_(
                t.supersedes.c.update_id == t.revisions.c.update_id,
                newer.c.is_latest,
                newer.c.publication_state != PublicationState.EXPIRED.value,
            )
        )
        .exists()
    )
