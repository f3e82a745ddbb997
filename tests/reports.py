"""What computers report, for tests: builders that state only what matters."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, insert, select

from headgate.fleet.events import STATUS_OF_ALL_UPDATES, ClientEvent
from headgate.fleet.states import UpdateStateOnComputer
from headgate.storage import computer_states, transactions
from headgate.storage.engine import Engine
from headgate.storage.tables.fleet import computers
from headgate.storage.tables.reporting import state_counts
from tests.cast import NOON, a_guid

ALICE = "a11ce000-0000-4000-8000-000000000001"
BOB = "b0b00000-0000-4000-8000-000000000002"


def an_event(event_id: int, update_id: str | None = None, **facts: object) -> ClientEvent:
    """An event Alice sends at noon."""
    given: dict[str, object] = {
        "computer_id": ALICE,
        "instance_id": a_guid(),
        "event_id": event_id,
        "update_id": update_id,
        "revision_number": 0 if update_id is None else 100,
        "at_target": NOON,
    }
    return ClientEvent(**(given | facts))  # type: ignore[arg-type]


def a_statement(computer_id: str = ALICE, **lists: Iterable[str]) -> ClientEvent:
    """A full statement: ``U=``, ``V=``, ``W=``, ``g=``, ``h=`` with update ids."""
    misc = [f"{tag}={';'.join(map(str.upper, ids))}" for tag, ids in lists.items()]
    return an_event(
        STATUS_OF_ALL_UPDATES, computer_id=computer_id, misc=("G=1507.2601.30012.0", *misc)
    )


def register(engine: Engine, *computer_ids: str, at: datetime | None = NOON) -> None:
    """Make computers known; without ``at`` they never registered."""
    with transactions.write(engine) as conn:
        taken = conn.execute(select(func.max(computers.c.number))).scalar() or 0
        conn.execute(
            insert(computers),
            [
                {
                    "computer_id": computer_id,
                    "number": number,
                    "dns_name": "pc.example",
                    "host_name": "pc",
                    "first_contact": NOON,
                    "last_contact": NOON,
                    "registered_at": at,
                }
                for number, computer_id in enumerate(computer_ids, taken + 1)
            ],
        )


def assert_counters_hold(engine: Engine) -> None:
    """The counters say what counting through all computers says."""
    with transactions.read(engine) as conn:
        ids = conn.execute(select(computers.c.computer_id)).scalars().all()
        told = conn.execute(select(func.count(computers.c.last_report))).scalar_one()
        recount = Counter(
            (number, state.value)
            for sets in computer_states.states_of(conn, ids).values()
            for state in UpdateStateOnComputer
            for number in sets.numbers(state)
        )
        rows = conn.execute(select(state_counts).where(state_counts.c.computers != 0)).all()
    counted = {(row.update_number, row.state): row.computers for row in rows}

    assert counted == dict(recount) | ({(0, "told"): told} if told else {})
