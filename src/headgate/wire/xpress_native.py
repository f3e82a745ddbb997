"""The fast writer of xpress bodies, where this build has one (``xpress.c``).

Python takes 35 ms for an ordinary answer, this a fiftieth, and lets other threads work meanwhile. A
build without a compiler has no such library; then servers answer uncompressed, which every client
accepts (FACTS §1.5).
"""

import ctypes
from collections.abc import Callable
from pathlib import Path

from headgate.wire.xpress import BLOCK_SIZE

#: Made by ``packaging/build_native.py`` when the package is installed or its wheel is built.
LIBRARY = Path(__file__).with_name("_xpress.native")

_FRAME = 8


def _load() -> "Callable[[bytes, int, ctypes.Array[ctypes.c_char]], int] | None":
    try:
        body = ctypes.CDLL(str(LIBRARY)).headgate_xpress_body
    except OSError:
        return None
    body.argtypes = (ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p)
    body.restype = ctypes.c_size_t
    call: Callable[[bytes, int, ctypes.Array[ctypes.c_char]], int] = body
    return call


_body = _load()


def available() -> bool:
    """Whether this build can compress."""
    return _body is not None


def compress(data: bytes) -> bytes:
    """Return ``data`` as a body of xpress blocks; a block that would not shrink is stored.

    Raises RuntimeError when the library is not :func:`available`.
    """
    if _body is None:
        raise RuntimeError("this build has no compressor; ask available() first")
    out = ctypes.create_string_buffer(len(data) + _FRAME * (len(data) // BLOCK_SIZE + 1))
    size = _body(data, len(data), out)
    return out.raw[:size]
