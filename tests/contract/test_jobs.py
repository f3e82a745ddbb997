"""The job table on every database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from headgate.storage import jobs, transactions
from headgate.storage.engine import Engine
from headgate.storage.jobs import Job
from tests.cast import NOON

LATER = NOON + timedelta(minutes=5)


def _queue(engine: Engine, kind: str = "synchronize", **payload: object) -> Job:
    with transactions.write(engine) as conn:
        return jobs.enqueue(conn, kind=kind, payload=payload, by="alice", at=NOON)


def _claim(engine: Engine) -> Job | None:
    with transactions.write(engine) as conn:
        return jobs.claim(conn, at=LATER)


def _look(engine: Engine, job: Job) -> Job:
    with transactions.read(engine) as conn:
        return jobs.job(conn, job.job_id)


def test_a_queued_job_is_found_as_it_was_queued(engine: Engine) -> None:
    job = _queue(engine, scope="everything")

    assert _look(engine, job) == job
    assert job.payload == {"scope": "everything"}
    assert (job.state, job.queued_by, job.queued_at) == ("queued", "alice", NOON)


def test_jobs_are_claimed_in_the_order_they_were_queued(engine: Engine) -> None:
    first, second = _queue(engine), _queue(engine)

    claimed = [_claim(engine), _claim(engine), _claim(engine)]

    assert [job.job_id if job else None for job in claimed] == [first.job_id, second.job_id, None]


def test_one_job_is_claimed_by_one_worker_only(engine: Engine) -> None:
    for _ in range(12):
        _queue(engine)

    with ThreadPoolExecutor(6) as pool:
        claimed = [job for job in pool.map(lambda _: _claim(engine), range(24)) if job]

    assert len(claimed) == 12
    assert len({job.job_id for job in claimed}) == 12


def test_two_who_ask_and_queue_at_once_queue_one_job(engine: Engine) -> None:
    def queue_unless_there(_: int) -> bool:
        with transactions.write(engine) as conn:
            jobs.hold_queue(conn)
            if jobs.unfinished(conn, ["synchronize"]):
                return False
            jobs.enqueue(conn, kind="synchronize", payload={}, by="bob", at=NOON)
            return True

    with ThreadPoolExecutor(6) as pool:
        queued = list(pool.map(queue_unless_there, range(12)))

    assert queued.count(True) == 1


def test_progress_is_seen_by_others_while_the_job_runs(engine: Engine) -> None:
    job = _queue(engine)
    _claim(engine)
    with transactions.write(engine) as conn:
        jobs.report(conn, job.job_id, {"phase": "updates", "done": 3, "total": 7})

    assert _look(engine, job).progress == {"phase": "updates", "done": 3, "total": 7}


def test_a_finished_job_keeps_its_result_with_moments_as_text(engine: Engine) -> None:
    job = _queue(engine)
    _claim(engine)
    with transactions.write(engine) as conn:
        jobs.finish(conn, job.job_id, state=jobs.DONE, at=LATER, result={"ended": LATER})

    ended = _look(engine, job)
    assert (ended.state, ended.has_ended, ended.ended_at) == ("done", True, LATER)
    assert ended.result == {"ended": "2026-11-20T12:05:00Z"}


def test_a_waiting_job_is_cancelled_at_once(engine: Engine) -> None:
    job = _queue(engine)
    with transactions.write(engine) as conn:
        jobs.request_cancel(conn, job.job_id, at=LATER)

    assert _look(engine, job).state == "cancelled"
    assert _claim(engine) is None


def test_a_running_job_is_told_to_stop_and_goes_on_running(engine: Engine) -> None:
    job = _queue(engine)
    _claim(engine)
    with transactions.write(engine) as conn:
        jobs.request_cancel(conn, job.job_id, at=LATER)

        assert jobs.is_cancel_requested(conn, job.job_id)
    assert _look(engine, job).state == "running"


def test_the_job_of_a_dead_worker_is_queued_again(engine: Engine) -> None:
    job = _queue(engine)
    _claim(engine)
    with transactions.write(engine) as conn:
        assert jobs.take_over(conn, at=LATER) == 1

    again = _claim(engine)
    assert again is not None
    assert again.job_id == job.job_id


def test_the_job_of_a_dead_worker_that_was_to_stop_is_cancelled(engine: Engine) -> None:
    job = _queue(engine)
    _claim(engine)
    with transactions.write(engine) as conn:
        jobs.request_cancel(conn, job.job_id, at=LATER)
        jobs.take_over(conn, at=LATER)

    assert _look(engine, job).state == "cancelled"


def test_an_ended_job_does_not_change_any_more(engine: Engine) -> None:
    job = _queue(engine)
    _claim(engine)
    with transactions.write(engine) as conn:
        jobs.finish(conn, job.job_id, state=jobs.FAILED, at=LATER, error="No.")
        jobs.put_back(conn, job.job_id)
        jobs.request_cancel(conn, job.job_id, at=LATER)
        jobs.report(conn, job.job_id, {"phase": "late"})
        jobs.take_over(conn, at=LATER)

    ended = _look(engine, job)
    assert (ended.state, ended.error, ended.progress) == ("failed", "No.", {})


def test_jobs_are_found_by_kind_and_moment(engine: Engine) -> None:
    job = _queue(engine)
    _queue(engine, kind="preview")
    with transactions.read(engine) as conn:
        assert jobs.queued_since(conn, "synchronize", NOON) == [job]
        assert jobs.queued_since(conn, "synchronize", LATER) == []
