"""Small differences between the two databases, in one place."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Insert,
    Select,
    Table,
    bindparam,
)
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")

#: Values in one ``IN (…)``: SQLite allows 32,766 parameters, plans stay small at this size.
CHUNK = 500


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the values in pieces small enough for one statement."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def rows_of(
    conn: Connection, wanted: Select[Any], column: ColumnElement[Any], values: Iterable[Any]
) -> Iterator[Any]:
    """Yield the rows of a query for some values of a column, each value asked for once."""
    for chunk in chunks(sorted(set(values))):
        yield from conn.execute(wanted.where(column.in_(chunk))).all()


def insert(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that can say what happens to an existing row."""
    return sqlite.insert(table) if conn.dialect.name == "sqlite" else postgresql.insert(table)


def insert_or_ignore(conn: Connection, table: Table) -> Insert:
    """Return an insert that leaves an existing row as it is."""
    return insert(conn, table).on_conflict_do_nothing()


def insert_or_update(conn: Connection, table: Table, changed: Sequence[str]) -> Insert:
    """Return an insert that replaces the ``changed`` columns of an existing row."""
    given = insert(conn, table)
    return given.on_conflict_do_update(
        index_elements=_keys(table), set_={name: given.excluded[name] for name in changed}
    )


def insert_or_add(
    conn: Connection, table: Table, summed: str, changed: Sequence[str] = ()
) -> Insert:
    """Return an insert that adds to the column ``summed`` of an existing row.

    It replaces the ``changed`` columns.
    """
    given = insert(conn, table)
    total = table.c[summed] + given.excluded[summed]
    return given.on_conflict_do_update(
        index_elements=_keys(table),
        set_={summed: total} | {name: given.excluded[name] for name in changed},
    )


def insert_or_fill(conn: Connection, table: Table, column: str) -> Insert:
    """Return an insert that leaves an existing row as it is, but fills in ``column`` where null."""
    new = insert(conn, table)
    given = new.excluded[column]
    return new.on_conflict_do_update(
        index_elements=_keys(table),
        set_={column: given},
        where=table.c[column].is_(None) & given.is_not(None),
    )


def _keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


def parameter(name: str) -> BindParameter[Any]:
    """Return a named parameter for a statement run with many rows."""
    return bindparam(name)
