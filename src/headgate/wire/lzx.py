"""The port to the one decompressor we do not write ourselves: LZX, by libmspack.

Decides nothing about cabinets: it takes verified blocks, wraps them in the smallest cabinet there
is, and gives back what they expand to. Names, offsets and reserves of the real cabinet never reach
the library.

The library extracts to files only. It is given an anonymous file in memory, which costs a third of
the temporary directory it would make itself, needs no writable disk, and is read back in pieces,
so that a document of 47 MB never lies in our memory whole.
"""

import os
import struct
from collections.abc import Iterable, Iterator

import pylibmspack

from headgate.sentences import Sentence, said_by
from headgate.wire.cab_layout import BLOCK, FILE, FOLDER, HEADER, SIGNATURE, CabError

_PIECE = 1 << 20  #: bytes read back at once
_WINDOWS = range(15, 22)  #: window sizes 2^15 to 2^21 ([MS-CAB] 1.3)


def expand(
    blocks: Iterable[tuple[bytes, int]], compression_word: int, size: int
) -> Iterator[bytes]:
    """Yield the ``size`` bytes that a folder's blocks expand to, in pieces. Raises CabError."""
    if compression_word >> 8 & 0x1F not in _WINDOWS:
        raise CabError(
            Sentence(
                "The cabinet's LZX window is unknown: {compression_word}.",
                compression_word=f"{compression_word:#06x}",
            )
        )
    expanded = os.memfd_create("lzx", os.MFD_CLOEXEC)
    try:
        _extract(list(blocks), compression_word, size, expanded)
        for start in range(0, size, _PIECE):
            yield os.pread(expanded, _PIECE, start)
    finally:
        os.close(expanded)


def _extract(
    blocks: list[tuple[bytes, int]], compression_word: int, size: int, target: int
) -> None:
    """Expand the blocks into the open file ``target``, which is the one member's name."""
    name = str(target)
    wrapped = _wrapped(blocks, compression_word, size, name.encode() + b"\0")
    try:
        # Nothing is unsafe about the name, which is ours; /proc/self/fd is a link by nature.
        pylibmspack.CabArchive.from_bytes(wrapped).extract(name, "/proc/self/fd", safe=False)
    except (pylibmspack.CabError, OSError) as error:
        raise CabError(
            Sentence("The cabinet's LZX data is damaged ({reason}).", reason=said_by(error))
        ) from error
    found = os.fstat(target).st_size
    if found != size:
        raise CabError(
            Sentence(
                "The cabinet's LZX data gave {found} bytes instead of {size}.",
                found=found,
                size=size,
            )
        )


def _wrapped(
    blocks: list[tuple[bytes, int]], compression_word: int, size: int, name: bytes
) -> bytes:
    files_at = HEADER.size + FOLDER.size
    first_block = files_at + FILE.size + len(name)
    body = b"".join(
        part for block, expanded in blocks for part in (BLOCK.pack(0, len(block), expanded), block)
    )
    length = first_block + len(body)
    try:
        header = HEADER.pack(SIGNATURE, 0, length, 0, files_at, 0, 3, 1, 1, 1, 0, 0, 0)
    except struct.error as error:
        raise CabError(Sentence("The cabinet is larger than the format allows.")) from error
    folder = FOLDER.pack(first_block, len(blocks), compression_word)
    return b"".join((header, folder, FILE.pack(size, 0, 0, 0, 0, 0), name, body))
