"""What bundles bring with them."""

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.sql.elements import TextClause

from headgate.storage.tables import catalogue as t


def with_members(*roots: ColumnElement[bool] | TextClause) -> Select[tuple[int]]:
    """Return the ids of the revisions ``roots`` are true of, and of all they bundle.

    Nested bundles are followed, as far as their members are here.
    """
    closure = select(t.revisions.c.revision_id).where(*roots).cte("closure", recursive=True)
    member = t.revisions.alias("member")
    members = (
        select(member.c.revision_id)
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
    return select(closure.union(members).c.revision_id)
