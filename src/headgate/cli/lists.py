"""Lists for people: tables that fit a terminal, and a next step where there is nothing to list."""

import sys
from collections.abc import Sequence
from typing import Any

from headgate.cli import output

#: Columns a table may take; wider ones wrap in a common terminal and can no longer be read.
WIDTH = 100

_GAP = 2
_LEAST = 12


def print_list(
    headings: Sequence[str], rows: Sequence[Sequence[Any]], *, flexible: int, empty: str
) -> None:
    """Print a table whose column ``flexible`` gives way; without rows, say ``empty`` instead.

    Into a file or a pipe nothing is shortened.
    """
    if not rows:
        output.say(empty)
        return
    if sys.stdout.isatty():
        rows = _fitted(headings, rows, flexible)
    output.print_table(headings, rows)


def _fitted(
    headings: Sequence[str], rows: Sequence[Sequence[Any]], flexible: int
) -> list[list[Any]]:
    others = sum(
        max(len(heading), *(len(str(row[column])) for row in rows)) + _GAP
        for column, heading in enumerate(headings)
        if column != flexible
    )
    room = max(_LEAST, WIDTH - others)
    return [
        [
            shortened(value, room) if column == flexible else value
            for column, value in enumerate(row)
        ]
        for row in rows
    ]


def shortened(value: Any, room: int) -> str:
    """Return a value as text of at most ``room`` characters."""
    text = str(value)
    return text if len(text) <= room else f"{text[: room - 1]}…"
