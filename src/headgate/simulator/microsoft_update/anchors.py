"""Anchors: the points in time a downstream server hands back to ask what is new since.

WSUS writes ``n,yyyy-MM-dd HH:mm:ss.fff`` and evaluates the time alone (FACTS 10.3, 10.4).
"""

import re
from datetime import UTC, datetime

_ANCHOR = re.compile(r"(?:\d+,)?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,7})?)\Z", re.ASCII)


class BadAnchor(ValueError):
    """What was sent as an anchor is none."""


def write_anchor(moment: datetime, counter: int) -> str:
    """Return the anchor of ``moment`` (UTC), cut to milliseconds."""
    return f"{counter},{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}"


def read_anchor(text: str) -> datetime:
    """Return the time of an anchor, whatever its counter; also Microsoft's, which has none.

    Raises BadAnchor.
    """
    match = _ANCHOR.match(text.strip())
    if match is None:
        raise BadAnchor(text[:80])
    try:
        return datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    except ValueError as error:
        raise BadAnchor(text[:80]) from error
