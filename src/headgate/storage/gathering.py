"""Many rows read in few steps, so that other threads come to run meanwhile, and this one too.

Python's SQLite driver gives the interpreter away at every row and has to wait for it again. Beside
threads that compute, that wait is five milliseconds: a large catalogue took hours to read. So a
portion of rows is gathered by SQLite itself, as one JSON text; that happens outside of the
interpreter. PostgreSQL's driver fetches portions anyway.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Select, func, select
from sqlalchemy import Text as TextType

from headgate.storage.types import Guid, UtcDateTime, hyphenated

#: Rows of one portion, about: of a millisecond or two.
ROWS = 2000

#: Ids of the first portion, before it is known how many rows they have, and of the largest.
_FIRST_STEP, _MOST_STEP = 500, 4 * ROWS

Row = Sequence[Any]


def gathered(conn: Connection, wanted: Select[Any]) -> Sequence[Row]:
    """Return the rows of a query in its order, each a sequence of its columns' values."""
    if conn.dialect.name != "sqlite":
        return conn.execute(wanted).all()
    columns = tuple(wanted.selected_columns)
    inner = wanted.subquery()
    values = [func.hex(one) if isinstance(one.type, Guid) else one for one in inner.c]
    everything = func.json_group_array(func.json_array(*values), type_=TextType)
    rows: list[list[Any]] = json.loads(conn.execute(select(everything)).scalar_one())
    for place, read in _readers(conn, columns):
        for row in rows:
            row[place] = read(row[place])
    return [tuple(row) for row in rows]


def by_id(
    conn: Connection,
    wanted: Select[Any],
    key: Column[int],
    *,
    check: Callable[[], None] = lambda: None,
) -> Iterator[Row]:
    """Yield the rows of a query a portion at a time.

    ``key``: an id in ``wanted``, which comes first in its order. ``check`` is called before every
    portion; what it raises ends the reading.
    """
    first, last = conn.execute(select(func.min(key), func.max(key))).one()
    if first is None:
        check()
        return
    step = _FIRST_STEP
    while first <= last:
        check()
        rows = gathered(conn, wanted.where(key >= first, key < first + step))
        yield from rows
        first += step
        # Ids may have hundreds of rows or none: the next portion shall have the usual number.
        step = min(2 * step, _MOST_STEP, max(1, step * ROWS // max(len(rows), 1)))


def _readers(
    conn: Connection, columns: Sequence[Any]
) -> Iterator[tuple[int, Callable[[Any], Any]]]:
    """Yield the places of columns whose JSON differs from their value, with what reads it."""
    for place, column in enumerate(columns):
        if isinstance(column.type, Guid):
            yield place, _Guids().__getitem__
        elif isinstance(column.type, UtcDateTime):
            processor = column.type.result_processor(conn.dialect, None)
            if processor is not None:
                yield place, processor
        elif isinstance(column.type, Boolean):
            yield place, bool


class _Guids(dict[str, str | None]):
    """GUIDs by their digits: prerequisites name a few thousand updates again and again."""

    def __init__(self) -> None:
        super().__init__({"": None})  # SQLite's hex() of NULL

    def __missing__(self, digits: str) -> str:
        guid = self[digits] = hyphenated(digits.lower())
        return guid
