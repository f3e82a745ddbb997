"""How many arenas glibc keeps: two instead of one for each thread.

An arena keeps what its thread has freed, and no other thread gets it. Calls that bring documents of
megabytes wander over four threads, so every arena would grow to hold the largest of them; and in a
server every thread would keep what a crowd once needed.
"""

import ctypes
from functools import cache

_ARENA_MAX = -8  #: M_ARENA_MAX of malloc.h
_ARENAS = 2


@cache
def share_arenas() -> bool:
    """Let threads begun from now on share arenas; False where the C library knows none (musl)."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return False
    return bool(mallopt(_ARENA_MAX, _ARENAS))
