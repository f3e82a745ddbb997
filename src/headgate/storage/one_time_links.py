"""Links that sign somebody in once. Only the SHA-256 of a link's token is known here."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from headgate.storage.tables.accounts import one_time_links


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A link that can still be used."""

    purpose: str
    made_by: str


def make_link(
    conn: Connection,
    token_hash: bytes,
    *,
    purpose: str,
    by: str,
    at: datetime,
    until: datetime | None,
) -> None:
    """Write a new link down; ``until`` None: it counts until it is used."""
    conn.execute(
        insert(one_time_links).values(
            token_hash=token_hash, purpose=purpose, made_by=by, made_at=at, expires_at=until
        )
    )


def usable_link(conn: Connection, token_hash: bytes, *, at: datetime) -> LinkRow | None:
    """Return a link; None when it is unknown, used or too old."""
    row = conn.execute(
        select(one_time_links).where(one_time_links.c.token_hash == token_hash, _usable(at))
    ).first()
    return None if row is None else LinkRow(purpose=row.purpose, made_by=row.made_by)


def use_up(conn: Connection, token_hash: bytes, *, at: datetime) -> bool:
    """Use a link up; False when it can no longer be: somebody else was first, or it is too old."""
    used = conn.execute(
        update(one_time_links)
        .where(one_time_links.c.token_hash == token_hash, _usable(at))
        .values(used_at=at)
    )
    return used.rowcount == 1


def forget_links(conn: Connection, purpose: str) -> None:
    """Remove all links of a purpose."""
    conn.execute(delete(one_time_links).where(one_time_links.c.purpose == purpose))


def forget_spent_links(conn: Connection, *, at: datetime) -> None:
    """Remove the links that are used up or too old."""
    conn.execute(
        delete(one_time_links).where(
            or_(one_time_links.c.used_at.is_not(None), one_time_links.c.expires_at <= at)
        )
    )


def _usable(at: datetime) -> ColumnElement[bool]:
    links = one_time_links.c
    return and_(links.used_at.is_(None), or_(links.expires_at.is_(None), links.expires_at > at))
