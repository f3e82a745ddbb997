"""The languages the source has named so far."""

from datetime import datetime

from sqlalchemy import Connection, select

from headgate.storage import statements
from headgate.storage.tables import synchronization as t


def known_languages(conn: Connection) -> dict[int, str]:
    """Return the languages the source has named so far: id to short name."""
    columns = t.source_languages.c
    rows = conn.execute(select(columns.language_id, columns.short_name))
    return {row.language_id: row.short_name for row in rows}


def named_languages(conn: Connection) -> dict[str, str]:
    """Return the languages with their names: short name in lower case to long name.

    Id 0 is the source's word for all of them and no language.
    """
    columns = t.source_languages.c
    rows = conn.execute(
        select(columns.short_name, columns.long_name).where(columns.language_id != 0)
    )
    return {row.short_name.lower(): row.long_name for row in rows}


def note_language(
    conn: Connection, *, language_id: int, short_name: str, long_name: str, at: datetime
) -> None:
    """Remember a language the source names; one that is known stays as it is."""
    conn.execute(
        statements.insert_or_ignore(conn, t.source_languages).values(
            language_id=language_id,
            short_name=short_name,
            long_name=long_name,
            first_seen_at=at,
        )
    )
