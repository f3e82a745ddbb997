"""What bundles bring with them. Nested ones are followed, as far as their members are here."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, select
from sqlalchemy.sql.elements import TextClause

from headgate.storage.tables import catalogue as t


def with_members(*roots: ColumnElement[bool] | TextClause) -> Select[tuple[int]]:
    """Return the ids of the revisions ``roots`` are true of, and of all they bundle."""
    closure = select(t.revisions.c.revision_id).where(*roots).cte("closure", recursive=True)
    return select(closure.union(_bundled_by(closure)).c.revision_id)


def members_by_update(update_ids: Sequence[str]) -> CTE:
    """Return (update_id, revision_id): each update's newest revision and all it bundles."""
    columns = t.revisions.c
    below = (
        select(columns.update_id, columns.revision_id)
        .where(columns.is_latest, columns.update_id.in_(update_ids))
        .cte("below", recursive=True)
    )
    return below.union(_bundled_by(below, below.c.update_id))


def _bundled_by(closure: CTE, *kept: ColumnElement[Any]) -> Select[Any]:
    """Select what the revisions of ``closure`` bundle, behind columns that are ``kept``."""
    member = t.revisions.alias("member")
    return (
        select(*kept, member.c.revision_id)
        .select_from(closure)
        .join(t.bundled, t.bundled.c.revision_id == closure.c.revision_id)
        .join(
            member,
            and_(
                member.c.update_id == t.bundled.c.update_id,
                member.c.revision_number == t.bundled.c.revision_number,
            ),
        )
    )
