"""What reports leave behind, in one transaction for as many as there are.

In document order, report after report: every event is looked at, what it says of states is applied,
and it is kept by the rules of ``storage/client_events.py``. Dropped are events about another
computer than the one that sends, and those no computer may send; an event that came before changes
nothing again. Statements (156) are applied but not kept, and applied whenever they come: the last
one counts.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from headgate.fleet import status
from headgate.fleet.events import OF_COMPUTERS, ClientEvent
from headgate.fleet.states import UpdateStateOnComputer as State
from headgate.storage import client_events, computer_states
from headgate.storage.client_events import KeptEvent
from headgate.storage.computer_states import ChangedStates
from headgate.storage.engine import Connection
from headgate.storage.update_sets import UpdateSets

Said = status.Statement | status.Happened | status.Restarted


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one computer sent in one call."""

    computer_id: str  #: who sends, lower case
    events: tuple[ClientEvent, ...]  #: in document order
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of one report."""

    is_registered: bool  #: else nothing of it was recorded
    taken: int = 0  #: events, statements among them
    repeated: int = 0  #: events that were here already
    dropped: int = 0  #: events about other computers, or none a computer may send


def record(conn: Connection, reports: Sequence[Report]) -> list[Recorded]:
    """Record reports; return what became of each. Call in a write transaction."""
    have_told = computer_states.lock_registered(conn, {one.computer_id for one in reports})
    news = _News(_known(conn, [one for one in reports if one.computer_id in have_told]))
    recorded = [
        news.take(report) if report.computer_id in have_told else Recorded(is_registered=False)
        for report in reports
    ]
    computer_states.keep_states(
        conn,
        _changed(conn, news.told),
        statements=news.statements,
        first=[who for who in news.statements if not have_told[who]],
    )
    client_events.keep_events(conn, news.kept)
    return recorded


@dataclass(slots=True)
class _Told:
    """What one computer says of states, from its last statement on."""

    received_at: datetime
    said: list[Said]


class _News:
    """Goes through reports and sorts out what is new."""

    def __init__(self, known: set[str]) -> None:
        self._seen = known
        self.told: dict[str, _Told] = {}
        self.statements: dict[str, datetime] = {}
        self.kept: list[KeptEvent] = []

    def take(self, report: Report) -> Recorded:
        """Take one report in."""
        taken = repeated = dropped = 0
        for event in report.events:
            if not _is_own(event, report):
                dropped += 1
            elif event.is_statement and self._heard(event, report):
                taken += 1
            elif event.is_statement:
                dropped += 1
            elif event.instance_id in self._seen:
                repeated += 1
            else:
                self._seen.add(event.instance_id)
                self.kept.append(KeptEvent(event=event, received_at=report.received_at))
                self._heard(event, report)
                taken += 1
        return Recorded(is_registered=True, taken=taken, repeated=repeated, dropped=dropped)

    def _heard(self, event: ClientEvent, report: Report) -> bool:
        said = status.said_by(event)
        if said is None:
            return False
        told = self.told.setdefault(report.computer_id, _Told(report.received_at, []))
        told.received_at = report.received_at
        if isinstance(said, status.Statement):
            told.said.clear()  # what was said before counts no more
            self.statements[report.computer_id] = report.received_at
        told.said.append(said)
        return True


def _is_own(event: ClientEvent, report: Report) -> bool:
    return event.computer_id == report.computer_id and event.namespace_id == OF_COMPUTERS


def _known(conn: Connection, reports: Iterable[Report]) -> set[str]:
    return client_events.known_instances(
        conn,
        {
            event.instance_id
            for report in reports
            for event in report.events
            if not event.is_statement and _is_own(event, report)
        },
    )


def _changed(conn: Connection, told: dict[str, _Told]) -> list[ChangedStates]:
    numbers = computer_states.numbers_for(
        conn, {name for one in told.values() for said in one.said for name in _named(said)}
    )
    known = computer_states.states_of(conn, told.keys())
    changed = []
    for computer_id, one in told.items():
        before = known.get(computer_id, UpdateSets())
        after = before.copy()
        for said in one.said:
            after = _after(after, said, numbers)
        if after != before:
            changed.append(
                ChangedStates(
                    computer_id=computer_id,
                    before=before,
                    after=after,
                    reported_at=one.received_at,
                )
            )
    return changed


def _named(said: Said) -> Collection[str]:
    match said:
        case status.Statement(updates=updates):
            return frozenset[str]().union(*updates.values())
        case status.Happened(update_id=update_id):
            return (update_id,)
    return ()


def _after(sets: UpdateSets, said: Said, numbers: dict[str, int]) -> UpdateSets:
    match said:
        case status.Statement(updates=updates):
            return UpdateSets(
                {state: [numbers[name] for name in names] for state, names in updates.items()}
            )
        case status.Happened(update_id=update_id, becomes=becomes):
            number = numbers[update_id]
            sets.put(number, status.after(sets.state_of(number), becomes))
        case status.Restarted():
            sets.move_all(State.PENDING_REBOOT, State.INSTALLED)
    return sets
