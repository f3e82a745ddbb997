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
from headgate.storage.statements import (
    chunks,
    insert_or_add,
    insert_or_ignore,
    insert_or_update,
    rows_of,
)
from headgate.storage.tables import reporting as t
from headgate.storage.tables.fleet import computers
from headgate.storage.update_sets import UpdateSets

#: Groups every computer is counted in.
_EVERYBODY = (ALL_COMPUTERS,)

#: A counter of its own: how many computers have told the states of all updates.
_TOLD = "told"
_ALL_UPDATES = 0  # no update has this number

_SETS = [state.value for state in State]

#: Computers locked in the order of their ids; rows that refer to them can still be written.
_LOCKED = (
    select(computers.c.computer_id, computers.c.last_report)
    .order_by(computers.c.computer_id)
    .with_for_update(key_share=True)
)


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
    registered = _LOCKED.where(computers.c.registered_at.is_not(None))
    rows = rows_of(conn, registered, computers.c.computer_id, computer_ids)
    return {row.computer_id: row.last_report is not None for row in rows}


def known_numbers(conn: Connection, update_ids: Collection[str]) -> dict[str, int]:
    """Return the numbers of those update ids a computer has ever named; they never change."""
    rows = rows_of(conn, select(t.update_numbers), t.update_numbers.c.update_id, update_ids)
    return {row.update_id: row.number for row in rows}


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
    rows = rows_of(conn, select(t.update_numbers), t.update_numbers.c.number, numbers)
    return {row.number: row.update_id for row in rows}


def states_of(conn: Connection, computer_ids: Collection[str]) -> dict[str, UpdateSets]:
    """Return what the computers said last; without a row they have named no update."""
    rows = rows_of(conn, select(t.computer_states), t.computer_states.c.computer_id, computer_ids)
    return {
        row.computer_id: UpdateSets.read({name: row._mapping[name] for name in _SETS})
        for row in rows
    }


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
    # Nobody reports for them meanwhile.
    rows = rows_of(conn, _LOCKED, computers.c.computer_id, wanted)
    told = {row.computer_id for row in rows if row.last_report is not None}
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
    counted = select(columns.update_number, columns.state, columns.computers).where(
        columns.group_id == group_id, columns.computers > 0
    )
    found: dict[str, dict[State, int]] = {}
    for row in rows_of(conn, counted, columns.update_number, ids):
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
