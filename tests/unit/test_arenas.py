"""Threads share arenas: asked of glibc itself, in a process that has none yet."""

import platform
import subprocess
import sys

import pytest

_PROGRAM = """
import ctypes, threading
from headgate.arenas import share_arenas

if {shared}:
    assert share_arenas()
everybody = threading.Barrier(6)

def allocate():
    everybody.wait()
    kept = [bytearray(2_000) for _ in range(1_000)]
    everybody.wait()

threads = [threading.Thread(target=allocate) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
ctypes.CDLL(None).malloc_stats()
"""


def _arenas(*, shared: bool) -> int:
    program = _PROGRAM.format(shared=shared)
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    return ended.stderr.count("Arena ")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library has no arenas")
def test_threads_share_two_arenas() -> None:
    assert _arenas(shared=False) > 2
    assert _arenas(shared=True) <= 2
