"""What each computer says of updates, and how many computers say it.

There are states of those computers alone that have told the states of all updates once; before that
every update is unknown (FACTS §9.5 no. 2). Who has told that nothing applies may have no row.

Both are changed together: who writes a computer's states adds the differences to the counters in
the same transaction. Computers are locked first, in the order of their ids, then update numbers,
then counters in one order: two writers wait for each other, never in a circle.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, select
from sqlalchemy import update as change

from headgate.fleet.groups import ALL_COMPUTERS
from headgate.fleet.states import UpdateStateOnComputer as State
from headgate.storage.statements import chunks, insert_or_add, insert_or_ignore, insert_or_update
from headgate.storage.tables import reporting as t
from headgate.storage.tables.fleet import computers
from headgate.storage.update_sets import UpdateSets

#: Groups every computer is counted in.
_EVERYBODY = (ALL_COMPUTERS,)

#: A counter of its own: how many computers have told the states of all updates.
_TOLD = "told"
_ALL_UPDATES = 0  # no update has this number

_SETS = [state.value for state in State]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedStates:
    """One computer's states before and after a report."""

    computer_id: str
    before: UpdateSets
    after: UpdateSets
    reported_at: datetime


def lock_registered(conn: Connection, computer_ids: Collection[str]) -> dict[str, bool]:
    """Let nobody else change what computers said until the transaction ends.

    Returns those of them that are registered, and whether they have told the states of all updates
    before. On SQLite there is no other writer anyway.
    """
    columns = computers.c
    found: dict[str, bool] = {}
    for some in chunks(sorted(computer_ids)):
        rows = conn.execute(
            select(columns.computer_id, columns.last_report)
            .where(columns.computer_id.in_(some), columns.registered_at.is_not(None))
            .order_by(columns.computer_id)
            .with_for_update(key_share=True)  # rows that refer to it can still be written
        )
        found.update((row.computer_id, row.last_report is not None) for row in rows)
    return found


def known_numbers(conn: Connection, update_ids: Collection[str]) -> dict[str, int]:
    """Return the numbers of those update ids a computer has ever named; they never change."""
    columns = t.update_numbers.c
    found: dict[str, int] = {}
    for some in chunks(sorted(update_ids)):
        rows = conn.execute(
            select(columns.update_id, columns.number).where(columns.update_id.in_(some))
        )
        found.update((row.update_id, row.number) for row in rows)
    return found


def new_numbers(conn: Connection, update_ids: Collection[str]) -> dict[str, int]:
    """Give update ids that have none a number, and return it; somebody else may do so too."""
    if not update_ids:
        return {}
    conn.execute(
        insert_or_ignore(conn, t.update_numbers),
        [{"update_id": update_id} for update_id in sorted(update_ids)],
    )
    return known_numbers(conn, update_ids)


def update_ids_of(conn: Connection, numbers: Collection[int]) -> dict[int, str]:
    """Return the update ids behind numbers."""
    columns = t.update_numbers.c
    found: dict[int, str] = {}
    for some in chunks(sorted(numbers)):
        rows = conn.execute(
            select(columns.number, columns.update_id).where(columns.number.in_(some))
        )
        found.update((row.number, row.update_id) for row in rows)
    return found


def states_of(conn: Connection, computer_ids: Collection[str]) -> dict[str, UpdateSets]:
    """Return what the computers said last; without a row they have named no update."""
    found: dict[str, UpdateSets] = {}
    for some in chunks(sorted(computer_ids)):
        rows = conn.execute(
            select(t.computer_states).where(t.computer_states.c.computer_id.in_(some))
        ).mappings()
        for row in rows:
            sets = {name: row[name] for name in _SETS}
            found[row["computer_id"]] = UpdateSets.read(sets)
    return found


def keep_states(
    conn: Connection,
    changed: Collection[ChangedStates],
    *,
    statements: Mapping[str, datetime],
    first: Collection[str],
) -> None:
    """Write what computers locked by :func:`lock_registered` said, and the counters.

    ``statements``: when who told the states of all updates; ``first``: for whom it was the first
    time.
    """
    rows = [
        {"computer_id": one.computer_id, "reported_at": one.reported_at, **one.after.columns()}
        for one in sorted(changed, key=lambda one: one.computer_id)
    ]
    if rows:
        conn.execute(insert_or_update(conn, t.computer_states, ["reported_at", *_SETS]), rows)
    if statements:
        conn.execute(
            change(computers)
            .where(computers.c.computer_id == bindparam("who"))
            .values(last_report=bindparam("moment")),
            [{"who": who, "moment": statements[who]} for who in sorted(statements)],
        )
    _count(conn, [(one.before, one.after) for one in changed], len(first))


def forget_states(conn: Connection, computer_ids: Collection[str]) -> None:
    """Forget what computers said and take their share out of the counters.

    Call it before their rows go, in the same transaction.
    """
    wanted = sorted(computer_ids)
    told: set[str] = set()
    for some in chunks(wanted):
        rows = conn.execute(  # nobody reports for them meanwhile
            select(computers.c.computer_id, computers.c.last_report)
            .where(computers.c.computer_id.in_(some))
            .order_by(computers.c.computer_id)
            .with_for_update(key_share=True)
        )
        told.update(row.computer_id for row in rows if row.last_report is not None)
    known = states_of(conn, wanted)
    _count(conn, [(sets, UpdateSets()) for sets in known.values()], -len(told))
    for some in chunks(wanted):
        conn.execute(delete(t.computer_states).where(t.computer_states.c.computer_id.in_(some)))


def counts(
    conn: Connection, update_ids: Collection[str], group_id: str
) -> dict[str, dict[State, int]]:
    """Return how many computers of a group are in each state, per update somebody named."""
    columns = t.state_counts.c
    ids = {number: update_id for update_id, number in known_numbers(conn, update_ids).items()}
    found: dict[str, dict[State, int]] = {}
    for some in chunks(sorted(ids)):
        rows = conn.execute(
            select(columns.update_number, columns.state, columns.computers).where(
                columns.group_id == group_id,
                columns.update_number.in_(some),
                columns.computers > 0,
            )
        )
        for row in rows:
            found.setdefault(ids[row.update_number], {})[State(row.state)] = row.computers
    return found


def told(conn: Connection, group_id: str) -> int:
    """Return how many computers of a group have told the states of all updates."""
    columns = t.state_counts.c
    return (
        conn.execute(
            select(columns.computers).where(
                columns.group_id == group_id,
                columns.update_number == _ALL_UPDATES,
                columns.state == _TOLD,
            )
        ).scalar()
        or 0
    )


def everybody(conn: Connection) -> int:
    """Return how many computers there are."""
    return int(conn.execute(select(func.count()).select_from(computers)).scalar_one())


def _count(
    conn: Connection, changes: Iterable[tuple[UpdateSets, UpdateSets]], told_more: int
) -> None:
    sums: dict[str, Counter[int]] = {name: Counter() for name in _SETS}
    for before, after in changes:
        for state, came, left in after.differences(before):
            sums[state.value].update(came)
            sums[state.value].subtract(left)
    sums[_TOLD] = Counter({_ALL_UPDATES: told_more})
    rows = [
        {"group_id": group_id, "update_number": number, "state": name, "computers": step}
        for group_id in _EVERYBODY
        for name in sorted(sums)
        for number, step in sorted(sums[name].items())
        if step
    ]
    if rows:
        conn.execute(insert_or_add(conn, t.state_counts, "computers"), rows)
