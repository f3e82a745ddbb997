"""The command line as people use it: other processes, their output and exit codes."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from headgate import bootstrap
from headgate.cli.main import main

#: Settings with which an installation runs here, however full the disk may be.
ANY_DISK = {"HEADGATE_CONTENT_KEEP_FREE_MB": "0"}
WITHIN = 60.0
_LOOK = 0.05


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


_PR_SET_PDEATHSIG = 1  # prctl(2)
_LIBC = ctypes.CDLL(None)


def _end_with_parent() -> None:
    """Have the kernel end a command under way when pytest is killed."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class HeadgateCommand:
    """Runs `headgate --data DIR …` with an environment free of other settings."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.environment = environment  #: what was set on top of that
        self._environment = {
            name: text for name, text in os.environ.items() if not name.startswith("HEADGATE_")
        } | {**ANY_DISK, **environment}

    def __call__(self, *arguments: str, stdin: str = "") -> Ended:
        """Run a command to its end."""
        done = subprocess.run(
            self._command(*arguments),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=WITHIN,
            env=self._environment,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    @contextmanager
    def running(self, *arguments: str) -> Iterator["Running"]:
        """Start a command; what is left of it at the end is killed."""
        process = subprocess.Popen(
            self._command(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment,
            preexec_fn=_end_with_parent,
        )
        running = Running(process)
        try:
            yield running
        finally:
            running.kill()

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "headgate", "--data", str(self.data), *arguments]


class SameProcess(HeadgateCommand):
    """Runs commands in the test's own process, on an installation made beforehand.

    Starting an interpreter for each takes most of the time of such tests; the command line itself
    is the same from its first argument to its exit code.
    """

    def __call__(self, *arguments: str, stdin: str = "") -> Ended:
        """Run a command to its end."""
        out = TextIOWrapper(BytesIO(), encoding="utf-8")  # some commands write bytes
        err, homes, mask = StringIO(), [], os.umask(0o077)
        open_home = bootstrap.open_home

        def opened(data: Path | None) -> bootstrap.Home:
            homes.append(open_home(data))
            return homes[-1]

        with (
            patch.object(sys, "argv", self._command(*arguments)[2:]),
            patch.object(sys, "stdin", StringIO(stdin)),
            patch.dict(os.environ, self._environment, clear=True),
            patch.object(bootstrap, "open_home", opened),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            try:
                code = main()
            except SystemExit as end:
                code = int(end.code or 0)
            finally:
                os.umask(mask)
                for home in homes:
                    home.engine.dispose()
        out.seek(0)
        return Ended(code, out.read(), err.getvalue())


def _written(stream: TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


class Running:
    """A command under way; its output is collected while it runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._said: dict[str, list[str]] = {"out": [], "err": []}
        self._readers = [
            threading.Thread(target=self._read, args=(name, stream))
            for name, stream in (("out", process.stdout), ("err", process.stderr))
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _read(self, name: str, stream: Any) -> None:
        self._said[name].extend(stream)
        stream.close()

    def said(self) -> str:
        """Return what it has written to stdout so far."""
        return "".join(self._said["out"])

    def wait_until_it_says(self, words: str) -> str:
        """Return what was said on stderr once ``words`` are among it."""
        self.wait_until(lambda: words in "".join(self._said["err"]))
        return "".join(self._said["err"])

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Return when the condition holds; fails when the command ends before."""
        until(lambda: condition() or self._process.poll() is not None)
        assert condition(), f"it ended: {self.ended()}"

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        self._process.kill()
        self.ended()

    def ended(self) -> Ended:
        """Wait for the end."""
        code = self._process.wait(WITHIN)
        for reader in self._readers:
            reader.join(WITHIN)
        return Ended(code, "".join(self._said["out"]), "".join(self._said["err"]))


def until(condition: Callable[[], bool]) -> None:
    """Return when the condition holds; fails when that takes too long."""
    for _ in range(int(WITHIN / _LOOK)):
        if condition():
            return
        threading.Event().wait(_LOOK)
    pytest.fail("it did not come true")


def fetched(url: str) -> tuple[int, str]:
    """Return status and text of a page; 0 when nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""
