"""The dictionaries stored text was packed with; what was packed with one needs it for ever."""

from datetime import datetime

from sqlalchemy import Connection, select

from headgate.storage import statements
from headgate.storage.tables.catalogue import dictionaries


def contents(conn: Connection) -> list[bytes]:
    """Return all dictionaries, the newest first."""
    columns = dictionaries.c
    rows = conn.execute(select(columns.data).order_by(columns.created_at.desc()))
    return [bytes(data) for data in rows.scalars()]


def keep(conn: Connection, dictionary_id: int, content: bytes, *, at: datetime) -> None:
    """Keep a dictionary before anything is packed with it."""
    conn.execute(
        statements.insert_or_ignore(conn, dictionaries).values(
            dictionary_id=dictionary_id, created_at=at, data=content
        )
    )
