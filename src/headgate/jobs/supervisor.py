"""Keeps the worker's process alive beside a server: starts it, starts it again, ends it in time.

The child's standard input is a pipe nobody writes to; it closes when we die, however we die, and
that tells the child to stop.
"""

import subprocess
import threading
import time
from collections.abc import Sequence

from headgate.logs import get_logger

#: Seconds to wait before starting a worker again: longer each time it dies soon.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
#: A worker that lived this long did not die of starting.
SETTLED_SECONDS = 60.0


class WorkerProcess:
    """One child process that is started again when it ends by itself."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._keep_running, name="worker process")
        self._log = get_logger(__name__)

    def start(self) -> None:
        """Start the worker and watch over it."""
        self._thread.start()

    def is_alive(self) -> bool:
        """Whether the process exists now."""
        process = self._process
        return process is not None and process.poll() is None

    def stop(self, *, grace: float) -> bool:
        """Ask the worker to stop, wait ``grace`` seconds, end it; return whether it ended itself.

        It gets SIGTERM, and SIGKILL when the time is over.
        """
        with self._lock:
            self._stopping.set()
            process = self._process
        by_itself = True
        if process is not None:
            process.terminate()
            try:
                process.wait(grace)
            except subprocess.TimeoutExpired:
                process.kill()
                by_itself = False
        self._thread.join()
        return by_itself

    def _keep_running(self) -> None:
        pause = FIRST_PAUSE
        while self._start_process():
            started = time.monotonic()
            code = self._wait()
            if self._stopping.is_set():
                return
            if time.monotonic() - started > SETTLED_SECONDS:
                pause = FIRST_PAUSE
            self._log.error("the worker ended; it is started again", code=code, seconds=pause)
            self._stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _start_process(self) -> bool:
        with self._lock:
            if self._stopping.is_set():
                return False
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
            )
            return True

    def _wait(self) -> int:
        assert self._process is not None
        code = self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
        return code
