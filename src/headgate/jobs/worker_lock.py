"""The lock that makes one process the worker: a file beside SQLite, advisory in PostgreSQL.

Either ends with its process, so a dead worker never keeps the next one out.
"""

import fcntl
import os
from pathlib import Path
from typing import Protocol

from headgate.storage.advisory_lock import AdvisoryWorkerLock
from headgate.storage.engine import Engine, sqlite_file


class WorkerLock(Protocol):
    """Who holds it may run jobs."""

    def acquire(self) -> bool:
        """Take it, or make sure it is still ours; False when somebody else has it."""

    def release(self) -> None:
        """Give it back; harmless when not held."""


class FileLock:
    """A lock on an open file; the file stays, only the lock on it counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> bool:
        """Take the lock and return True, or return False when somebody else has it."""
        if self._descriptor is not None:
            return True
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give it back; harmless when not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def worker_lock(engine: Engine) -> WorkerLock:
    """Return the lock that belongs to a database."""
    file = sqlite_file(engine)
    return AdvisoryWorkerLock(engine) if file is None else FileLock(file.with_name("worker.lock"))
