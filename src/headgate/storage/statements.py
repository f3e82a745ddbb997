"""Small differences between the two databases, in one place."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, Insert, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

#: Values in one ``IN (…)``: SQLite allows 32,766 parameters, plans stay small at this size.
CHUNK = 500


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the values in pieces small enough for one statement."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def insert_or_ignore(conn: Connection, table: Table) -> Insert:
    """Return an insert that leaves an existing row as it is."""
    if conn.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def insert_or_update(conn: Connection, table: Table, changed: Sequence[str]) -> Insert:
    """Return an insert that replaces the ``changed`` columns of an existing row."""
    keys = [column.name for column in table.primary_key]
    if conn.dialect.name == "sqlite":
        lite = sqlite.insert(table)
        return lite.on_conflict_do_update(
            index_elements=keys, set_={name: lite.excluded[name] for name in changed}
        )
    postgres = postgresql.insert(table)
    return postgres.on_conflict_do_update(
        index_elements=keys, set_={name: postgres.excluded[name] for name in changed}
    )


def insert_or_fill(conn: Connection, table: Table, column: str) -> Insert:
    """Return an insert that leaves an existing row as it is, but fills in ``column`` where null."""
    keys = [each.name for each in table.primary_key]
    insert = sqlite.insert(table) if conn.dialect.name == "sqlite" else postgresql.insert(table)
    given = insert.excluded[column]
    return insert.on_conflict_do_update(
        index_elements=keys,
        set_={column: given},
        where=table.c[column].is_(None) & given.is_not(None),
    )


def parameter(name: str) -> BindParameter[Any]:
    """Return a named parameter for a statement run with many rows."""
    return bindparam(name)
