"""Which updates are replaced by others: one flag in their rows, kept true as revisions arrive.

An update is superseded when the newest revision of some other update, not itself withdrawn, names
it. Lists and counts then read the flag and need not look for the other one.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, select, update

from headgate.catalogue.revisions import PublicationState
from headgate.storage import statements
from headgate.storage.tables import catalogue as t


def settle(conn: Connection, arrived: Sequence[int]) -> None:
    """Correct the flags after revisions have arrived (and the newest are marked).

    ``arrived``: their numbers, which follow one another. They may be replaced already and replace
    others; where they are newer than a revision we had, what that one replaced may be free again.
    """
    columns = t.revisions.c
    these = columns.revision_id.between(min(arrived), max(arrived))
    conn.execute(update(t.revisions).where(these, _is_replaced()).values(superseded=True))
    conn.execute(
        update(t.revisions)
        .where(~columns.superseded, columns.update_id.in_(_replaced_by(arrived)))
        .values(superseded=True)
    )
    older = t.revisions.alias("older")
    revised = conn.execute(
        select(columns.update_id)
        .distinct()
        .join(older, and_(older.c.update_id == columns.update_id, ~older.c.is_latest))
        .where(these)
    )
    _free_again(conn, list(revised.scalars()))


def _replaced_by(arrived: Sequence[int]) -> Select[tuple[str]]:
    newer = t.revisions.alias("newer")
    return (
        select(t.supersedes.c.update_id)
        .join(newer, newer.c.revision_id == t.supersedes.c.revision_id)
        .where(newer.c.revision_id.between(min(arrived), max(arrived)), _replaces(newer))
    )


def _free_again(conn: Connection, update_ids: Sequence[str]) -> None:
    """Clear the flags of what some updates no longer replace."""
    for chunk in statements.chunks(sorted(update_ids)):
        ever_replaced = (
            select(t.supersedes.c.update_id)
            .join(t.revisions, t.revisions.c.revision_id == t.supersedes.c.revision_id)
            .where(t.revisions.c.update_id.in_(chunk))
        )
        conn.execute(
            update(t.revisions)
            .where(
                t.revisions.c.superseded,
                t.revisions.c.update_id.in_(ever_replaced.correlate(None)),
                ~_is_replaced(),
            )
            .values(superseded=False)
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
        .where(t.supersedes.c.update_id == t.revisions.c.update_id, _replaces(newer))
        .exists()
    )


def _replaces(newer: FromClause) -> ColumnElement[bool]:
    """Whether what a revision says it replaces counts."""
    return and_(newer.c.is_latest, newer.c.publication_state != PublicationState.EXPIRED.value)
