"""How results look: tables and sentences for people, JSON for programs.

Results go to stdout; what is said beside them (``say``) to stderr.
"""

import dataclasses
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from headgate.sentences import english_size

#: Says a number of bytes in the unit people would choose.
size = english_size


def print_json(value: Any) -> None:
    """Print a result as JSON; moments become ISO 8601 in UTC with ``Z``."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False, default=_plain)
    sys.stdout.write("\n")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def print_table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print columns for people; numbers stand on the right."""
    lines = [[_cell(value) for value in row] for row in rows]
    right = [
        bool(lines) and all(_is_number(line[i]) for line in lines) for i in range(len(headings))
    ]
    widths = [max(map(len, column)) for column in zip(headings, *lines, strict=True)]
    for line in [list(headings), *lines]:
        cells = zip(line, widths, right, strict=True)
        text = "  ".join(f"{c:>{w}}" if r else f"{c:<{w}}" for c, w, r in cells)
        print(text.rstrip())


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def _is_number(text: str) -> bool:
    return text == "-" or text.replace(",", "").isdigit()


def say(sentence: str) -> None:
    """Tell the person something that is no part of the result."""
    print(sentence, file=sys.stderr)


def moment(value: datetime | None, zone: str) -> str:
    """Return a moment on the wall clock of a zone, the zone beside it; ``-`` for none."""
    if value is None:
        return "-"
    return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"


def duration(seconds: float) -> str:
    """Return a length of time in words.

    >>> duration(4), duration(190), duration(7500)
    ('4 s', '3 min 10 s', '2 h 5 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
