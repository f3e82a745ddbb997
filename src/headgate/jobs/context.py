"""What a job's handler sees of the world: its payload, a place to report to, whether to stop.

Reports are kept in memory and written by a thread of their own (``Pulse``) a few times a second:
a handler may report as often as it likes, and from inside a transaction, without waiting for the
database it is itself writing to.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from headgate.errors import HeadgateError, StorageError
from headgate.logs import get_logger
from headgate.sentences import Sentence
from headgate.storage import jobs, transactions
from headgate.storage.engine import Engine
from headgate.storage.jobs import Job

Progress = Mapping[str, Any]

#: Seconds between two writes of progress. People see a moving bar; the database hardly notices.
PULSE_SECONDS = 0.25


class JobCancelledError(HeadgateError):
    """Somebody asked the job to stop; it ends as cancelled."""

    def __init__(self) -> None:
        super().__init__(Sentence("Cancelled."))


class JobPausedError(JobCancelledError):
    """The worker stops; the job waits for the next worker and goes on there."""


@dataclass(slots=True)
class Signals:
    """What may be said to a worker from outside: by a signal handler, or another thread."""

    stop: threading.Event = field(default_factory=threading.Event)  #: put the job back and end
    cancel: threading.Event = field(default_factory=threading.Event)  #: give up the job ``own``
    own: int | None = None  #: the job a command waits for; others it only puts back


class JobContext:
    """One running job, seen by its handler."""

    def __init__(self, job: Job, signals: Signals) -> None:
        self.job_id = job.job_id
        self.payload: Mapping[str, Any] = job.payload
        self.queued_by = job.queued_by
        self._signals = signals
        self._cancelled = threading.Event()
        self._progress: Progress | None = None

    def report(self, progress: Progress) -> None:
        """Say how far the job is: what JSON can hold. Cheap; only the latest one is written."""
        self._progress = progress

    def cancelled(self) -> bool:
        """Whether to stop at the next good moment: cancelled by somebody, or the worker stops."""
        return (
            self._cancelled.is_set() or self._signals.cancel.is_set() or self._signals.stop.is_set()
        )

    def check(self) -> None:
        """Raise JobCancelledError, or JobPausedError, when it is time to stop."""
        given_up = self._signals.cancel.is_set() and self._signals.own == self.job_id
        if self._cancelled.is_set() or given_up:
            raise JobCancelledError
        if self.cancelled():
            raise JobPausedError

    def _take_progress(self) -> Progress | None:
        progress, self._progress = self._progress, None
        return progress


class Pulse(AbstractContextManager["Pulse"]):
    """The thread beside a running job: writes its progress, listens for a cancellation."""

    def __init__(
        self, engine: Engine, context: JobContext, watch: Callable[[Progress], None] | None
    ) -> None:
        self._engine = engine
        self._context = context
        self._watch = watch
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="job pulse", daemon=True)
        self._last: Progress | None = None

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(PULSE_SECONDS):
            self._beat()
        self._beat()

    def _beat(self) -> None:
        context = self._context
        progress = context._take_progress()
        try:
            if progress is not None:
                with transactions.write(self._engine) as conn:
                    jobs.report(conn, context.job_id, progress)
            with transactions.read(self._engine) as conn:
                if jobs.is_cancel_requested(conn, context.job_id):
                    context._cancelled.set()
        except StorageError as exc:
            # The handler meets the same database and ends the job with the same sentence.
            get_logger(__name__).warning("progress not written", reason=str(exc))
        # The watcher is told again and again: it may want to show that we are still alive.
        self._last = progress or self._last
        if self._last is not None and self._watch is not None:
            self._watch(self._last)
