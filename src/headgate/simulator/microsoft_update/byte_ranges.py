"""Byte ranges of a download: one closed, open-ended or suffix range (FACTS 6.2, RFC 9110 14)."""

import re

_RANGE = re.compile(r"bytes=\s*(\d*)-(\d*)\s*\Z", re.ASCII)


class Unsatisfiable(ValueError):
    """The range lies wholly outside the file."""


def chosen_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the first byte and the byte after the last of ``header``'s range.

    None when there is no header, or one we need not understand (several ranges, another unit):
    the whole file is the right answer then. Raises Unsatisfiable.
    """
    match = _RANGE.match(header.strip()) if header else None
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = min(int(match[2]), size)
        if length == 0:
            raise Unsatisfiable(header)
        return size - length, size
    first = int(match[1])
    last = min(int(match[2]), size - 1) if match[2] else size - 1
    if match[2] and int(match[2]) < first:
        return None
    if first >= size:
        raise Unsatisfiable(header)
    return first, last + 1
