"""The worker: takes one job after the other and runs it, as long as it holds the lock.

A job ends as done, failed or cancelled, or goes back to the queue: when the worker is told to stop
it at the job's next good moment, when it dies at the start of the next worker. Nothing stays
"running".
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from headgate import clock
from headgate.errors import HeadgateError, unexpected
from headgate.jobs.context import (
    JobCancelledError,
    JobContext,
    JobPausedError,
    Progress,
    Pulse,
    Signals,
)
from headgate.jobs.worker_lock import WorkerLock
from headgate.logs import get_logger
from headgate.sentences import Sentence
from headgate.storage import jobs, transactions
from headgate.storage.engine import Engine
from headgate.storage.jobs import Job

__all__ = ["Handler", "JobCancelledError", "JobContext", "JobPausedError", "Signals", "Worker"]

Handler = Callable[[JobContext], dict[str, Any]]

#: Seconds between two looks at an empty queue, or at a lock somebody else holds.
IDLE_SECONDS = 0.5
#: Seconds between two looks at the schedule.
TICK_SECONDS = 10.0


class Worker:
    """Runs jobs with the handlers it is given; one at a time, in the order they were queued."""

    def __init__(
        self,
        *,
        engine: Engine,
        lock: WorkerLock,
        handlers: Mapping[str, Handler],
        signals: Signals,
    ) -> None:
        self._engine = engine
        self._lock = lock
        self._handlers = handlers
        self._signals = signals
        self._log = get_logger(__name__)

    def settle(self) -> bool:
        """Take the lock if it is free and put back what a dead worker left; return whether held.

        The lock stays with us: ``release`` gives it back.
        """
        if not self._lock.acquire():
            return False
        with transactions.write(self._engine) as conn:
            left = jobs.take_over(conn, at=clock.now())
        if left:
            self._log.warning("a worker died; its job is queued again", jobs=left)
        return True

    def release(self) -> None:
        """Let somebody else be the worker."""
        self._lock.release()

    def run_until_stopped(self, tick: Callable[[], None]) -> None:
        """Work until told to stop; ``tick`` is called now and then to queue what is due."""
        ticked = -TICK_SECONDS
        held = False
        while not self._signals.stop.is_set():
            held = self._lock.acquire() if held else self.settle()
            if held and time.monotonic() - ticked >= TICK_SECONDS:
                ticked = time.monotonic()
                tick()
            if not held or self.run_next() is None:
                self._signals.stop.wait(IDLE_SECONDS)
        self.release()

    def run_next(self, watch: Callable[[Job, Progress], None] | None = None) -> Job | None:
        """Run the oldest waiting job and return it as it is afterwards; None when none waits."""
        with transactions.write(self._engine) as conn:
            job = jobs.claim(conn, at=clock.now())
        if job is None:
            return None
        self._run(job, watch)
        with transactions.read(self._engine) as conn:
            return jobs.job(conn, job.job_id)

    def _run(self, job: Job, watch: Callable[[Job, Progress], None] | None) -> None:
        context = JobContext(job, self._signals)
        self._log.info("job begins", job=job.job_id, kind=job.kind, by=job.queued_by)
        try:
            with Pulse(self._engine, context, (lambda p: watch(job, p)) if watch else None):
                result = self._handler(job)(context)
        except JobPausedError:
            self._put_back(job)
        except JobCancelledError:
            self._end(job, jobs.CANCELLED)
        except HeadgateError as exc:
            self._end(job, jobs.FAILED, error=exc)
        except Exception as exc:
            self._log.exception("job failed unexpectedly", job=job.job_id, kind=job.kind)
            self._end(job, jobs.FAILED, error=exc)
        else:
            self._end(job, jobs.DONE, result=result)

    def _handler(self, job: Job) -> Handler:
        try:
            return self._handlers[job.kind]
        except KeyError as exc:
            raise HeadgateError(
                Sentence("This Headgate cannot do jobs of kind '{kind}'.", kind=job.kind)
            ) from exc

    def _put_back(self, job: Job) -> None:
        with transactions.write(self._engine) as conn:
            jobs.put_back(conn, job.job_id)
        self._log.info("job paused", job=job.job_id, kind=job.kind)

    def _end(
        self,
        job: Job,
        state: str,
        *,
        result: Mapping[str, Any] | None = None,
        error: Exception | None = None,
    ) -> None:
        sentence = None
        if error is not None:
            sentence = _sentence(error)
            result = _told_apart(error)
        with transactions.write(self._engine) as conn:
            jobs.finish(
                conn, job.job_id, state=state, at=clock.now(), result=result, error=sentence
            )
        self._log.info("job ends", job=job.job_id, kind=job.kind, state=state, reason=sentence)


def _told_apart(error: Exception) -> dict[str, str]:
    """Return what kind of error it was, and what happened apart from what to do about it."""
    told = {"error": type(error).__name__}
    if isinstance(error, HeadgateError):
        told |= {"message": error.message, "next_step": error.next_step}
    return told


def _sentence(error: Exception) -> str:
    if isinstance(error, HeadgateError):
        return error.sentence()
    return unexpected(error)
