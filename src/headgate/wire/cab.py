"""Cabinets: how update documents and export packages are packed.

Reads MSZIP, stored and LZX folders, writes MSZIP. Real servers send LZX with a 2 MiB window, which
nobody but them writes; whether one takes MSZIP from us is not known (FACTS §10.5). Everything that
is wrong with a cabinet is a CabError.
"""

import zlib
from collections.abc import Iterator, Sequence

from headgate.sentences import Sentence, said_by
from headgate.wire import cab_layout, lzx
from headgate.wire.cab_layout import (
    BLOCK,
    BLOCK_SIZE,
    FILE,
    FOLDER,
    HEADER,
    SIGNATURE,
    CabError,
    Compression,
    Folder,
    Layout,
    Member,
)

__all__ = ["BLOB", "MAX_EXPANDED", "CabError", "open_member", "read_members", "write_cabinet"]

#: The one file inside the cabinet that carries an update document.
BLOB = "blob"

#: The largest known document expands to 94 MB; a cabinet can claim two thousand times its size.
MAX_EXPANDED = 256 * 1024 * 1024

_MSZIP_SIGNATURE = b"CK"
_MAX_BLOCKS = 0xFFFF


def open_member(cabinet: bytes, name: str, *, max_size: int = MAX_EXPANDED) -> Iterator[bytes]:
    """Yield the bytes of one member piece by piece.

    The directory is verified before the first piece, each block before its own. ``max_size`` bounds
    the folder's expanded data up to the member's end. Raises CabError, also when there is no such
    member.
    """
    layout = cab_layout.read_layout(cabinet)
    member = next((one for one in layout.members if one.name == name), None)
    if member is None:
        raise CabError(Sentence("The cabinet has no file '{name}'.", name=name))
    folder = layout.folders[member.folder]
    end = member.offset + member.size
    _refuse_oversize(end, max_size)
    if end > layout.expanded_size(folder):
        raise CabError(
            Sentence("The file '{name}' does not fit into the cabinet's data.", name=name)
        )
    return _between(_expand(layout, folder, max_size), member.offset, end)


def read_members(cabinet: bytes, *, max_size: int = MAX_EXPANDED) -> dict[str, bytes]:
    """Return all members by name; ``max_size`` bounds the sum of their sizes. Raises CabError."""
    layout = cab_layout.read_layout(cabinet)
    _refuse_oversize(sum(member.size for member in layout.members), max_size)
    expanded = {
        number: b"".join(_expand(layout, layout.folders[number], max_size))
        for number in {member.folder for member in layout.members}
    }
    return {member.name: _cut(member, expanded[member.folder]) for member in layout.members}


def _cut(member: Member, expanded: bytes) -> bytes:
    if member.offset + member.size > len(expanded):
        raise CabError(
            Sentence("The file '{name}' does not fit into the cabinet's data.", name=member.name)
        )
    return expanded[member.offset : member.offset + member.size]


def _refuse_oversize(size: int, max_size: int) -> None:
    if size > max_size:
        raise CabError(
            Sentence(
                "The cabinet expands to {size} bytes; the limit is {max_size}.",
                size=str(size),
                max_size=str(max_size),
            )
        )


def _between(pieces: Iterator[bytes], start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes from ``start`` to ``end`` of what ``pieces`` make together."""
    position = 0
    for piece in pieces:
        if position >= end:
            return
        wanted = piece[max(start - position, 0) : end - position]
        position += len(piece)
        if wanted:
            yield wanted


def _expand(layout: Layout, folder: Folder, max_size: int) -> Iterator[bytes]:
    match folder.compression:
        case Compression.MSZIP:
            return _expand_mszip(layout.blocks(folder))
        case Compression.LZX:
            size = layout.expanded_size(folder)
            _refuse_oversize(size, max_size)
            return lzx.expand(layout.blocks(folder), folder.compression_word, size)
        case Compression.STORED:
            return _expand_stored(layout.blocks(folder))
    raise CabError(
        Sentence(
            "The cabinet's compression {compression_word} is not supported.",
            compression_word=f"{folder.compression_word:#06x}",
        )
    )


def _expand_stored(blocks: Iterator[tuple[bytes, int]]) -> Iterator[bytes]:
    for block, expanded in blocks:
        if len(block) != expanded:
            raise CabError(Sentence("A stored block of the cabinet has two different sizes."))
        yield block


def _expand_mszip(blocks: Iterator[tuple[bytes, int]]) -> Iterator[bytes]:
    """Each block is a deflate stream of its own that may refer to the 32 KiB before it."""
    history = b""
    for block, expanded in blocks:
        if block[:2] != _MSZIP_SIGNATURE:
            raise CabError(Sentence("A data block of the cabinet does not begin as MSZIP does."))
        inflater = zlib.decompressobj(-zlib.MAX_WBITS, zdict=history)
        try:
            piece = inflater.decompress(block[2:], expanded + 1)
        except zlib.error as error:
            raise CabError(
                Sentence("The cabinet's MSZIP data is damaged ({reason}).", reason=said_by(error))
            ) from error
        if len(piece) != expanded:
            raise CabError(
                Sentence("A data block of the cabinet does not expand to the size it claims.")
            )
        yield piece
        history = piece if expanded == BLOCK_SIZE else (history + piece)[-BLOCK_SIZE:]


def write_cabinet(members: Sequence[tuple[str, bytes]], *, level: int = 9) -> bytes:
    """Return an MSZIP cabinet with one folder holding ``members``, names and contents in order.

    But for the compression it looks like a captured document cabinet: version 1.3, no flags, set
    id, dates and attributes 0, files at 44. Raises CabError over 2 GiB, the format's own limit.
    """
    data = b"".join(content for _, content in members)
    blocks = list(_deflated(data, level))
    if len(blocks) > _MAX_BLOCKS:
        raise CabError(Sentence("The files are larger than the 2 GiB a cabinet can hold."))
    files_at = HEADER.size + FOLDER.size
    directory = b"".join(_entries(members))
    first_block = files_at + len(directory)
    length = first_block + sum(map(len, blocks))
    header = HEADER.pack(SIGNATURE, 0, length, 0, files_at, 0, 3, 1, 1, len(members), 0, 0, 0)
    folder = FOLDER.pack(first_block, len(blocks), Compression.MSZIP)
    return b"".join((header, folder, directory, *blocks))


def _entries(members: Sequence[tuple[str, bytes]]) -> Iterator[bytes]:
    offset = 0
    for name, content in members:
        attributes = 0 if name.isascii() else 0x80
        yield FILE.pack(len(content), offset, 0, 0, 0, attributes) + name.encode() + b"\0"
        offset += len(content)


def _deflated(data: bytes, level: int) -> Iterator[bytes]:
    history = b""
    for start in range(0, len(data), BLOCK_SIZE):
        piece = data[start : start + BLOCK_SIZE]
        deflater = zlib.compressobj(
            level, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_DEFAULT_STRATEGY, history
        )
        block = _MSZIP_SIGNATURE + deflater.compress(piece) + deflater.flush()
        checksum = cab_layout.block_checksum(block, len(piece))
        yield BLOCK.pack(checksum, len(block), len(piece)) + block
        history = piece
