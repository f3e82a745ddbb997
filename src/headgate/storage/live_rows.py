"""The rows of ``live_revisions``: what they are worked out from, and changing those that differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap
from sqlalchemy import Connection, Select, delete, insert, select, type_coerce, update
from sqlalchemy.types import NullType

from headgate.storage import effective, statements
from headgate.storage.bundles import with_members
from headgate.storage.tables import catalogue as t
from headgate.storage.tables.offering import live_revisions

#: Rows fetched at a time.
_AT_A_TIME = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Which revisions computers may be told of; each a set of revision ids."""

    live: BitMap
    leaves: BitMap  #: of the live ones: no revision names them as a prerequisite
    members: BitMap  #: of the live ones: a live bundle names them


def settled(conn: Connection) -> Settled:
    """Return how things were settled last."""
    columns = live_revisions.c

    def having(*conditions: object) -> BitMap:
        wanted = select(columns.revision_id).where(*conditions)  # type: ignore[arg-type]
        return BitMap(conn.execute(wanted).scalars())

    return Settled(live=having(), leaves=having(columns.is_leaf), members=having(columns.is_member))


def is_never_settled(conn: Connection) -> bool:
    """Whether there are revisions but none is live: an earlier schema stored them."""
    if conn.execute(select(live_revisions.c.revision_id).limit(1)).first() is not None:
        return False
    return conn.execute(select(t.revisions.c.revision_id).limit(1)).first() is not None


def identities(conn: Connection) -> Iterator[Any]:
    """Yield (revision id, update id) of every revision, by update id, the newest of each last.

    The update id is whatever the database gives for it, to be compared with another such.
    """
    columns = t.revisions.c
    update_id = columns.update_id
    wanted = select(columns.revision_id, type_coerce(update_id, NullType())).order_by(
        update_id, columns.revision_number
    )
    result = conn.execute(wanted, execution_options={"yield_per": _AT_A_TIME})
    for rows in result.partitions():
        yield from rows


def bundling(conn: Connection) -> list[tuple[int, int]]:
    """Return (bundle, member) of every revision that bundles another one we hold."""
    named, member = t.bundled.c, t.revisions.c
    wanted = (
        select(named.revision_id, member.revision_id)
        .join(
            t.revisions,
            (member.update_id == named.update_id)
            & (member.revision_number == named.revision_number),
        )
        .distinct()
    )
    return [(bundle, bundled) for bundle, bundled in conn.execute(wanted)]


def named_as_prerequisite(conn: Connection) -> BitMap:
    """Return the revisions whose update some revision names in a prerequisite."""
    columns = t.revisions.c
    named = select(t.prerequisites.c.update_id)
    wanted = select(columns.revision_id).where(columns.update_id.in_(named))
    return BitMap(conn.execute(wanted).scalars())


def settle(conn: Connection, before: Settled, after: Settled) -> int:
    """Change the rows that differ, all with one new value of the counter; return how many.

    A part of what came or went differs too: whether it is offered by itself depends on what is left
    of its bundles (decision 23). Call in a write transaction.
    """
    gone, added = before.live - after.live, after.live - before.live
    stayed = before.live & after.live
    turned = (before.leaves ^ after.leaves) | (before.members ^ after.members)
    if stayed:
        turned |= _with_parts(conn, gone | added)
    flipped = turned & stayed
    changed = len(gone) + len(added) + len(flipped)
    if not changed:
        return 0
    since = effective.next_since(conn)
    column = live_revisions.c.revision_id
    for chunk in statements.chunks(list(gone)):
        conn.execute(delete(live_revisions).where(column.in_(chunk)))
    for leaf in (False, True):
        for member in (False, True):
            values = {"is_leaf": leaf, "is_member": member, "since": since}
            here = _of_sort(after, leaf=leaf, member=member)
            for chunk in statements.chunks(list(flipped & here)):
                conn.execute(update(live_revisions).where(column.in_(chunk)).values(values))
            rows = [{"revision_id": one, **values} for one in added & here]
            if rows:
                conn.execute(insert(live_revisions), rows)
    return changed


def _with_parts(conn: Connection, revision_ids: BitMap) -> BitMap:
    """Return some revisions and all they bundle."""
    found = BitMap()
    for chunk in statements.chunks(list(revision_ids)):
        wanted: Select[Any] = with_members(t.revisions.c.revision_id.in_(chunk))
        found |= BitMap(conn.execute(wanted).scalars())
    return found


def _of_sort(things: Settled, *, leaf: bool, member: bool) -> BitMap:
    found = things.live & things.leaves if leaf else things.live - things.leaves
    return found & things.members if member else found - things.members
