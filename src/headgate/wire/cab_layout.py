"""Where things lie inside a cabinet ([MS-CAB] 2), and whether they arrived intact.

Decides what a sound cabinet is: signature, sizes, offsets and checksums are verified here, so that
decompressors get whole blocks. Sets of several cabinets are refused: nobody sends them.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from headgate.errors import MalformedMessage
from headgate.sentences import Sentence

SIGNATURE = b"MSCF"

#: What one data block may expand to ([MS-CAB] 2.4).
BLOCK_SIZE = 32768

HEADER = struct.Struct("<4sIIIIIBBHHHHH")
FOLDER = struct.Struct("<IHH")
FILE = struct.Struct("<IIHHHH")
BLOCK = struct.Struct("<IHH")

_PART_OF_SET = 0x0003
_HAS_RESERVE = 0x0004
_NAME_IS_UTF8 = 0x80


class CabError(MalformedMessage):
    """Bytes that should be a cabinet are none, are damaged, or expand to too much."""


class Compression(IntEnum):
    """The lower four bits of a folder's compression type."""

    STORED = 0
    MSZIP = 1
    QUANTUM = 2
    LZX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A run of data blocks that are compressed together."""

    first_block: int  #: offset in the cabinet
    blocks: int
    compression_word: int  #: LZX has its window size in the upper byte

    @property
    def compression(self) -> int:
        """A value of Compression, or an unknown one."""
        return self.compression_word & 0x000F


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file inside: ``size`` bytes at ``offset`` of its folder's expanded data."""

    name: str  #: backslashes between folders, as stored
    size: int
    offset: int
    folder: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The directory of a cabinet, read and verified."""

    data: bytes
    folders: tuple[Folder, ...]
    members: tuple[Member, ...]
    block_reserve: int  #: bytes between a block's header and its data

    def blocks(self, folder: Folder) -> Iterator[tuple[bytes, int]]:
        """Yield each block's compressed bytes and the size it expands to.

        Raises CabError when a block is cut off, has an impossible size or a wrong checksum.
        """
        offset = folder.first_block
        for _ in range(folder.blocks):
            checksum, size, expanded = _unpack(BLOCK, self.data, offset)
            start = offset + BLOCK.size + self.block_reserve
            block = self.data[start : start + size]
            if len(block) != size:
                raise CabError(Sentence("The cabinet is cut off inside a data block."))
            if not 0 < expanded <= BLOCK_SIZE:
                raise CabError(
                    Sentence(
                        "A data block of the cabinet claims to hold {expanded} bytes.",
                        expanded=expanded,
                    )
                )
            if checksum and checksum != block_checksum(block, expanded):
                raise CabError(
                    Sentence("A data block of the cabinet is damaged: its checksum differs.")
                )
            yield block, expanded
            offset = start + size

    def expanded_size(self, folder: Folder) -> int:
        """Return what the folder's blocks claim to expand to. Raises CabError when cut off."""
        total, offset = 0, folder.first_block
        for _ in range(folder.blocks):
            _, size, expanded = _unpack(BLOCK, self.data, offset)
            total += expanded
            offset += BLOCK.size + self.block_reserve + size
        return total


def read_layout(data: bytes) -> Layout:
    """Return the directory of a cabinet. Raises CabError."""
    if data[:4] != SIGNATURE:
        raise CabError(Sentence("These bytes are not a cabinet."), raw=data)
    header = _unpack(HEADER, data, 0)
    length, files_at, folder_count, file_count, flags = (header[i] for i in (2, 4, 8, 9, 10))
    if length > len(data):
        raise CabError(
            Sentence(
                "The cabinet is cut off: {here} of {length} bytes are here.",
                here=len(data),
                length=length,
            )
        )
    if flags & _PART_OF_SET:
        raise CabError(Sentence("The cabinet is one of a set; sets of cabinets are not read."))
    folders_at, folder_reserve, block_reserve = _reserves(data, flags)
    folders = tuple(
        _read_folder(data, folders_at + i * (FOLDER.size + folder_reserve))
        for i in range(folder_count)
    )
    members = tuple(_read_members(data, files_at, file_count, len(folders)))
    return Layout(data=data, folders=folders, members=members, block_reserve=block_reserve)


def _reserves(data: bytes, flags: int) -> tuple[int, int, int]:
    """Return where folders begin, and the reserved bytes per folder and per block."""
    if not flags & _HAS_RESERVE:
        return HEADER.size, 0, 0
    in_header, per_folder, per_block = _unpack(struct.Struct("<HBB"), data, HEADER.size)
    return HEADER.size + 4 + in_header, per_folder, per_block


def _read_folder(data: bytes, offset: int) -> Folder:
    first_block, blocks, word = _unpack(FOLDER, data, offset)
    return Folder(first_block=first_block, blocks=blocks, compression_word=word)


def _read_members(data: bytes, offset: int, count: int, folders: int) -> Iterator[Member]:
    for _ in range(count):
        size, start, folder, _date, _time, attributes = _unpack(FILE, data, offset)
        name_at = offset + FILE.size
        end = data.find(b"\0", name_at, name_at + 257)  # [MS-CAB] 2.3: at most 256 and the zero
        if end < 0:
            raise CabError(Sentence("The cabinet's directory has a name without an end."))
        if folder >= folders:
            raise CabError(Sentence("The cabinet's directory names a folder that is not there."))
        encoding = "utf-8" if attributes & _NAME_IS_UTF8 else "latin-1"
        name = data[name_at:end].decode(encoding, "replace")
        yield Member(name=name, size=size, offset=start, folder=folder)
        offset = end + 1


def block_checksum(block: bytes, expanded: int) -> int:
    """Return the checksum of a data block: its 32-bit words, XORed ([MS-CAB] 3.1).

    The last one to three bytes count in reverse order. Done on one big number folded in halves,
    because a loop over words takes a hundred times as long.
    """
    whole = len(block) & ~3
    value, words = int.from_bytes(block[:whole], "little"), whole >> 2
    while words > 1:
        half = words >> 1
        value = (value >> (32 * half)) ^ (value & ((1 << (32 * half)) - 1))
        words -= half
    return value ^ int.from_bytes(block[whole:], "big") ^ len(block) ^ (expanded << 16)


def _unpack(structure: struct.Struct, data: bytes, offset: int) -> tuple[int, ...]:
    try:
        return structure.unpack_from(data, offset)
    except struct.error as error:
        raise CabError(Sentence("The cabinet is cut off.")) from error
