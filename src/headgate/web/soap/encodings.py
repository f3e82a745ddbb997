"""Content-Encoding of answers: xpress as computers ask for it, gzip, or none (FACTS §1.5).

An answer's length is always told, so it is known before the first byte leaves: small parts are
joined and compressed at once; of large Cores the sizes are stored, as text and as ready blocks.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from headgate.wire.clientsync.update_info import LargeXml

#: Bytes an answer must have to be worth gzip.
WORTH_GZIP = 1024

_GZIP_LEVEL = 4
_GZIP_WINDOW = 31  # a gzip header around the largest window

Compress = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """An answer as it leaves; ``parts`` name large Cores, whose ``size`` is then that sent."""

    encoding: str | None
    parts: Sequence[bytes | LargeXml]
    length: int  #: bytes in all


def accepted(header: str | None) -> frozenset[str]:
    """Return the codings of an ``Accept-Encoding``, lower case, without those of weight zero.

    >>> sorted(accepted("gzip;q=0, XPRESS, br;q=0.5"))
    ['br', 'xpress']
    """
    found = set()
    for part in (header or "").lower().split(","):
        name, _, parameters = part.partition(";")
        weight = parameters.replace(" ", "").removeprefix("q=")
        if name.strip() and not (weight and not weight.strip("0.")):
            found.add(name.strip())
    return frozenset(found)


def encode(
    parts: Iterable[bytes | LargeXml],
    wanted: frozenset[str],
    *,
    xpress: Compress | None,
    ready: Mapping[int, int | None],
) -> Encoded:
    """Return the answer in the best coding that is wanted and possible.

    ``xpress`` makes blocks, None in a build that cannot. ``ready``: bytes of ready blocks of large
    Cores by revision, None where there are none; without them a large answer leaves as it is.
    """
    pieces = list(parts)
    large = [piece for piece in pieces if isinstance(piece, LargeXml)]
    if "xpress" in wanted and xpress is not None:
        sizes = {each.revision_id: ready.get(each.revision_id) for each in large}
        if all(size is not None for size in sizes.values()):
            return _encoded("xpress", [_blocks(piece, xpress, sizes) for piece in pieces])
    if "gzip" in wanted and not large:
        whole = b"".join(piece for piece in pieces if isinstance(piece, bytes))
        if len(whole) >= WORTH_GZIP:
            return _encoded("gzip", [_gzip(whole)])
    return plain(pieces)


def plain(parts: Sequence[bytes | LargeXml]) -> Encoded:
    """Return an answer as it is."""
    return _encoded(None, parts)


def _blocks(
    piece: bytes | LargeXml, xpress: Compress, sizes: Mapping[int, int | None]
) -> bytes | LargeXml:
    if isinstance(piece, LargeXml):
        return LargeXml(piece.revision_id, sizes[piece.revision_id] or 0)
    return xpress(piece)


def _gzip(data: bytes) -> bytes:
    compressor = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, _GZIP_WINDOW)
    return compressor.compress(data) + compressor.flush()


def _encoded(encoding: str | None, parts: Sequence[bytes | LargeXml]) -> Encoded:
    length = sum(part.size if isinstance(part, LargeXml) else len(part) for part in parts)
    return Encoded(encoding=encoding, parts=parts, length=length)
