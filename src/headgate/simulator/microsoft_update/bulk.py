"""Bulk for generated documents: component lists as servicing metadata has them, cheap to make.

A library of entries is made once; a document of any size is a walk over its blocks. So 47 MB cost a
memory copy, and still compress like the real thing, not like one line repeated.
"""

import functools
import hashlib
from collections.abc import Iterator

_BLOCKS = 128
_ENTRIES = 32  #: per block


@functools.cache
def _blocks() -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(_entry(block * _ENTRIES + number) for number in range(_ENTRIES))
        for block in range(_BLOCKS)
    )


@functools.cache
def _joined() -> tuple[str, ...]:
    return tuple("".join(block) for block in _blocks())


def _entry(number: int) -> str:
    digest = hashlib.sha256(f"component {number}".encode()).digest()
    name = f"Lab-Windows-{_word(digest[0])}-{_word(digest[1])}-{_word(digest[2])}"
    version = f"10.0.{digest[3] * 100}.{digest[4] * 25 + number}"
    identity = (
        f'<assemblyIdentity name="{name}" version="{version}" language="neutral" '
        f'processorArchitecture="amd64" publicKeyToken="31bf3856ad364e35" />'
    )
    return (
        f'<update name="{number}-{digest[5]}_neutral_PACKAGE"><applicable disposition="staged">'
        f'<detectNone default="false"><parent integrate="separate" disposition="staged">{identity}'
        f'</parent></detectNone></applicable><package integrate="hidden">{identity}</package>'
        "</update>"
    )


def _word(byte: int) -> str:
    words = (
        "Audio", "Boot", "Client", "Console", "Core", "Crypto", "Device", "Display", "Driver",
        "Edition", "Font", "Input", "Kernel", "Media", "Network", "Package", "Print", "Runtime",
        "Search", "Security", "Server", "Setup", "Shell", "Storage", "Update", "User",
    )  # fmt: skip
    return words[byte % len(words)]


def components(size: int, seed: int) -> str:
    """Return about ``size`` characters of component entries; ``seed`` decides their order."""
    return "".join(_walk(size, seed))


def _walk(size: int, seed: int) -> Iterator[str]:
    step = 0
    while size > 0:
        block = (seed + step * step * 7 + step * 13) % _BLOCKS
        joined = _joined()[block]
        if len(joined) <= size:
            yield joined
            size -= len(joined)
        else:
            for entry in _blocks()[block]:
                if size <= 0:
                    return
                yield entry
                size -= len(entry)
        step += 1
