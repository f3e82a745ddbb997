import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cast import NOON

from headgate.errors import SourceError
from headgate.jobs import queue
from headgate.jobs.context import JobContext, Signals
from headgate.jobs.worker import Handler, Worker
from headgate.jobs.worker_lock import FileLock, worker_lock
from headgate.storage import jobs, transactions
from headgate.storage.engine import Engine
from headgate.storage.jobs import Job

WAIT = 20.0


def _worker(engine: Engine, handler: Handler, signals: Signals | None = None) -> Worker:
    return Worker(
        engine=engine,
        lock=worker_lock(engine),
        handlers={"work": handler},
        signals=signals or Signals(),
    )


def _queue(engine: Engine, kind: str = "work") -> Job:
    with transactions.write(engine) as conn:
        return jobs.enqueue(conn, kind=kind, payload={"n": 1}, by="alice", at=NOON)


def _look(engine: Engine, job: Job) -> Job:
    with transactions.read(engine) as conn:
        return jobs.job(conn, job.job_id)


def _done(_context: JobContext) -> dict[str, Any]:
    return {"answer": 42}


def _until_told(context: JobContext) -> dict[str, Any]:
    context.report({"phase": "waiting"})
    while True:
        context.check()
        threading.Event().wait(0.01)


class _Thread:
    """Runs something beside the test, and says what it returned."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self.result: Any = None
        self._thread = threading.Thread(target=lambda: setattr(self, "result", function()))
        self._thread.start()

    def join(self) -> Any:
        self._thread.join(WAIT)
        assert not self._thread.is_alive(), "it did not end"
        return self.result


def _until(condition: Callable[[], bool]) -> None:
    for _ in range(int(WAIT / 0.02)):
        if condition():
            return
        threading.Event().wait(0.02)
    pytest.fail("it did not come true")


def test_a_job_is_done_with_what_its_handler_returned(engine: Engine) -> None:
    job = _queue(engine)

    ended = _worker(engine, _done).run_next()

    assert ended == _look(engine, job)
    assert (ended.state, ended.result, ended.error) == ("done", {"answer": 42}, None)


def test_a_handler_sees_payload_and_who_queued_it(engine: Engine) -> None:
    _queue(engine)

    ended = _worker(engine, lambda c: {**c.payload, "by": c.queued_by}).run_next()

    assert ended is not None
    assert ended.result == {"n": 1, "by": "alice"}


def test_a_failed_job_keeps_the_sentence_with_the_next_step(engine: Engine) -> None:
    def fail(_context: JobContext) -> dict[str, Any]:
        raise SourceError("The source says no.", next_step="Ask again.")

    _queue(engine)
    ended = _worker(engine, fail).run_next()

    assert ended is not None
    assert (ended.state, ended.error) == ("failed", "The source says no. Ask again.")
    assert ended.result == {
        "error": "SourceError",
        "message": "The source says no.",
        "next_step": "Ask again.",
    }


def test_an_unexpected_error_fails_the_job_and_not_the_worker(engine: Engine) -> None:
    def stumble(_context: JobContext) -> dict[str, Any]:
        raise ZeroDivisionError("by zero")

    _queue(engine)
    ended = _worker(engine, stumble).run_next()

    assert ended is not None
    assert (ended.state, ended.error) == ("failed", "Unexpected: ZeroDivisionError: by zero")


def test_a_job_nobody_can_do_fails_with_its_kind(engine: Engine) -> None:
    _queue(engine, kind="magic")

    ended = _worker(engine, _done).run_next()

    assert ended is not None
    assert "'magic'" in (ended.error or "")


def test_an_empty_queue_is_no_work(engine: Engine) -> None:
    assert _worker(engine, _done).run_next() is None


def test_progress_may_be_reported_from_inside_a_write_transaction(engine: Engine) -> None:
    seen = []

    def work(context: JobContext) -> dict[str, Any]:
        with transactions.write(engine):
            for number in range(1000):
                context.report({"phase": "storing", "done": number})
        return {}

    job = _queue(engine)
    _worker(engine, work).run_next(lambda _job, progress: seen.append(progress["done"]))

    assert _look(engine, job).progress == {"phase": "storing", "done": 999}
    assert seen[-1] == 999
    assert len(seen) < 100, "only a few reports are written"


def test_a_running_job_is_cancelled_from_outside(engine: Engine) -> None:
    job = _queue(engine)
    running = _Thread(_worker(engine, _until_told).run_next)
    _until(lambda: _look(engine, job).progress == {"phase": "waiting"})
    with transactions.write(engine) as conn:
        jobs.request_cancel(conn, job.job_id, at=NOON)

    assert running.join().state == "cancelled"


def test_a_stopping_worker_puts_its_job_back_and_the_next_one_does_it(engine: Engine) -> None:
    job, signals = _queue(engine), Signals()
    worker = _worker(engine, _until_told, signals)
    running = _Thread(lambda: worker.run_until_stopped(lambda: None))
    _until(lambda: _look(engine, job).state == "running")
    signals.stop.set()
    running.join()

    assert _look(engine, job).state == "queued"
    next_one = _worker(engine, _done)
    assert next_one.settle()
    ended = next_one.run_next()
    assert ended is not None
    assert (ended.job_id, ended.state) == (job.job_id, "done")
    next_one.release()


def test_a_worker_that_starts_takes_over_what_a_dead_one_left(engine: Engine) -> None:
    job = _queue(engine)
    with transactions.write(engine) as conn:
        jobs.claim(conn, at=NOON)  # and its process dies here

    signals = Signals()
    running = _Thread(lambda: _worker(engine, _done, signals).run_until_stopped(lambda: None))
    _until(lambda: _look(engine, job).has_ended)
    signals.stop.set()
    running.join()

    assert _look(engine, job).state == "done"


def test_the_schedule_is_asked_while_the_worker_idles(engine: Engine) -> None:
    ticked, signals = threading.Event(), Signals()
    running = _Thread(lambda: _worker(engine, _done, signals).run_until_stopped(ticked.set))
    assert ticked.wait(WAIT)
    signals.stop.set()
    running.join()


def test_only_one_of_two_workers_works(engine: Engine) -> None:
    first, second = _worker(engine, _done), _worker(engine, _done)

    assert first.settle()
    assert not second.settle()
    first.release()
    assert second.settle()
    second.release()


def _see_through(engine: Engine, worker: Worker, job: Job, signals: Signals) -> Job:
    return queue.see_through(engine, worker, job.job_id, signals, lambda _job, _progress: None)


def test_a_command_is_the_worker_when_nobody_else_is(engine: Engine) -> None:
    earlier, job, signals = _queue(engine), _queue(engine), Signals()

    ended = _see_through(engine, _worker(engine, _done, signals), job, signals)

    assert (ended.job_id, ended.state) == (job.job_id, "done")
    assert _look(engine, earlier).state == "done", "jobs are done in their order"
    assert worker_lock(engine).acquire(), "the command gives the lock back"


def test_a_command_follows_the_worker_there_is(engine: Engine) -> None:
    job, signals, release = _queue(engine), Signals(), threading.Event()

    def work(_context: JobContext) -> dict[str, Any]:
        release.wait(WAIT)
        return {"by": "the worker"}

    def never(_context: JobContext) -> dict[str, Any]:
        raise AssertionError("the command must not do the job itself")

    theirs = Signals()
    running = _Thread(lambda: _worker(engine, work, theirs).run_until_stopped(lambda: None))
    _until(lambda: _look(engine, job).state == "running")
    following = _Thread(lambda: _see_through(engine, _worker(engine, never, signals), job, signals))
    release.set()

    assert following.join().result == {"by": "the worker"}
    theirs.stop.set()
    running.join()


def test_a_command_takes_over_when_the_worker_dies(engine: Engine, tmp_path: Path) -> None:
    job, signals = _queue(engine), Signals()
    dying = FileLock(tmp_path / "worker.lock")
    assert dying.acquire()
    with transactions.write(engine) as conn:
        jobs.claim(conn, at=NOON)

    following = _Thread(lambda: _see_through(engine, _worker(engine, _done, signals), job, signals))
    dying.release()

    assert following.join().state == "done"


def test_ctrl_c_cancels_the_own_job_and_puts_back_anothers(engine: Engine) -> None:
    other, job, signals = _queue(engine), _queue(engine), Signals()
    worker = _worker(engine, _until_told, signals)
    running = _Thread(lambda: _see_through(engine, worker, job, signals))
    _until(lambda: _look(engine, other).state == "running")
    signals.cancel.set()

    assert running.join().state == "cancelled"
    assert _look(engine, other).state == "queued"


def test_ctrl_c_while_following_asks_the_worker_to_stop(engine: Engine) -> None:
    job, signals, theirs = _queue(engine), Signals(), Signals()
    running = _Thread(lambda: _worker(engine, _until_told, theirs).run_until_stopped(lambda: None))
    _until(lambda: _look(engine, job).state == "running")
    signals.cancel.set()

    ended = _see_through(engine, _worker(engine, _done, signals), job, signals)

    assert ended.state == "cancelled"
    theirs.stop.set()
    running.join()
