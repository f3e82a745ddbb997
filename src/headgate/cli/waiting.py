"""A command that queued a job stays until it has ended, shows its progress, and listens to Ctrl-C.

Ctrl-C once asks the job to stop at its next good moment, twice leaves at once; SIGTERM leaves the
job to the next worker. Progress goes to stderr: a moving bar on a terminal, a line now and then
elsewhere.
"""

import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any

from headgate.cli import output
from headgate.errors import HeadgateError

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from headgate.bootstrap import Home
    from headgate.jobs.context import Signals
    from headgate.storage.jobs import Job

#: Seconds between two lines of progress where there is no terminal.
LINE_SECONDS = 5.0
#: What counts nothing yet is not worth a line before so many seconds.
SOON = 1.0


class JobFailedError(HeadgateError):
    """A job has failed; ``kind`` is the name of the error inside the worker."""

    def __init__(self, job: "Job") -> None:
        told = job.result
        super().__init__(
            told.get("message") or job.error or "The job failed.", next_step=told.get("next_step")
        )
        self.kind = told.get("error", "")


class JobNotFinishedError(HeadgateError):
    """The job was cancelled, or waits for the next worker."""


def see_through(home: "Home", job_id: int) -> "Job":
    """Return the job when it is done; the command is the worker if nobody else is.

    Raises JobFailedError or JobNotFinishedError.
    """
    from headgate.jobs import queue
    from headgate.jobs.context import Signals

    signals = Signals()
    with _listening(signals), _Display() as display:
        worker = home.worker(signals)
        job = queue.see_through(home.engine, worker, job_id, signals, display.watch)
    if job.state == "failed":
        raise JobFailedError(job)
    if job.state == "cancelled":
        raise JobNotFinishedError("Cancelled.", next_step="Start it again; it resumes.")
    if not job.has_ended:
        raise JobNotFinishedError("Paused.", next_step="It goes on when a worker runs.")
    return job


@contextmanager
def _listening(signals: "Signals") -> Iterator[None]:
    def interrupted(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signals.cancel.set()
        sys.stderr.write("\nCancelling … (Ctrl-C again leaves at once)\n")

    def terminated(_number: int, _frame: FrameType | None) -> None:
        signals.stop.set()

    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, interrupted),
        signal.SIGTERM: signal.signal(signal.SIGTERM, terminated),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Display(AbstractContextManager["_Display"]):
    """Shows progress on stderr."""

    def __init__(self) -> None:
        self._bar = _bar() if sys.stderr.isatty() else None
        self._task: Any = None
        self._phase = ""
        self._said_at = 0.0
        self._began_at = time.monotonic()

    def __enter__(self) -> "_Display":
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def watch(self, _job: "Job", progress: Mapping[str, Any]) -> None:
        """Show how far a job is; called from the worker's pulse, a few times a second."""
        if not progress.get("phase"):
            return
        if progress.get("total") is None and time.monotonic() - self._began_at < SOON:
            return
        if self._bar is not None:
            self._move(self._bar, progress)
        elif self._phase != progress["phase"] or time.monotonic() - self._said_at > LINE_SECONDS:
            self._said_at = time.monotonic()
            output.say(described(progress))
        self._phase = progress["phase"]

    def _move(self, bar: "RichProgress", progress: Mapping[str, Any]) -> None:
        if self._task is None or self._phase != progress["phase"]:
            self._task = bar.add_task(progress["phase"], total=None, left="")
        bar.update(
            self._task,
            completed=progress.get("done") or 0,
            total=progress.get("total"),
            left=_left(progress),
        )


def _bar() -> "RichProgress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    return Progress(
        TextColumn("{task.description:<24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[left]}"),
        console=Console(stderr=True),
    )


def described(progress: Mapping[str, Any]) -> str:
    """Return progress as one line: phase, done of total, rate, time left."""
    total, done = progress.get("total"), progress.get("done") or 0
    doing = progress["phase"]
    if total is not None:
        doing += f": {done:,} of {total:,}"
    elif done:
        doing += f": {done:,}"
    return "  ".join(part for part in (doing, _left(progress)) if part)


def _left(progress: Mapping[str, Any]) -> str:
    rate, left = progress.get("rate"), progress.get("seconds_left")
    parts = [f"{rate:,.0f}/s"] if rate else []
    if left is not None:
        parts.append(f"{output.duration(left)} left")
    return ", ".join(parts)
