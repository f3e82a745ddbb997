"""``Range`` headers, answered as they were asked (RFC 9110 14).

Frameworks sort and merge ranges, and send the whole file when there are many. For an express file
of gigabytes that is a flood, so ranges are answered in the order asked, unmerged, with limits of
our own (DEPENDENCIES, trap 8).
"""

import re
from dataclasses import dataclass

#: More ranges than any downloader asks for at once.
MOST_RANGES = 1000

_ONE = re.compile(r"\s*(\d{0,19})\s*-\s*(\d{0,19})\s*")


class NotSatisfiable(Exception):
    """No range lies inside the file, or there are too many: status 416."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of a file; ``last`` is included."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many bytes."""
        return self.last - self.first + 1

    def content_range(self, size: int) -> str:
        """Return the value of Content-Range in a file of ``size`` bytes."""
        return f"bytes {self.first}-{self.last}/{size}"


def pieces(header: str | None, size: int) -> list[Piece] | None:
    """Return what a Range header asks of a file of ``size`` bytes, in its order.

    None when the whole file is asked for: no header, another unit, or one that is no range (to be
    ignored, RFC 9110 14.2). Ranges outside of the file are left out. Raises NotSatisfiable.
    """
    if header is None:
        return None
    unit, equals, asked = header.partition("=")
    if unit.strip().lower() != "bytes" or not equals:
        return None
    specs = asked.split(",")
    if len(specs) > MOST_RANGES:
        raise NotSatisfiable
    found = []
    for spec in specs:
        match = _ONE.fullmatch(spec)
        if match is None or not (match[1] or match[2]):
            return None
        if match[1] and match[2] and int(match[2]) < int(match[1]):
            return None
        piece = _inside(match[1], match[2], size)
        if piece is not None:
            found.append(piece)
    if not found or sum(piece.size for piece in found) > 2 * size:
        raise NotSatisfiable
    return found


def _inside(first: str, last: str, size: int) -> Piece | None:
    if not first:  # the last so many bytes
        count = min(int(last), size)
        return Piece(size - count, size - 1) if count else None
    start = int(first)
    if start >= size:
        return None
    return Piece(start, min(int(last), size - 1) if last else size - 1)
