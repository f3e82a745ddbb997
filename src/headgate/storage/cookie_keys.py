"""The keys that seal cookies: sealed themselves, so that a backup gives none of them away."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from headgate.storage.tables.offering import cookie_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieKeyRow:
    """One key."""

    key_id: int
    sealed: bytes  #: encrypted with ``secret.key``
    made_at: datetime


def hold_keys(conn: Connection) -> None:
    """Let nobody else add a key until this transaction ends.

    On SQLite the write transaction already keeps everybody else out.
    """
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql("LOCK TABLE cookie_keys IN SHARE ROW EXCLUSIVE MODE")


def all_keys(conn: Connection) -> list[CookieKeyRow]:
    """Return every key, the oldest first."""
    return [
        CookieKeyRow(key_id=row.key_id, sealed=row.sealed, made_at=row.made_at)
        for row in conn.execute(select(cookie_keys).order_by(cookie_keys.c.key_id))
    ]


def add_key(conn: Connection, sealed: bytes, *, at: datetime) -> int:
    """Keep a new key and return its number."""
    added: int = conn.execute(
        insert(cookie_keys).values(sealed=sealed, made_at=at).returning(cookie_keys.c.key_id)
    ).scalar_one()
    return added


def drop_keys(conn: Connection, key_ids: list[int]) -> None:
    """Forget keys: what they sealed can never be opened again."""
    if key_ids:
        conn.execute(delete(cookie_keys).where(cookie_keys.c.key_id.in_(key_ids)))
