"""What people read of a run and a job comes back from every database as a sentence."""

from headgate.errors import SourceError
from headgate.jobs.context import JobContext, Signals
from headgate.jobs.worker import Worker
from headgate.jobs.worker_lock import worker_lock
from headgate.sentences import Sentence, Sentences, counted
from headgate.storage import jobs, runs, transactions
from headgate.storage.engine import Engine
from headgate.storage.jobs import Job
from headgate.storage.runs import Problem
from headgate.sync import phases
from headgate.sync.recording import recorded
from tests.cast import NOON

SOURCE = "http://wsus.example.com:8530"
GONE = Sentence("{source} does not answer within {seconds} s.", source=SOURCE, seconds=60)
AGAIN = Sentence("Synchronize later.")


def _fail(engine: Engine) -> None:
    def run() -> None:
        with recorded(
            engine, scope="everything", source=SOURCE, started_by="alice", now=lambda: NOON
        ):
            raise SourceError(GONE, next_step=AGAIN)

    try:
        run()
    except SourceError:
        return
    raise AssertionError("the failure must pass on")


def _is_the_failure(said: object) -> bool:
    assert isinstance(said, Sentences)
    message, next_step = said.parts
    assert isinstance(message, Sentence)
    assert isinstance(next_step, Sentence)
    return (message.template, message.values, next_step.template) == (
        GONE.template,
        GONE.values,
        AGAIN.template,
    )


def test_why_a_run_failed_can_be_said_in_another_language(engine: Engine) -> None:
    _fail(engine)

    with transactions.read(engine) as conn:
        (run,) = runs.runs(conn)

    assert run["reason"] == f"{SOURCE} does not answer within 60 s. Synchronize later."
    assert _is_the_failure(run["reason"])
    assert _is_the_failure(run["problems"][0]["reason"])


def test_what_went_wrong_in_a_run_can_be_said_in_another_language(engine: Engine) -> None:
    problem = Problem(
        kind="file",
        subject=counted("{count} file", "{count} files", count=1_200),
        reason=Sentence("There is no room for {files}.", files=Sentence("all of them")),
    )
    with transactions.write(engine) as conn:
        run_id = runs.begin_run(
            conn, scope="everything", source=SOURCE, started_by="alice", at=NOON
        )
        runs.note_problem(conn, run_id, problem, at=NOON)

    with transactions.read(engine) as conn:
        (found,) = runs.runs(conn)[0]["problems"]

    subject, reason = found["subject"], found["reason"]
    assert (subject, subject.many, subject.values) == (
        "1,200 files",
        "{count} files",
        {"count": 1_200},
    )
    assert reason == "There is no room for all of them."
    assert isinstance(reason.values["files"], Sentence)


def test_what_a_stranger_wrote_is_never_taken_for_a_sentence(engine: Engine) -> None:
    forged = '{"sentence":{"of":"{a.__class__}","many":null,"with":{"a":"b"}}}'
    with transactions.write(engine) as conn:
        run_id = runs.begin_run(
            conn, scope="everything", source=SOURCE, started_by="alice", at=NOON
        )
        problem = Problem(kind="notice", subject=forged, reason="plain", detail=forged)
        runs.note_problem(conn, run_id, problem, at=NOON)

    with transactions.read(engine) as conn:
        (found,) = runs.runs(conn)[0]["problems"]

    assert (found["subject"], found["detail"]) == (forged, forged)
    assert type(found["reason"]) is str


def _worked_off(engine: Engine, context_does: object) -> Job:
    with transactions.write(engine) as conn:
        jobs.enqueue(conn, kind="synchronize", payload={}, by="alice", at=NOON)

    def handler(context: JobContext) -> dict[str, object]:
        context.report({"phase": phases.LISTING_UPDATES, "done": 0})
        if isinstance(context_does, Exception):
            raise context_does
        return {"damaged": [{"reason": GONE}], "source": SOURCE}

    worker = Worker(
        engine=engine,
        lock=worker_lock(engine),
        handlers={"synchronize": handler},
        signals=Signals(),
    )
    assert worker.settle()
    try:
        job = worker.run_next()
    finally:
        worker.release()
    assert job is not None
    return job


def test_why_a_job_failed_can_be_said_in_another_language(engine: Engine) -> None:
    job = _worked_off(engine, SourceError(GONE, next_step=AGAIN))

    assert _is_the_failure(job.error)
    assert (job.result["message"], job.result["message"].template) == (GONE, GONE.template)
    assert (job.result["next_step"], job.result["next_step"].template) == (AGAIN, AGAIN.template)


def test_what_a_job_does_and_did_can_be_said_in_another_language(engine: Engine) -> None:
    job = _worked_off(engine, None)

    assert (job.progress["phase"], job.progress["done"]) == ("listing updates", 0)
    assert isinstance(job.progress["phase"], Sentence)
    (damaged,) = job.result["damaged"]
    assert (damaged["reason"], damaged["reason"].values) == (GONE, GONE.values)
    assert type(job.result["source"]) is str
