"""``Content-Encoding: xpress``: bodies in blocks of plain LZ77 ([MS-WUSP] 2.1.1, FACTS §1.5).

A body is a row of blocks, each headed by two little-endian numbers, the size of its text and the
size of what follows. When both are equal the text follows as it is; the specification does not say
so, real servers do it. Inside is [MS-XCA] plain LZ77: a 32-bit word of flags, highest first, tells
for each of the next 32 tokens whether it is a byte or a match.
"""

import struct

from headgate.errors import MalformedMessage
from headgate.sentences import Sentence

#: Bytes of text per block, as a real server of 2025 cuts them.
BLOCK_SIZE = 16_352

#: The specification's limit for a block's text; what it is compressed to may not be much longer.
_MAX_TEXT = 65_535
_MAX_COMPRESSED = 2 * _MAX_TEXT

_FRAME = struct.Struct("<ii")
_WORD = struct.Struct("<I")
_PAIR = struct.Struct("<H")

#: A match is at least three bytes long and at most 8,192 bytes back.
_SHORTEST = 3
_FARTHEST = 8192


class XpressError(MalformedMessage):
    """A body that should be xpress is damaged or cut off."""


class XpressReader:
    """Feed it the body's chunks as they arrive, then close it."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, chunk: bytes) -> bytes:
        """Return the text of the blocks that ``chunk`` completes. Raises XpressError."""
        self._waiting += chunk
        texts = []
        position = 0
        while len(self._waiting) - position >= _FRAME.size:
            size, compressed = _FRAME.unpack_from(self._waiting, position)
            if not (0 < size <= _MAX_TEXT and 0 < compressed <= _MAX_COMPRESSED):
                raise XpressError(
                    Sentence(
                        "An xpress block claims to have {size} bytes in {compressed}.",
                        size=size,
                        compressed=compressed,
                    )
                )
            end = position + _FRAME.size + compressed
            if end > len(self._waiting):
                break
            block = bytes(self._waiting[position + _FRAME.size : end])
            texts.append(block if compressed == size else expand_block(block, size))
            position = end
        del self._waiting[:position]
        return b"".join(texts)

    def close(self) -> None:
        """Say that no more will come. Raises XpressError when a block is incomplete."""
        if self._waiting:
            raise XpressError(Sentence("The compressed answer is cut off."))


def compress(data: bytes) -> bytes:
    """Return ``data`` as a body of xpress blocks; a block that would not shrink is stored."""
    frames = []
    for start in range(0, len(data), BLOCK_SIZE):
        text = data[start : start + BLOCK_SIZE]
        block = compress_block(text)
        if len(block) >= len(text):
            block = text
        frames.append(_FRAME.pack(len(text), len(block)) + block)
    return b"".join(frames)


def expand_block(block: bytes, size: int) -> bytes:
    """Return the ``size`` bytes of text in one compressed block. Raises XpressError."""
    try:
        return _Expansion(block, size).text()
    except (IndexError, struct.error) as error:
        raise XpressError(Sentence("An xpress block ends too early.")) from error


class _Expansion:
    """One pass over a compressed block."""

    def __init__(self, block: bytes, size: int) -> None:
        self._block = block
        self._size = size
        self._at = 0
        self._shared = -1  #: place of the byte whose upper half is the next length, if any

    def text(self) -> bytes:
        block, size, out = self._block, self._size, bytearray()
        while len(out) < size:
            (flags,) = _WORD.unpack_from(block, self._at)
            self._at += _WORD.size
            for bit in range(31, -1, -1):
                if len(out) == size:
                    break
                if flags >> bit & 1:
                    self._copy_match(out)
                else:
                    out.append(block[self._at])
                    self._at += 1
        return bytes(out)

    def _copy_match(self, out: bytearray) -> None:
        (token,) = _PAIR.unpack_from(self._block, self._at)
        self._at += _PAIR.size
        distance = (token >> 3) + 1
        length = self._length(token & 7)
        if distance > len(out) or len(out) + length > self._size:
            raise XpressError(Sentence("An xpress block refers to text outside of itself."))
        start = len(out) - distance
        if distance >= length:
            out += out[start : start + length]
        else:  # the match runs into what it writes: its beginning repeats
            out += (out[start:] * (length // distance + 1))[:length]

    def _length(self, low: int) -> int:
        if low < 7:
            return low + _SHORTEST
        length = self._half_byte()
        if length < 15:
            return length + 7 + _SHORTEST
        length = self._block[self._at]
        self._at += 1
        if length < 255:
            return length + 15 + 7 + _SHORTEST
        whole: int = _PAIR.unpack_from(self._block, self._at)[0]
        self._at += _PAIR.size
        if whole < 15 + 7:
            raise XpressError(Sentence("An xpress block has an impossible length."))
        return whole + _SHORTEST

    def _half_byte(self) -> int:
        """Two lengths share a byte: the first of them puts it where it stands."""
        if self._shared < 0:
            self._shared = self._at
            self._at += 1
            return self._block[self._shared] & 15
        half = self._block[self._shared] >> 4
        self._shared = -1
        return half


def compress_block(text: bytes) -> bytes:
    """Return ``text`` (at most 65,535 bytes) as one compressed block without its frame."""
    return _Compression(text).block()


class _Compression:
    """One pass over a block's text, remembering where each three bytes stood last."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._out = bytearray()
        self._shared = -1  #: place of a byte whose upper half is still free, if any

    def block(self) -> bytes:
        text, out = self._text, self._out
        seen: dict[bytes, int] = {}
        at = 0
        while True:
            flags, flags_at = 0, len(out)
            out += b"\0\0\0\0"
            for bit in range(31, -1, -1):
                if at == len(text):
                    # unused flags are set, as [MS-XCA] 2.3.4 ends a block
                    _WORD.pack_into(out, flags_at, flags | ((2 << bit) - 1))
                    return bytes(out)
                length, distance = self._match(seen, at)
                if length:
                    flags |= 1 << bit
                    self._write_match(length, distance)
                    at += length
                else:
                    out.append(text[at])
                    at += 1
            _WORD.pack_into(out, flags_at, flags)

    def _match(self, seen: dict[bytes, int], at: int) -> tuple[int, int]:
        """Return length and distance of a match at ``at``, or zeros, and remember this place."""
        text = self._text
        key = text[at : at + _SHORTEST]
        if len(key) < _SHORTEST:
            return 0, 0
        before = seen.get(key, -1)
        seen[key] = at
        if before < 0 or at - before > _FARTHEST:
            return 0, 0
        length, longest = _SHORTEST, len(text) - at
        step = 16
        while step:
            ahead = length + step
            here = text[at + length : at + ahead]
            if ahead <= longest and text[before + length : before + ahead] == here:
                length = ahead
            else:
                step //= 2
        for inside in range(at + 1, at + length):
            seen[text[inside : inside + _SHORTEST]] = inside
        return length, at - before

    def _write_match(self, length: int, distance: int) -> None:
        rest = length - _SHORTEST
        self._out += _PAIR.pack((distance - 1) << 3 | min(rest, 7))
        if rest < 7:
            return
        self._write_half_byte(min(rest - 7, 15))
        if rest < 7 + 15:
            return
        self._out.append(min(rest - 7 - 15, 255))
        if rest >= 7 + 15 + 255:
            self._out += _PAIR.pack(rest)

    def _write_half_byte(self, half: int) -> None:
        if self._shared < 0:
            self._shared = len(self._out)
            self._out.append(half)
        else:
            self._out[self._shared] |= half << 4
            self._shared = -1
