"""The port to the one decompressor we do not write ourselves: LZX, by libmspack.

Decides nothing about cabinets: it takes verified blocks, wraps them in the smallest cabinet there
is, and gives back what they expand to. Names, offsets and reserves of the real cabinet never reach
the library.
"""

import struct
from collections.abc import Iterable

import pylibmspack

from headgate.wire.cab_layout import BLOCK, FILE, FOLDER, HEADER, SIGNATURE, CabError

_NAME = b"m\0"
_WINDOWS = range(15, 22)  #: window sizes 2^15 to 2^21 ([MS-CAB] 1.3)


def expand(blocks: Iterable[tuple[bytes, int]], compression_word: int, size: int) -> bytes:
    """Return the ``size`` bytes that a folder's blocks expand to. Raises CabError."""
    if compression_word >> 8 & 0x1F not in _WINDOWS:
        raise CabError(f"The cabinet's LZX window is unknown: {compression_word:#06x}.")
    archive = pylibmspack.CabArchive.from_bytes(_wrapped(list(blocks), compression_word, size))
    try:
        data: bytes = archive.read("m", max_size=max(size, 1))
    except (pylibmspack.CabError, OSError) as error:
        raise CabError(f"The cabinet's LZX data is damaged ({error}).") from error
    if len(data) != size:
        raise CabError(f"The cabinet's LZX data gave {len(data)} bytes instead of {size}.")
    return data


def _wrapped(blocks: list[tuple[bytes, int]], compression_word: int, size: int) -> bytes:
    files_at = HEADER.size + FOLDER.size
    first_block = files_at + FILE.size + len(_NAME)
    body = b"".join(
        part for block, expanded in blocks for part in (BLOCK.pack(0, len(block), expanded), block)
    )
    length = first_block + len(body)
    try:
        header = HEADER.pack(SIGNATURE, 0, length, 0, files_at, 0, 3, 1, 1, 1, 0, 0, 0)
    except struct.error as error:
        raise CabError("The cabinet is larger than the format allows.") from error
    folder = FOLDER.pack(first_block, len(blocks), compression_word)
    return b"".join((header, folder, FILE.pack(size, 0, 0, 0, 0, 0), _NAME, body))
