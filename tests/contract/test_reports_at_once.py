"""Many computers report at the same time; what is answered is committed, nothing is mixed up."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed, wait
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from headgate.services.clients.refusals import ComputerRefused, Refusal
from headgate.services.clients.reports import ClientReports
from headgate.services.computers.compliance import Compliance
from headgate.storage import client_events, computer_states, transactions
from headgate.storage.engine import Engine, sqlite_url
from headgate.storage.transactions import DatabaseUnavailableError
from tests.cast import NOON, a_guid
from tests.databases import opened, prepare
from tests.reports import ALICE, BOB, a_statement, an_event, assert_counters_hold, register

UPDATES = [a_guid() for _ in range(20)]
WORD = UPDATES[0]
PATIENCE = 60


@pytest.fixture
def reports(engine: Engine) -> Iterator[ClientReports]:
    made = ClientReports(engine)
    yield made
    made.close()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(16) as pool:
        yield pool


class Held:
    """A database in which nobody can report until it is let go."""

    def __init__(self, engine: Engine) -> None:
        self._stack = ExitStack()
        conn = self._stack.enter_context(transactions.write(engine))
        computer_states.lock_registered(conn, [ALICE, BOB])

    def let_go(self) -> None:
        self._stack.close()


@pytest.fixture
def held(engine: Engine, pool: ThreadPoolExecutor) -> Iterator[Held]:
    register(engine, ALICE, BOB)
    held = Held(engine)
    yield held
    held.let_go()  # before the pool waits for its threads


def events_of(engine: Engine, computer_id: str) -> int:
    with transactions.read(engine) as conn:
        return len(client_events.events_of(conn, computer_id, at_most=100_000))


def test_counters_hold_when_everybody_reports_at_once(
    engine: Engine, reports: ClientReports, pool: ThreadPoolExecutor
) -> None:
    computers = [a_guid() for _ in range(40)]
    register(engine, *computers)
    drawn = Random(4)

    def report(computer_id: str) -> None:
        needed = drawn.sample(UPDATES, 8)
        statement = a_statement(computer_id, U=needed[:4], V=needed[4:])
        failed = an_event(182, needed[0], computer_id=computer_id)
        reports.report(computer_id, [statement, failed], NOON)

    list(pool.map(report, computers * 3))

    assert_counters_hold(engine)
    assert {events_of(engine, one) for one in computers} == {3}


def test_two_servers_on_one_database_do_not_miscount(
    engine: Engine, database_url: str, reports: ClientReports, pool: ThreadPoolExecutor
) -> None:
    """Also the same computers at both at once, each batch in another order."""
    computers = [a_guid() for _ in range(10)]
    register(engine, *computers)
    with opened(database_url) as second:
        others = ClientReports(second)

        def report(turn: int) -> None:
            drawn = Random(turn)
            who = drawn.choice(computers)
            ids = drawn.sample(UPDATES, 10)
            said = a_statement(who, U=ids[:5], g=ids[5:])
            happened = an_event(183, ids[0], computer_id=who)
            (reports if turn % 2 else others).report(who, [said, happened], NOON)

        list(pool.map(report, range(150)))
        others.close()

    assert_counters_hold(engine)
    assert sum(events_of(engine, one) for one in computers) == 150


def test_a_report_is_committed_when_it_is_answered(
    engine: Engine, database_url: str, reports: ClientReports
) -> None:
    register(engine, ALICE)
    reports.report(ALICE, [a_statement(U=[WORD])], NOON)

    with opened(database_url) as another:
        assert Compliance(another).counts([WORD])[WORD].missing == 1


def test_a_report_that_cannot_be_recorded_does_not_spoil_others(
    engine: Engine, reports: ClientReports, pool: ThreadPoolExecutor, held: Held
) -> None:
    first = pool.submit(reports.report, ALICE, [an_event(181, WORD)], NOON)
    bad = pool.submit(reports.report, ALICE, [an_event(182, WORD, instance_id="rubbish")], NOON)
    good = [
        pool.submit(reports.report, BOB, [an_event(183, WORD, computer_id=BOB)], NOON)
        for _ in range(5)
    ]
    held.let_go()

    assert bad.exception(PATIENCE) is not None
    assert [one.result(PATIENCE) for one in (first, *good)] == [{}] * 6
    assert (events_of(engine, ALICE), events_of(engine, BOB)) == (1, 5)


def test_too_much_at_once_is_sent_away_and_the_rest_is_recorded(
    engine: Engine, pool: ThreadPoolExecutor, held: Held
) -> None:
    reports = ClientReports(engine, most_waiting=1)
    sent = [pool.submit(reports.report, ALICE, [an_event(182, WORD)], NOON) for _ in range(8)]
    # One is being written and one waits; the others are answered although the database is held.
    refused = [one.exception() for one in islice(as_completed(sent, PATIENCE), 6)]
    held.let_go()
    wait(sent, PATIENCE)
    reports.close()

    assert {type(one) for one in refused} == {ComputerRefused}
    assert {one.code for one in refused if isinstance(one, ComputerRefused)} == {
        Refusal.SERVER_BUSY
    }
    answered = [one for one in sent if one.exception() is None]
    assert 1 <= len(answered) <= 2
    assert events_of(engine, ALICE) == len(answered)


def test_going_down_writes_what_waits(
    engine: Engine, reports: ClientReports, pool: ThreadPoolExecutor, held: Held
) -> None:
    sent = [pool.submit(reports.report, ALICE, [an_event(182, WORD)], NOON) for _ in range(6)]
    closing = pool.submit(reports.close)
    held.let_go()
    closing.result(PATIENCE)
    wait(sent, PATIENCE)

    answered = [one for one in sent if one.exception() is None]
    assert events_of(engine, ALICE) == len(answered)
    assert all(map(_is_busy, (one for one in sent if one not in answered)))


def test_after_going_down_computers_are_sent_away(reports: ClientReports) -> None:
    reports.close()

    with pytest.raises(ComputerRefused) as refused:
        reports.report(ALICE, [an_event(182, WORD)], NOON)

    assert refused.value.code is Refusal.SERVER_BUSY


def _is_busy(one: "Future[None]") -> bool:
    error = one.exception()
    return isinstance(error, ComputerRefused) and error.code is Refusal.SERVER_BUSY


def test_a_database_that_is_not_there_is_said_and_outlived(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    with opened(sqlite_url(folder / "headgate.db")) as engine:
        reports = ClientReports(engine)
        for _ in range(2):
            with pytest.raises(DatabaseUnavailableError):
                reports.report(ALICE, [an_event(182, WORD)], NOON)
        folder.mkdir()
        prepare(engine)
        register(engine, ALICE)
        reports.report(ALICE, [an_event(182, WORD)], NOON)
        reports.close()

        assert events_of(engine, ALICE) == 1
