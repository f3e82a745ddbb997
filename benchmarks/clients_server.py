"""A server in a process of its own: its address, its processor time and its memory."""

import os
import re
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import children
from benchmarks.children import CommandFailed
from benchmarks.laboratory import Installation

_READY = re.compile(r"serves (http://\S+?)/? ")
_TICKS = os.sysconf("SC_CLK_TCK")
_FORGET_PEAK = "5"  #: to clear_refs: the high-water mark begins anew, proc(5)


@dataclass(frozen=True, slots=True)
class Serving:
    """A process that answers HTTP."""

    pid: int
    address: str  #: http://HOST:PORT

    def cpu_seconds(self) -> float:
        """Return the processor time of the process until now, its threads included."""
        after_name = self._read("stat").rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / _TICKS

    def peak(self) -> float:
        """Return the megabytes of resident memory at most, since :meth:`forget_peak`."""
        return self._size("status", "VmHWM")

    def share(self) -> float:
        """Return the megabytes it holds now, shared pages by their part (PSS)."""
        return self._size("smaps_rollup", "Pss")

    def forget_peak(self) -> None:
        """Let the next :meth:`peak` tell of what comes from now on."""
        Path(f"/proc/{self.pid}/clear_refs").write_text(_FORGET_PEAK, "ascii")

    def _size(self, file: str, name: str) -> float:
        lines = (line.split() for line in self._read(file).splitlines())
        return next(int(words[1]) * 1024 / 1e6 for words in lines if words[0] == f"{name}:")

    def _read(self, file: str) -> str:
        return Path(f"/proc/{self.pid}/{file}").read_text("ascii", "replace")


@contextmanager
def server(installation: Installation) -> Iterator[Serving]:
    """Run ``headgate serve`` on an installation while the context lasts."""
    data = ("--data", str(installation.data))
    command = children.headgate(*data, "serve", "--listen", "127.0.0.1:0")
    with serving(command, _READY) as found:
        yield found


@contextmanager
def serving(command: list[str], ready: re.Pattern[str]) -> Iterator[Serving]:
    """Run a command while the context lasts; ``ready`` finds its address on its stderr.

    Raises CommandFailed with what it said when it ends before.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=children.environment(),
    )
    said: deque[str] = deque(maxlen=50)
    try:
        yield Serving(process.pid, _address(process, ready, said))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _address(process: "subprocess.Popen[str]", ready: re.Pattern[str], said: "deque[str]") -> str:
    assert process.stderr is not None
    for line in process.stderr:
        said.append(line)
        found = ready.search(line)
        if found:
            # A pipe nobody reads fills up, and then the server waits for us.
            threading.Thread(target=said.extend, args=(process.stderr,), daemon=True).start()
            return found[1]
    raise CommandFailed(f"The server does not start:\n{''.join(said)}")
