"""From a command's point of view: see a queued job through to its end, whoever runs it.

If nobody is the worker, this process is, until the job has ended; else it follows the progress in
the database, ready to take over should the worker die.
"""

from collections.abc import Callable

from headgate import clock
from headgate.jobs.context import Progress, Signals
from headgate.jobs.worker import Worker
from headgate.storage import jobs, transactions
from headgate.storage.engine import Engine
from headgate.storage.jobs import Job

#: Seconds between two looks at a job somebody else runs.
FOLLOW_SECONDS = 0.25


def see_through(
    engine: Engine,
    worker: Worker,
    job_id: int,
    signals: Signals,
    watch: Callable[[Job, Progress], None],
) -> Job:
    """Return the job when it has ended, or when ``signals.stop`` says to leave it to others.

    ``watch`` is told about the progress of every job this process runs, or of this one. When
    ``signals.cancel`` is set the job is asked to stop, wherever it runs.
    """
    signals.own = job_id
    try:
        while True:
            job = _look(engine, job_id)
            if job.has_ended or signals.stop.is_set():
                return job
            if signals.cancel.is_set() and not job.cancel_requested:
                _ask_to_stop(engine, job_id)
            elif worker.settle():
                worker.run_next(watch)
            else:
                watch(job, job.progress)
                signals.stop.wait(FOLLOW_SECONDS)
    finally:
        worker.release()


def _look(engine: Engine, job_id: int) -> Job:
    with transactions.read(engine) as conn:
        return jobs.job(conn, job_id)


def _ask_to_stop(engine: Engine, job_id: int) -> None:
    with transactions.write(engine) as conn:
        jobs.request_cancel(conn, job_id, at=clock.now())
