"""The demo's child processes: start a command of ours, wait until it answers, end it."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from headgate.errors import HeadgateError

LOOPBACK = "127.0.0.1"
_READY_WITHIN = 40.0
_END_WITHIN = 12.0
_LOOK = 0.1


class ChildFailedError(HeadgateError):
    """A child process ended, or did not answer, when the story needed it."""


def free_port(first_choice: int | None = None, *, but: Collection[int] = ()) -> int:
    """Return a port of this machine that is free: the first choice, the next ones, or any.

    ``but``: what none of the next ones may be.
    """
    candidates = range(first_choice, first_choice + 100) if first_choice else [0]
    for port in (one for one in candidates if one not in but):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ChildFailedError(f"No port from {first_choice} on is free.")


def headgate(*arguments: str) -> list[str]:
    """Return a command of ours as another process starts it."""
    return [sys.executable, "-m", "headgate", *arguments]


def demo_environment() -> dict[str, str]:
    """Return our environment with the demo's settings alone: it must not meet a real server.

    Its few files leave less free than usual, so that it runs on a small or well-filled disk.
    """
    ours = {name: text for name, text in os.environ.items() if not name.startswith("HEADGATE_")}
    return ours | {"HEADGATE_CONTENT_KEEP_FREE_MB": "100"}


_PR_SET_PDEATHSIG = 1  # prctl(2)
_LIBC = ctypes.CDLL(None)


def _end_with_parent() -> None:
    """Have the kernel end the child when the demo is gone, however that came about."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One process whose output goes to a file; leaving the ``with`` block ends it."""

    def __init__(self, command: Sequence[str], *, log: Path) -> None:
        self._log = log
        self._out: IO[bytes] = log.open("wb")
        # A session of its own: Ctrl-C is for the demo, which then ends its children in order.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=subprocess.STDOUT,
            env=demo_environment(),
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )

    def __enter__(self) -> "Child":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_END_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._out.close()

    def stay(self) -> None:
        """Return when the process has ended by itself."""
        self._process.wait()

    def wait_for(self, url: str) -> None:
        """Return when ``url`` answers with success; raises ChildFailedError with what was said."""
        deadline = time.monotonic() + _READY_WITHIN
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            if _answers(url):
                return
            time.sleep(_LOOK)
        said = self._log.read_text("utf-8", errors="replace").strip()[-2000:]
        raise ChildFailedError(f"{url} does not answer. The process said:\n{said}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own http URL
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
