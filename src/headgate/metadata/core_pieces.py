"""A Core packed while it comes: whole, and where it is large once more in pieces ready to be sent.

Real Cores reach 47 MB (FACTS §3.5), and an answer may hold several. From pieces it is sent with one
of them in memory at a time, and the compression that clients ask for is done here, once.
"""

from collections.abc import Callable

from headgate.catalogue.fragments import CorePiece, Packed
from headgate.metadata.packing import Packer
from headgate.wire import xpress_native
from headgate.wire.xpress import BLOCK_SIZE

LARGE = 64 * 1024  #: bytes of escaped text; a larger Core is kept in pieces too

#: Bytes of escaped text in a piece: nearly 1 MiB, and whole blocks.
PIECE = 64 * BLOCK_SIZE

#: From some text to its ready blocks.
Compress = Callable[[bytes], bytes]


def native_compressor() -> Compress | None:
    """Return what makes xpress blocks; None in a build without a compiler (FACTS §1.5)."""
    return xpress_native.compress if xpress_native.available() else None


class CoreStream:
    """Takes the escaped text of a Core bit by bit; only packed bytes and one piece are held."""

    def __init__(self, packer: Packer, compress: Compress | None = None) -> None:
        """``compress``: what makes ready blocks; by default the compiled part, where it is."""
        self._packer = packer
        self._compress = compress or native_compressor()
        self._waiting = bytearray()
        self._pieces: list[CorePiece] = []

    def write(self, text: bytes) -> None:
        """Add what comes next."""
        self._waiting += text
        while len(self._waiting) >= PIECE:
            self._cut()

    def finish(self) -> tuple[Packed, tuple[CorePiece, ...]]:
        """Return Core whole and, where it is large, in pieces; the stream is used up.

        Whole is what its pieces are, one zstd frame behind the other: such a row unpacks as one.
        """
        if not self._pieces and len(self._waiting) <= LARGE:
            return self._packer.pack(bytes(self._waiting)), ()
        if self._waiting:
            self._cut()
        packed = [piece.packed for piece in self._pieces]
        whole = Packed(sum(one.size for one in packed), b"".join(one.data for one in packed))
        return whole, tuple(self._pieces)

    def _cut(self) -> None:
        text = bytes(self._waiting[:PIECE])
        del self._waiting[:PIECE]
        blocks = self._compress(text) if self._compress else None
        self._pieces.append(CorePiece(packed=self._packer.pack(text), xpress=blocks))
