"""Counters per update are what a recount would find, whatever was reported and forgotten."""

from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from headgate.fleet import status
from headgate.fleet.events import ClientEvent
from headgate.fleet.groups import ALL_COMPUTERS
from headgate.fleet.states import UpdateStateOnComputer as State
from headgate.services.clients.report_recording import Report, record
from headgate.services.computers.compliance import Compliance
from headgate.storage import computer_states, transactions
from headgate.storage.engine import Engine
from headgate.storage.tables import fleet as f
from headgate.storage.tables import reporting as t
from tests.cast import NOON, a_guid
from tests.reports import a_statement, an_event, register

UPDATES = [a_guid() for _ in range(6)]
COMPUTERS = [a_guid() for _ in range(4)]

_ids = st.lists(st.sampled_from(UPDATES), max_size=6)
_statements = st.fixed_dictionaries(dict.fromkeys("UVWgh", _ids))
_happenings = st.tuples(
    st.sampled_from([162, 167, 182, 183, 184, 201, 202, 203]), st.sampled_from([None, *UPDATES])
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


def model(states: dict[str, State], event: ClientEvent) -> dict[str, State]:
    """The rules on a plain mapping."""
    match status.said_by(event):
        case status.Statement(updates=updates):
            return {one: state for state, ids in updates.items() for one in ids}
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
    expected: dict[str, dict[str, State]] = {one: {} for one in COMPUTERS}
    told: set[str] = set()

    for batch in batches:
        if isinstance(batch, str):
            forget(engine, batch)
            expected[batch] = {}
            told.discard(batch)
            continue
        sent = [(who, [event(who, said) for said in saying]) for who, saying in batch]  # type: ignore[attr-defined]
        with transactions.write(engine) as conn:
            record(
                conn,
                [Report(computer_id=w, events=tuple(e), received_at=NOON) for w, e in sent],
            )
        for who, events in sent:
            for one in events:
                expected[who] = model(expected[who], one)
                told |= {who} if one.is_statement else set()

    assert_states(engine, expected)
    assert_counted(engine, expected, len(told))


def assert_states(engine: Engine, expected: dict[str, dict[str, State]]) -> None:
    compliance = Compliance(engine)
    for who, states in expected.items():
        found = compliance.states_of(who)
        assert found is not None
        assert {one: state for state, ids in found.updates.items() for one in ids} == states


def assert_counted(engine: Engine, expected: dict[str, dict[str, State]], told: int) -> None:
    counted = Counter(pair for states in expected.values() for pair in states.items())
    with transactions.read(engine) as conn:
        found = computer_states.counts(conn, UPDATES, ALL_COMPUTERS)
        negative = conn.execute(select(t.state_counts).where(t.state_counts.c.computers < 0)).all()

        assert computer_states.told(conn, ALL_COMPUTERS) == told
    assert {(one, s): n for one, by in found.items() for s, n in by.items()} == dict(counted)
    assert not negative


def test_what_is_said_again_is_not_written_again(engine: Engine) -> None:
    alice = COMPUTERS[0]
    register(engine, alice)
    for hour in range(3):
        with transactions.write(engine) as conn:
            statement = a_statement(alice, U=UPDATES[:2], V=UPDATES[2:])
            at = NOON + timedelta(hours=hour)
            record(conn, [Report(computer_id=alice, events=(statement,), received_at=at)])

    with transactions.read(engine) as conn:
        (written,) = conn.execute(select(t.computer_states.c.reported_at)).scalars()
        (last,) = conn.execute(select(f.computers.c.last_report)).scalars()

    assert (written, last) == (NOON, NOON + timedelta(hours=2))
