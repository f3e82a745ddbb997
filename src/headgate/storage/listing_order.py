"""The order of lists of updates, and the cursors that go on from any of their lines.

A cursor names the sort columns of one line. Pages begin right behind it or end right before it, so
they stay true while updates arrive, and the thousandth costs what the first one costs.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Text, and_, literal, true, tuple_
from sqlalchemy.types import TypeEngine

from headgate.catalogue.update_list import UpdateQuery, UpdateSort
from headgate.errors import UsageError
from headgate.sentences import Sentence
from headgate.storage.tables import catalogue as t
from headgate.storage.types import stored_moment

_COLUMNS = t.revisions.c
_ORDERS = {
    UpdateSort.ARRIVED: (_COLUMNS.arrived_at, _COLUMNS.sort_released, _COLUMNS.revision_id),
    UpdateSort.RELEASED: (_COLUMNS.sort_released, _COLUMNS.arrived_at, _COLUMNS.revision_id),
    UpdateSort.TITLE: (_COLUMNS.sort_title, _COLUMNS.arrived_at, _COLUMNS.revision_id),
    UpdateSort.KB: (_COLUMNS.sort_kb, _COLUMNS.arrived_at, _COLUMNS.revision_id),
    UpdateSort.SEVERITY: (_COLUMNS.sort_severity, _COLUMNS.arrived_at, _COLUMNS.revision_id),
}
#: Orders whose first column is 0 where there is nothing to sort by; such updates come last.
_MAY_BE_NOTHING = {UpdateSort.RELEASED, UpdateSort.KB, UpdateSort.SEVERITY}

_LONGEST = 4_000  #: characters; a cursor of ours has a few hundred


class CursorError(UsageError):
    """The place in the list cannot be read, or belongs to a list in another order."""

    def __init__(self) -> None:
        super().__init__(
            Sentence(
                "The link to this page of the list is damaged, or of a list sorted otherwise."
            ),
            next_step=Sentence("Open the list from its beginning."),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """A line of a list, by its sort columns, and which way to go from there."""

    key: tuple[Any, ...]  #: as the database has them: numbers, or text and numbers
    backward: bool = False  #: to the page before

    def written(self, query: UpdateQuery) -> str:
        """Return it as opaque text for a link of the list ``query`` asks for."""
        text = json.dumps([_name(query), int(self.backward), *self.key], ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(query: UpdateQuery) -> Cursor | None:
    """Return the cursor of a question, None without one. Raises CursorError."""
    if not query.cursor:
        return None
    try:
        name, backward, *key = _decoded(query.cursor)
    except (ValueError, TypeError, RecursionError) as exc:
        raise CursorError from exc
    columns = _ORDERS[query.sort]
    if name != _name(query) or backward not in (0, 1) or len(key) != len(columns):
        raise CursorError
    if not all(_fits(value, column) for value, column in zip(key, columns, strict=True)):
        raise CursorError
    return Cursor(key=tuple(key), backward=bool(backward))


def key_columns(query: UpdateQuery) -> tuple[ColumnElement[Any], ...]:
    """Return the columns a list is ordered by, the last one our own number of the revision."""
    return _ORDERS[query.sort]


def key_of(row: Sequence[Any]) -> tuple[Any, ...]:
    """Return what a cursor keeps of a line's key columns."""
    return tuple(stored_moment(each) if isinstance(each, datetime) else each for each in row)


def stretches(
    query: UpdateQuery, cursor: Cursor | None
) -> list[tuple[ColumnElement[bool], tuple[ColumnElement[Any], ...]]]:
    """Return what to read one after the other until a page is full: condition and order each.

    A page before the cursor is read backward. There are two stretches where updates without the
    fact that is sorted by follow all others although their 0 would come first.
    """
    columns = _ORDERS[query.sort]
    backward = cursor is not None and cursor.backward
    falling = query.descending is not backward
    order = tuple(column.desc() if falling else column.asc() for column in columns)
    if query.descending or query.sort not in _MAY_BE_NOTHING:
        return [(_beyond(columns, cursor, falling), order)]
    something, nothing = columns[0] > 0, columns[0] == 0
    parts = [nothing, something] if backward else [something, nothing]
    if cursor is None:
        return [(part, order) for part in parts]
    if (cursor.key[0] == 0) is (parts[0] is something):
        parts = parts[1:]  # the cursor stands in the second part
    beyond = _beyond(columns, cursor, falling)
    return [(and_(parts[0], beyond), order), *((part, order) for part in parts[1:])]


def _beyond(
    columns: Sequence[ColumnElement[Any]], cursor: Cursor | None, falling: bool
) -> ColumnElement[bool]:
    if cursor is None:
        return true()
    # Moments are compared as the numbers they are stored as.
    place = tuple_(*(literal(v, _stored(c)) for v, c in zip(cursor.key, columns, strict=True)))
    here = tuple_(*columns)
    return here < place if falling else here > place


def _name(query: UpdateQuery) -> str:
    return f"{query.sort.value}{'-' if query.descending else '+'}"


def _decoded(written: str) -> list[Any]:
    if len(written) > _LONGEST:
        raise ValueError("too long")
    try:
        data = base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True)
    except binascii.Error as exc:
        raise ValueError("no base64") from exc
    found = json.loads(data)
    if not isinstance(found, list):
        raise ValueError("no list")
    return found


def _stored(column: ColumnElement[Any]) -> TypeEngine[Any]:
    """Return the type of what a cursor keeps of a column."""
    if column is _COLUMNS.sort_title:
        return Text()
    return Integer() if column is _COLUMNS.revision_id else BigInteger()


def _fits(value: object, column: ColumnElement[Any]) -> bool:
    """Whether a value can stand in a column, so that no database stumbles over it."""
    stored = _stored(column)
    if isinstance(stored, Text):
        return isinstance(value, str) and "\0" not in value and _is_unicode(value)
    bits = 63 if isinstance(stored, BigInteger) else 31
    return type(value) is int and -(2**bits) <= value < 2**bits


def _is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
