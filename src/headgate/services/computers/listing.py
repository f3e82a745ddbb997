"""The computers that came here, for whoever looks after them: list, show, forget."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from headgate.approvals.decisions import Action
from headgate.errors import UsageError
from headgate.fleet.computers import ComputerState, Moments, state_of
from headgate.fleet.earlier_names import used_lately
from headgate.fleet.states import MISSING, UpdateStateOnComputer
from headgate.fleet.windows import SystemNumbers, full_version, windows_name
from headgate.sentences import Sentence
from headgate.services.computers import inventories
from headgate.services.computers.reported_events import ReportedEvent, latest_events
from headgate.services.deciding.naming_updates import find_updates
from headgate.storage import (
    audit,
    computer_lists,
    computer_names,
    computer_states,
    deciding,
    decisions,
    refused_contacts,
    transactions,
)
from headgate.storage.computer_lists import ComputerRow, Place
from headgate.storage.engine import Connection, Engine
from headgate.storage.refused_contacts import RefusedContact
from headgate.storage.update_sets import UpdateSets

#: Computers read at once.
PAGE = 500

#: Events shown with a computer.
SHOWN_EVENTS = 10
#: Ids that are named when a name is not enough.
_NAMED = 5


class UnknownComputerError(UsageError):
    """No computer has this id or name."""

    next_step = Sentence("`headgate computers list` shows those that came here.")

    def __init__(self, asked: str) -> None:
        super().__init__(Sentence("There is no computer {asked}.", asked=asked))


class SeveralComputersError(UsageError):
    """A name several computers have."""

    def __init__(self, asked: str, ids: tuple[str, ...]) -> None:
        super().__init__(
            Sentence("Several computers are called {asked}: {ids}.", asked=asked, ids=ids),
            next_step=Sentence("Name one by its id."),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputerLine:
    """One computer in a list."""

    id: str
    name: str
    address: str | None
    windows: str | None  #: what people call its system; None: it never told
    build: str | None  #: 10.0.26200.8037, as far as it is known
    last_contact: datetime
    last_report: datetime | None
    state: ComputerState


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputerPage:
    """A part of the list."""

    lines: tuple[ComputerLine, ...]
    following: Place | None  #: where the next page begins; None: this is the last


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingUpdate:
    """An update that applies to a computer and is not there yet."""

    update_id: str
    title: str | None  #: None: it is not here
    state: UpdateStateOnComputer
    approved: bool  #: for installation


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputerDetails:
    """Everything we know of one computer. All of it is what it said, and nobody has proved it."""

    line: ComputerLine
    row: ComputerRow
    inventory: Mapping[str, Mapping[str, str]]  #: by source: registration, scan, report
    #: How many updates are in each state; None: it never told the states of all.
    updates: Mapping[UpdateStateOnComputer, int] | None
    missing: tuple[MissingUpdate, ...]  #: by state and title
    notes: tuple[Sentence, ...]  #: what is odd about it
    events: tuple[ReportedEvent, ...]  #: what it reported lately, the latest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Computers:
    """Looks computers up and forgets them."""

    engine: Engine
    now: Callable[[], datetime]

    def page(
        self, *, after: Place | None = None, text: str | None = None, limit: int = PAGE
    ) -> ComputerPage:
        """Return a page of the list, by name.

        ``after``: where the page before ended. ``text``: part of a name, an address or an id.
        """
        sought = text.strip().lower() if text else None
        with transactions.read(self.engine) as conn:
            rows = computer_lists.computers_after(conn, after, text=sought, limit=limit + 1)
        shown, at = rows[:limit], self.now()
        return ComputerPage(
            lines=tuple(_line(row, at) for row in shown),
            following=_place(shown[-1]) if len(rows) > limit else None,
        )

    def list(
        self,
        *,
        text: str | None = None,
        state: ComputerState | None = None,
        missing: str | None = None,
    ) -> Iterator[ComputerLine]:
        """Yield every computer that matches, by name; read page by page.

        ``missing``: an update by id or KB; computers it applies to that do not have it yet. Of a KB
        of several updates, one of them is enough. Raises as ``find_updates`` does.
        """
        numbers = None if missing is None else self._numbers(missing)
        after: Place | None = None
        while True:
            page = self.page(after=after, text=text)
            lines = page.lines if numbers is None else self._lacking(page.lines, numbers)
            yield from (line for line in lines if state is None or line.state is state)
            if page.following is None:
                return
            after = page.following

    def _numbers(self, update: str) -> Collection[int]:
        with transactions.read(self.engine) as conn:
            update_ids = find_updates(conn, [update], every=True)
            return computer_states.known_numbers(conn, update_ids).values()

    def _lacking(
        self, lines: Sequence[ComputerLine], numbers: Collection[int]
    ) -> Iterator[ComputerLine]:
        with transactions.read(self.engine) as conn:
            sets = computer_states.states_of(conn, [line.id for line in lines])
        for line in lines:
            said = sets.get(line.id)
            if said is not None and any(said.state_of(number) in MISSING for number in numbers):
                yield line

    def show(self, asked: str) -> ComputerDetails:
        """Return a computer by id, by name, or by name without its domain.

        Raises UnknownComputerError, SeveralComputersError.
        """
        with transactions.read(self.engine) as conn:
            row = _found(conn, asked)
            said = computer_lists.inventory_of(conn, row.computer_id)
            # Who has told that nothing applies has no row, but it has told (FACTS trap 23).
            states = computer_states.states_of(conn, [row.computer_id])
            sets = states.get(row.computer_id, UpdateSets())
            missing = tuple(_missing(conn, sets))
            events = latest_events(conn, row.computer_id, at_most=SHOWN_EVENTS)
            namesake = computer_names.namesake(conn, row.computer_id, row.dns_name)
        line = _line(row, self.now())
        return ComputerDetails(
            line=line,
            row=row,
            inventory=inventories.read(said),
            updates=None
            if row.last_report is None
            else {each: sets.size(each) for each in UpdateStateOnComputer},
            missing=missing,
            notes=tuple(_notes(row, line, namesake)),
            events=events,
        )

    def refused(self, *, limit: int = PAGE) -> tuple[RefusedContact, ...]:
        """Return who was sent away last and why, the newest first."""
        with transactions.read(self.engine) as conn:
            return tuple(refused_contacts.latest(conn, limit=limit))

    def forget(self, asked: str, *, by: str) -> ComputerLine:
        """Delete a computer and all it reported; return what it was.

        If it comes again it is told to register, and appears anew. Raises as :meth:`show` does.
        """
        at = self.now()
        with transactions.write(self.engine) as conn:
            row = _found(conn, asked)
            computer_lists.forget(conn, [row.computer_id])
            audit.note(
                conn,
                actor=by,
                action="computers.forget",
                detail={"id": row.computer_id, "name": row.dns_name},
                at=at,
            )
        return _line(row, at)


def _found(conn: Connection, asked: str) -> ComputerRow:
    sought = asked.strip().lower()
    row = computer_lists.computer_by_id(conn, sought)
    if row is not None:
        return row
    rows = computer_lists.computers_named(conn, sought, limit=_NAMED) if sought else []
    exact = [each for each in rows if each.dns_name == sought] or rows
    if len(exact) > 1:
        raise SeveralComputersError(asked, tuple(each.computer_id for each in exact))
    if not exact:
        raise UnknownComputerError(asked)
    return exact[0]


def _missing(conn: Connection, sets: UpdateSets) -> Iterator[MissingUpdate]:
    for state in MISSING:
        update_ids = computer_states.update_ids_of(conn, sets.numbers(state)).values()
        known = deciding.candidates(conn, update_ids)
        titles = {one: known[one].title if one in known else None for one in update_ids}
        approved = {
            one.update_id
            for one in decisions.approvals_of(conn, update_ids)
            if one.action is Action.INSTALL
        }
        for update_id in sorted(update_ids, key=lambda one: (titles[one] or "", one)):
            yield MissingUpdate(
                update_id=update_id,
                title=titles[update_id],
                state=state,
                approved=update_id in approved,
            )


def _line(row: ComputerRow, at: datetime) -> ComputerLine:
    numbers = SystemNumbers(
        major=row.os_major,
        minor=row.os_minor,
        build=row.os_build,
        product_type=row.old_product_type,
        edition=row.new_product_type,
    )
    moments = Moments(
        last_contact=row.last_contact,
        registered_at=row.registered_at,
        last_report=row.last_report,
        reimaged_at=row.reimaged_at,
        cloned_at=row.cloned_at,
    )
    return ComputerLine(
        id=row.computer_id,
        name=row.dns_name,
        address=row.address,
        windows=windows_name(numbers),
        build=full_version(row.os_major, row.os_minor, row.os_build, row.os_revision),
        last_contact=row.last_contact,
        last_report=row.last_report,
        state=state_of(moments, now=at),
    )


def _place(row: ComputerRow) -> Place:
    return Place(dns_name=row.dns_name, computer_id=row.computer_id)


def _notes(row: ComputerRow, line: ComputerLine, namesake: str | None) -> Iterator[Sentence]:
    """Yield what is odd about a computer, and what to do."""
    if line.state is ComputerState.REPLACED:
        yield Sentence(
            "The name {name} came with another id since: this computer was installed anew, or "
            "renamed. `headgate computers forget {id}` removes what is left of it.",
            name=row.dns_name,
            id=row.computer_id,
        )
    elif namesake is not None:
        yield Sentence("Another computer is called {name}, too.", name=namesake)
    if line.state is ComputerState.CLONED and row.cloned_at is not None:
        lately = used_lately(row.earlier_names, at=row.cloned_at)
        yield Sentence(
            "Several machines use this id in turn, copies of one another: {names}. On all of them "
            "but one, stop wuauserv, delete SusClientId and SusClientIdValidation under "
            r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate, and start it again.",
            names=(row.dns_name, *(one.name for one in lately)),
        )
    elif row.earlier_names:
        yield Sentence("It was called {other} before.", other=row.earlier_names[0].name)
    if line.state is ComputerState.UNREGISTERED:
        yield Sentence("It asked to be let in, but never registered.")
