"""Reading the history of synchronizations, on every database."""

from datetime import timedelta

import pytest

from headgate.sentences import Sentence
from headgate.storage import run_history, runs, transactions
from headgate.storage.engine import Engine
from headgate.storage.run_history import FAILED, RUNNING, SUCCEEDED, RunFilter, RunPage
from headgate.storage.runs import Problem
from tests.cast import NOON


class _History:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def begin(self, hours: int = 0, by: str = "alice", scope: str = "everything") -> int:
        with transactions.write(self.engine) as conn:
            return runs.begin_run(
                conn,
                scope=scope,
                source="https://parent:8531",
                started_by=by,
                at=NOON + timedelta(hours=hours),
            )

    def add(self, hours: int = 0, result: str = SUCCEEDED, by: str = "alice") -> int:
        run_id = self.begin(hours, by)
        self.end(run_id, hours, result)
        return run_id

    def end(self, run_id: int, hours: int = 0, result: str = SUCCEEDED) -> None:
        at = NOON + timedelta(hours=hours, minutes=5)
        with transactions.write(self.engine) as conn:
            reason = Sentence("The source hung up.") if result == FAILED else None
            runs.end_run(conn, run_id, result=result, reason=reason, at=at)

    def note(self, run_id: int, kind: str, subject: str = "a.cab") -> None:
        problem = Problem(kind=kind, subject=subject, reason=Sentence("It is not there."))
        with transactions.write(self.engine) as conn:
            runs.note_problem(conn, run_id, problem, at=NOON)

    def page(
        self,
        wanted: RunFilter | None = None,
        *,
        older_than: int | None = None,
        newer_than: int | None = None,
        limit: int | None = 50,
    ) -> RunPage:
        with transactions.read(self.engine) as conn:
            return run_history.run_page(
                conn,
                wanted or RunFilter(),
                older_than=older_than,
                newer_than=newer_than,
                limit=limit,
            )


def _ids(page: RunPage) -> list[int]:
    return [line.run_id for line in page.lines]


@pytest.fixture
def history(engine: Engine) -> _History:
    return _History(engine)


def test_the_newest_run_comes_first(history: _History) -> None:
    first, second = history.add(0), history.add(1)

    assert _ids(history.page()) == [second, first]


def test_pages_lead_to_older_runs_and_back_to_the_same_page(history: _History) -> None:
    a, b, c, d, e = (history.add(hour) for hour in range(5))

    newest = history.page(limit=2)
    middle = history.page(older_than=newest.older, limit=2)
    last = history.page(older_than=middle.older, limit=2)
    back = history.page(newer_than=last.newer, limit=2)

    assert [_ids(page) for page in (newest, middle, last, back)] == [[e, d], [c, b], [a], [c, b]]
    assert (newest.newer, last.older) == (None, None)
    assert newest.total == 5


def test_filters_join_by_and(history: _History) -> None:
    history.add(0, SUCCEEDED, "alice")
    wanted = history.add(1, FAILED, "alice")
    history.add(2, FAILED, "schedule")
    history.add(9, FAILED, "alice")

    found = history.page(
        RunFilter(
            result=FAILED,
            started_by="alice",
            since=NOON + timedelta(hours=1),
            before=NOON + timedelta(hours=9),
        )
    )

    assert (_ids(found), found.total) == ([wanted], 1)


def test_a_run_that_has_not_ended_is_running(history: _History) -> None:
    history.add(0)
    open_run = history.begin(1)

    (line,) = history.page(RunFilter(result=RUNNING)).lines

    assert (line.run_id, line.result, line.ended_at) == (open_run, RUNNING, None)
    assert line.seconds(NOON + timedelta(hours=1, minutes=2)) == 120


def test_a_notice_is_no_failure(history: _History) -> None:
    run_id = history.add()
    for kind in ("file", "document", "notice", "notice"):
        history.note(run_id, kind)

    (line,) = history.page().lines
    with transactions.read(history.engine) as conn:
        counts = run_history.problem_counts(conn, run_id)

    assert line.failures == 2
    assert counts == {"file": 1, "document": 1, "notice": 2}


def test_problems_of_a_kind_come_in_order_a_page_at_a_time(history: _History) -> None:
    run_id, other = history.add(), history.add()
    history.note(other, "file", "of another run")
    for number in range(3):
        history.note(run_id, "file", f"{number}.cab")
        history.note(run_id, "document", f"{number}.xml")

    with transactions.read(history.engine) as conn:
        first = run_history.problems_of(conn, run_id, "file", after=0, limit=2)
        rest = run_history.problems_of(conn, run_id, "file", after=first[-1].problem_id, limit=2)

    assert [one.subject for one in first] == ["0.cab", "1.cab"]
    assert [one.subject for one in rest] == ["2.cab"]
    assert isinstance(rest[0].reason, Sentence)  # can still be said in another language


def test_the_reason_of_a_failure_can_still_be_said_in_another_language(history: _History) -> None:
    run_id = history.add(0, FAILED)

    with transactions.read(history.engine) as conn:
        found = run_history.run(conn, run_id)

    assert found is not None
    assert isinstance(found.reason, Sentence)


def test_the_newest_that_has_ended_may_be_asked_for_by_scope_and_result(history: _History) -> None:
    good, bad = history.add(0), history.add(1, FAILED)
    only_categories = history.begin(2, scope="categories")
    history.end(only_categories, 2)
    history.begin(3)

    with transactions.read(history.engine) as conn:
        newest = run_history.newest_ended(conn)
        everything = run_history.newest_ended(conn, scope="everything")
        succeeded = run_history.newest_ended(conn, scope="everything", result=SUCCEEDED)

    found = [line.run_id for line in (newest, everything, succeeded) if line]
    assert found == [only_categories, bad, good]


def test_an_unknown_run_is_none(history: _History) -> None:
    with transactions.read(history.engine) as conn:
        assert run_history.run(conn, 4711) is None


def test_everybody_who_has_started_one_is_named_once(history: _History) -> None:
    for by in ("schedule", "bob", "alice", "bob"):
        history.add(0, by=by)

    with transactions.read(history.engine) as conn:
        assert run_history.starters(conn) == ["alice", "bob", "schedule"]
