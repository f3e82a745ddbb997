"""Where and when something was measured: processor, memory, versions, what else was going on."""

import os
import platform
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from headgate import __version__


def machine() -> str:
    """Return processor, cores and memory in one sentence."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return f"{_processor()}, {os.cpu_count()} cores, {pages * size / 2**30:.0f} GiB of memory"


def versions() -> str:
    """Return what was measured and what it ran on."""
    libxml2 = ".".join(map(str, etree.LIBXML_VERSION))
    return (
        f"Headgate {__version__}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, libxml2 {libxml2}, Linux {platform.release()}"
    )


def now() -> str:
    """Return date and time in UTC, to the minute."""
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"


def load() -> float:
    """Return how many processes wanted a core in the last minute, ours included."""
    return os.getloadavg()[0]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
