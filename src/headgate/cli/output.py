"""How results look: tables and sentences for people, JSON for programs.

Results go to stdout; what is said beside them (``say``) to stderr. Much of it was said by
strangers, computers and documents; what a terminal would obey is written as an escape
(``\\x9b``), so that nobody else moves an administrator's cursor, or turns what they read around.
"""

import dataclasses
import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from headgate.sentences import english_size

#: What a terminal obeys: control characters, those of C1 among them (XML can carry these), line
#: separators, and marks that turn the direction of text. Line feeds and tabs may stay.
_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)

#: Says a number of bytes in the unit people would choose.
size = english_size


def print_json(value: Any) -> None:
    """Print a result as JSON; moments become ISO 8601 in UTC with ``Z``."""
    written = json.dumps(value, indent=2, ensure_ascii=False, default=_plain)
    # JSON itself leaves the upper control characters alone; as its own escapes they mean the same.
    print(_OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", written))


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


def tell(text: str = "") -> None:
    """Print a part of the result that is no table."""
    print(shown(text))


def shown(text: str) -> str:
    """Return a text as it can be shown: what a terminal would obey is written as an escape.

    >>> shown("PC\\x9b31m\\u202e7")
    'PC\\\\x9b31m\\\\u202e7'
    """
    return _OBEYED.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return shown(str(value)).replace("\n", "\\n").replace("\t", " ")


def _is_number(text: str) -> bool:
    return text == "-" or text.replace(",", "").isdigit()


def say(sentence: str) -> None:
    """Tell the person something that is no part of the result."""
    print(shown(sentence), file=sys.stderr)


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
