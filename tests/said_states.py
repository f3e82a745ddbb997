"""What the database keeps of what computers said of updates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from headgate.fleet.states import UpdateStateOnComputer as State
from headgate.storage import computer_lists, computer_states, transactions
from headgate.storage.engine import Engine
from headgate.storage.update_sets import UpdateSets


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one computer said."""

    last_report: datetime | None  #: of all updates; None: never
    updates: Mapping[State, tuple[str, ...]]  #: all five states; lower-case GUIDs, sorted


def said_by(engine: Engine, computer_id: str) -> Said | None:
    """Return what a computer said of updates; None for one that is not here."""
    with transactions.read(engine) as conn:
        computer = computer_lists.computer_by_id(conn, computer_id)
        if computer is None:
            return None
        sets = computer_states.states_of(conn, [computer_id]).get(computer_id, UpdateSets())
        numbers = [number for state in State for number in sets.numbers(state)]
        ids = computer_states.update_ids_of(conn, numbers)
    updates = {state: tuple(sorted(ids[one] for one in sets.numbers(state))) for state in State}
    return Said(last_report=computer.last_report, updates=updates)
