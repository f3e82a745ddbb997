"""Counters per update are what a recount would find, whatever was reported and forgotten."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from headgate.fleet import status
from headgate.fleet.events import ClientEvent
from headgate.fleet.states import UpdateStateOnComputer as State
from headgate.services.clients.remembered_numbers import RememberedNumbers
from headgate.services.clients.report_recording import Report, record
from headgate.services.computers.compliance import Compliance, UpdateCounts
from headgate.storage import computer_states, transactions
from headgate.storage.engine import Engine
from headgate.storage.tables import fleet as f
from headgate.storage.tables import reporting as t
from tests.cast import NOON, a_guid
from tests.reports import a_statement, an_event, assert_counters_hold, register
from tests.said_states import said_by

UPDATES = [a_guid() for _ in range(6)]
COMPUTERS = [a_guid() for _ in range(4)]

_ids = st.lists(st.sampled_from(UPDATES), max_size=6)
_statements = st.fixed_dictionaries(dict.fromkeys("UVWgh", _ids))
_happenings = st.tuples(
    st.sampled_from([162, 164, 167, 182, 183, 184, 201, 202, 203]),
    st.sampled_from([None, *UPDATES]),
)
_said = st.one_of(_statements, _happenings)
_reports = st.tuples(st.sampled_from(COMPUTERS), st.lists(_said, max_size=4))
_forgotten = st.sampled_from(COMPUTERS)
_batches = st.lists(st.one_of(st.lists(_reports, min_size=1, max_size=5), _forgotten), max_size=12)


def event(computer_id: str, said: object) -> ClientEvent:
    if isinstance(said, dict):
        return a_statement(computer_id, **said)
    event_id, update_id = said  # type: ignore[misc]
    return an_event(event_id, update_id, computer_id=computer_id)


def forget(engine: Engine, computer_id: str) -> None:
    """As an administrator does: everything of it goes; it comes back as a new one."""
    with transactions.write(engine) as conn:
        computer_states.forget_states(conn, [computer_id])
        conn.execute(delete(f.computers).where(f.computers.c.computer_id == computer_id))
    register(engine, computer_id)


def model(states: dict[str, State] | None, event: ClientEvent) -> dict[str, State] | None:
    """The rules on a plain mapping; None: a computer that has made no statement."""
    said = status.said_by(event)
    if isinstance(said, status.Statement):
        return {one: state for state, ids in said.updates.items() for one in ids}
    if states is None:
        return None
    match said:
        case status.Happened(update_id=one, becomes=becomes):
            return states | {one: status.after(states.get(one), becomes)}
        case status.Restarted():
            waiting = State.PENDING_REBOOT
            return {k: State.INSTALLED if v is waiting else v for k, v in states.items()}
    return states


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(_batches)
def test_counters_equal_a_recount(engine: Engine, batches: list[object]) -> None:
    with transactions.write(engine) as conn:
        for table in (t.state_counts, t.client_events, t.computer_states, f.computers):
            conn.execute(delete(table))
    register(engine, *COMPUTERS)
    expected: dict[str, dict[str, State] | None] = dict.fromkeys(COMPUTERS)
    numbers = RememberedNumbers()

    for batch in batches:
        if isinstance(batch, str):
            forget(engine, batch)
            expected[batch] = None
            continue
        sent = [(who, [event(who, said) for said in saying]) for who, saying in batch]  # type: ignore[attr-defined]
        with transactions.write(engine) as conn:
            reports = [Report(computer_id=w, events=tuple(e), received_at=NOON) for w, e in sent]
            record(conn, reports, numbers)
        for who, events in sent:
            for one in events:
                expected[who] = model(expected[who], one)

    assert_states(engine, expected)
    assert_counted(engine, [states for states in expected.values() if states is not None])
    assert_counters_hold(engine)


def assert_states(engine: Engine, expected: dict[str, dict[str, State] | None]) -> None:
    for who, states in expected.items():
        found = said_by(engine, who)
        assert found is not None
        assert (found.last_report is None) == (states is None)
        said = {one: state for state, ids in found.updates.items() for one in ids}
        assert said == (states or {})


def assert_counted(engine: Engine, told: list[dict[str, State]]) -> None:
    """Every computer is in one place for every update, as counting by hand puts it."""
    counted = {one: Counter(states.get(one) for states in told) for one in UPDATES}
    expected = {
        one: UpdateCounts(
            **{state.value: by[state] for state in State},
            not_applicable=by[None],
            unknown=len(COMPUTERS) - len(told),
        )
        for one, by in counted.items()
    }
    assert Compliance(engine).counts(UPDATES) == expected


def test_what_is_said_again_is_not_written_again(engine: Engine) -> None:
    alice = COMPUTERS[0]
    register(engine, alice)
    for hour in range(3):
        with transactions.write(engine) as conn:
            statement = a_statement(alice, U=UPDATES[:2], V=UPDATES[2:])
            at = NOON + timedelta(hours=hour)
            report = Report(computer_id=alice, events=(statement,), received_at=at)
            record(conn, [report], RememberedNumbers())

    with transactions.read(engine) as conn:
        (written,) = conn.execute(select(t.computer_states.c.reported_at)).scalars()
        (last,) = conn.execute(select(f.computers.c.last_report)).scalars()

    assert (written, last) == (NOON, NOON + timedelta(hours=2))


def test_a_number_given_in_a_transaction_that_failed_is_not_remembered(engine: Engine) -> None:
    numbers = RememberedNumbers()
    with pytest.raises(ZeroDivisionError), transactions.write(engine) as conn:
        numbers.of(conn, UPDATES[:2])
        raise ZeroDivisionError
    with transactions.write(engine) as conn:
        given = numbers.of(conn, UPDATES[2:])
        given |= numbers.of(conn, UPDATES[:2])

    assert len(set(given.values())) == len(UPDATES)
    with transactions.write(engine) as conn:
        assert numbers.of(conn, UPDATES) == given == computer_states.known_numbers(conn, UPDATES)
