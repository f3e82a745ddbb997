"""One installation of Headgate beside a test: its verbs, its worker, its database.

Jobs are queued by the verbs people use and run by a real worker in the test's own process; the
source is asked over HTTP. Only the waiting between tries is left out.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headgate.bootstrap import Home, handlers
from headgate.catalogue.update_list import UpdateLine
from headgate.jobs.context import JobContext
from headgate.jobs.worker import Handler, Signals, Worker
from headgate.jobs.worker_lock import worker_lock
from headgate.services.catalogue.update_lists import UpdateFilter
from headgate.services.synchronizing.sync_control import EVERYTHING
from headgate.storage.engine import Engine
from headgate.storage.jobs import Job
from tests.catalogue_picture import Picture, picture
from tests.upstream_lab import RunningLab

BY = "anna"

#: Seconds after which something that should happen at once is given up.
PATIENCE = 30.0

Progress = Mapping[str, Any]
Row = dict[str, Any]


class Moment:
    """A place in a run at which something is done once: a phase, and how much of it is done.

    A deed that ``stops`` the run is waited for: the run goes on only when its job has noticed.
    """

    def __init__(
        self, phase: str, done: int, deed: Callable[[Signals], object], *, stops: bool = False
    ) -> None:
        self.phase = phase
        self.done = done
        self.stops = stops
        self.reached = False
        self._deed = deed

    def look(self, progress: Progress, signals: Signals) -> None:
        """Do the deed if this is the moment."""
        if self.reached or progress["phase"] != self.phase or progress["done"] < self.done:
            return
        self.reached = True
        self._deed(signals)


def _await(sign: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not sign():
        assert time.monotonic() < until, "the job never noticed"
        time.sleep(0.01)


class _Watched:
    """A job's context that looks at every report of progress before it is passed on."""

    def __init__(self, context: JobContext, moment: Moment, signals: Signals) -> None:
        self._context = context
        self._moment = moment
        self._signals = signals
        self.job_id = context.job_id
        self.payload = context.payload
        self.queued_by = context.queued_by

    def check(self) -> None:
        if self._moment.reached and self._moment.stops:
            _await(self._context.cancelled)
        self._context.check()

    def report(self, progress: Progress) -> None:
        self._moment.look(progress, self._signals)
        self._context.report(progress)


@dataclass(slots=True)
class Installation:
    """An installation that is open."""

    home: Home

    @property
    def engine(self) -> Engine:
        return self.home.engine

    def set(self, **values: object) -> None:
        """Change shared settings; ``source_host`` stands for ``source.host``."""
        changes = {name.replace("_", ".", 1): str(value) for name, value in values.items()}
        self.home.configuring.change(changes, by=BY)

    def point_at(self, lab: RunningLab) -> None:
        """Make the lab the update source."""
        self.set(
            source_kind="upstream", source_host=lab.host, source_port=lab.port, source_tls="false"
        )

    def synchronize(
        self, *, scope: str = EVERYTHING, confirmed: bool = True, moment: Moment | None = None
    ) -> Row:
        """Synchronize as `sync now` does and return the newest row of the history."""
        self.home.sync_control.start(scope=scope, confirmed=confirmed, by=BY)
        self.work(moment)
        return self.history()[0]

    def work(self, moment: Moment | None = None) -> Job:
        """Be the worker for the oldest job; return it as it is afterwards."""
        signals = Signals()
        worker = Worker(
            engine=self.engine,
            lock=worker_lock(self.engine),
            handlers=_watched(handlers(self.home), moment, signals),
            signals=signals,
        )
        assert worker.settle(), "somebody else is the worker"
        try:
            job = worker.run_next()
        finally:
            worker.release()
        assert job is not None, "nothing was queued"
        assert moment is None or moment.reached, "the moment never came"
        return job

    def import_package(self, path: Path) -> Row:
        """Import as `headgate import` does; return the job's result, or what ended it."""
        self.home.sync_control.import_package(path, by=BY)
        job = self.work()
        return {"state": job.state, "sentence": job.error, **job.result}

    def history(self) -> list[Row]:
        """Return the history, newest first."""
        return self.home.sync_control.history(limit=50)

    def picture(self) -> Picture:
        """Return everything the catalogue holds."""
        return picture(self.engine)

    def updates(self, **wanted: Any) -> tuple[UpdateLine, ...]:
        """Return the lines of `headgate updates list`, all of them."""
        found = self.home.catalogue_browser.updates(UpdateFilter(limit=None, **wanted))
        return found.lines


def _watched(
    table: Mapping[str, Handler], moment: Moment | None, signals: Signals
) -> Mapping[str, Handler]:
    if moment is None:
        return table
    watching = moment

    def watched(handler: Handler) -> Handler:
        return lambda context: handler(_Watched(context, watching, signals))  # type: ignore[arg-type]

    return {kind: watched(handler) for kind, handler in table.items()}
