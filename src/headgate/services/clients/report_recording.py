"""What reports leave behind, in one transaction for as many as there are.

In document order, report after report: every event is looked at, what it says of states is applied,
and it is kept by the rules of ``storage/client_events.py``. Dropped are events about another
computer than the one that sends, and those no computer sends; an event that came before changes
nothing again. Statements (156) are applied but not kept, and applied whenever they come: the last
one counts. Before its first statement everything is unknown of a computer, whatever single events
say (FACTS §9.5 no. 2): they are kept and change no state.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from headgate.fleet import status
from headgate.fleet.events import OF_COMPUTERS, ClientEvent
from headgate.fleet.states import UpdateStateOnComputer as State
from headgate.services.clients.remembered_numbers import RememberedNumbers
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


class Dropped(StrEnum):
    """Why an event is not recorded, in words for who looks after computers."""

    OF_ANOTHER = "events about another computer"
    UNFIT = "events no computer sends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of one report."""

    is_registered: bool  #: else nothing of it was recorded
    dropped: Mapping[Dropped, int] = field(default_factory=dict)  #: how many events, and why


def record(
    conn: Connection, reports: Sequence[Report], numbers: RememberedNumbers
) -> list[Recorded]:
    """Record reports; return what became of each. Call in a write transaction."""
    have_told = computer_states.lock_registered(conn, {one.computer_id for one in reports})
    known = _known(conn, [one for one in reports if one.computer_id in have_told])
    news = _News(have_told, known)
    recorded = [
        news.take(report) if report.computer_id in have_told else Recorded(is_registered=False)
        for report in reports
    ]
    computer_states.keep_states(
        conn,
        _changed(conn, news.told, numbers),
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

    def __init__(self, have_told: Mapping[str, bool], known: set[str]) -> None:
        self._have_told = have_told
        self._seen = known
        self.told: dict[str, _Told] = {}
        self.statements: dict[str, datetime] = {}
        self.kept: list[KeptEvent] = []

    def take(self, report: Report) -> Recorded:
        """Take one report in."""
        dropped = Counter(filter(None, (self._drops(event, report) for event in report.events)))
        return Recorded(is_registered=True, dropped=dropped)

    def _drops(self, event: ClientEvent, report: Report) -> Dropped | None:
        """Take an event in; return why not."""
        reason = _unwanted(event, report)
        if reason is not None:
            return reason
        said = status.said_by(event)
        if event.is_statement:
            if said is None:
                return Dropped.UNFIT
        elif event.instance_id in self._seen:
            return None
        else:
            self._seen.add(event.instance_id)
            self.kept.append(KeptEvent(event=event, received_at=report.received_at))
        if said is not None:
            self._hear(said, report)
        return None

    def _hear(self, said: Said, report: Report) -> None:
        who, at = report.computer_id, report.received_at
        if isinstance(said, status.Statement):
            self.told[who] = _Told(at, [said])  # what was said before counts no more
            self.statements[who] = at
        elif who in self.statements or self._have_told[who]:
            told = self.told.setdefault(who, _Told(at, []))
            told.received_at = at
            told.said.append(said)


def _unwanted(event: ClientEvent, report: Report) -> Dropped | None:
    if event.computer_id != report.computer_id:
        return Dropped.OF_ANOTHER if event.computer_id else Dropped.UNFIT
    return None if event.namespace_id == OF_COMPUTERS else Dropped.UNFIT


def _known(conn: Connection, reports: Iterable[Report]) -> set[str]:
    return client_events.known_instances(
        conn,
        {
            event.instance_id
            for report in reports
            for event in report.events
            if not event.is_statement and _unwanted(event, report) is None
        },
    )


def _changed(
    conn: Connection, told: dict[str, _Told], remembered: RememberedNumbers
) -> list[ChangedStates]:
    numbers = remembered.of(
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
