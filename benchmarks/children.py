"""Running a command as a child process, with its time and its memory.

Memory is the child's own high-water mark (``VmHWM``), read again and again while it lives. The
``ru_maxrss`` that ``wait4`` gives is not used: at exec it still holds the peak of whoever forked.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.05  #: seconds between two looks at a child's memory


class CommandFailed(Exception):
    """A command that is measured ended with an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A child process that has ended well."""

    seconds: float  #: from start to end, by the clock on the wall
    cpu_seconds: float
    peak: int  #: bytes of resident memory at most
    output: str


#: Told the child's resident bytes now, at every look.
Watch = Callable[[int], None]


def headgate(*arguments: str) -> list[str]:
    """Return a command of ours as a process of its own starts it."""
    return [sys.executable, "-m", "headgate", *arguments]


def environment() -> dict[str, str]:
    """Return our environment without Headgate's variables."""
    return {name: text for name, text in os.environ.items() if not name.startswith("HEADGATE_")}


def run(command: Sequence[str], watch: Watch | None = None) -> Ended:
    """Run a command to its end. Raises CommandFailed with what it said."""
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=environment()
        )
        with _Looking(child.pid, watch) as looking:
            _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        output = said.read().decode("utf-8", "replace")
    if child.returncode:
        raise CommandFailed(f"{' '.join(command)} ended with {child.returncode}:\n{output}")
    return Ended(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak=looking.peak,
        output=output,
    )


class _Looking:
    """Looks at a process's memory from a thread while the ``with`` block lasts."""

    def __init__(self, pid: int, watch: Watch | None) -> None:
        self.peak = 0
        self._status = Path(f"/proc/{pid}/status")
        self._watch = watch
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "_Looking":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_EVERY):
            try:
                memory = _memory(self._status.read_text("ascii"))
            except (FileNotFoundError, ProcessLookupError):
                return
            if "VmHWM" in memory:
                self.peak = max(self.peak, memory["VmHWM"])
                if self._watch is not None:
                    self._watch(memory["VmRSS"])


def _memory(status: str) -> dict[str, int]:
    """Return the Vm lines of a process's status in bytes; none when it is already gone."""
    lines = (line.split() for line in status.splitlines() if line.startswith("Vm"))
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines}
