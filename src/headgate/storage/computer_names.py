"""Names that change hands: another computer has it now, or an id comes under another name.

A name with and without its domain is one name: a computer that joins a domain makes a new id
(FACTS §2.3). Two names with different domains are two machines.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, literal, not_, or_, select, update

from headgate.fleet import earlier_names, names
from headgate.fleet.earlier_names import EarlierName
from headgate.storage import statements
from headgate.storage.tables.fleet import computers
from headgate.storage.types import UtcDateTime

#: Not replaced, or here since: its name is in use.
_IS_USED = or_(
    computers.c.reimaged_at.is_(None), computers.c.reimaged_at < computers.c.last_contact
)


def note_taken(conn: Connection, computer_id: str, name: str, *, at: datetime) -> None:
    """Note of the other computers of a name that it came with another id, a new one."""
    others = _others_in_use(conn, computer_id, _is_called(name))
    _hold(conn, others)
    _mark_replaced(conn, others, at=at)


def rename(
    conn: Connection,
    computer_id: str,
    *,
    dns_name: str,
    requested_group: str | None,
    at: datetime,
) -> None:
    """Note the name and group a known computer came with now; an unknown one stays unknown.

    Of other computers with the new name, it is noted that it came with another id. The one that
    remains of the old name has it again.
    """
    before = _name_of(conn, computer_id)
    if before is None:
        return
    if before != dns_name:
        # What has both names, one with a domain and one without, has lost or won nothing.
        others = _others_in_use(
            conn, computer_id, and_(_is_called(dns_name), not_(_is_called(before)))
        )
        heirs = _heir(conn, computer_id, and_(_is_called(before), not_(_is_called(dns_name))))
        _hold(conn, {computer_id, *others, *heirs})
        _mark_replaced(conn, others, at=at)
        _unmark_replaced(conn, heirs)
        _change_name(conn, computer_id, dns_name, at=at)
    conn.execute(
        update(computers)
        .where(computers.c.computer_id == computer_id)
        .values(requested_group=requested_group)
    )


def give_up_name(conn: Connection, computer_id: str) -> None:
    """Note that a computer goes: the one that remains of its name has it again."""
    name = _name_of(conn, computer_id)
    if name is not None:
        heirs = _heir(conn, computer_id, _is_called(name))
        _hold(conn, {computer_id, *heirs})
        _unmark_replaced(conn, heirs)


def namesake(conn: Connection, computer_id: str, name: str) -> str | None:
    """Return what another computer of this name calls itself; None: nobody else uses it."""
    found: str | None = conn.execute(
        select(computers.c.dns_name)
        .where(_is_called(name), computers.c.computer_id != computer_id, _IS_USED)
        .order_by(computers.c.last_contact.desc(), computers.c.number.desc())
        .limit(1)
    ).scalar()
    return found


def _is_called(name: str) -> ColumnElement[bool]:
    host = names.host_name(name)
    same_host = computers.c.host_name == host
    return same_host if name == host else and_(same_host, computers.c.dns_name.in_((name, host)))


def _name_of(conn: Connection, computer_id: str) -> str | None:
    name: str | None = conn.execute(
        select(computers.c.dns_name).where(computers.c.computer_id == computer_id)
    ).scalar()
    return name


def _others_in_use(
    conn: Connection, computer_id: str, of_name: ColumnElement[bool]
) -> Collection[str]:
    # Who was not here since it was last noted, of him it is known: a name that comes with
    # thousands of ids costs no more than any other.
    others = select(computers.c.computer_id).where(
        of_name, computers.c.computer_id != computer_id, _IS_USED
    )
    return conn.execute(others).scalars().all()


def _heir(conn: Connection, computer_id: str, of_name: ColumnElement[bool]) -> Collection[str]:
    """Return the one of a name that was here last, if there is one."""
    last = (
        select(computers.c.computer_id)
        .where(of_name, computers.c.computer_id != computer_id)
        .order_by(computers.c.last_contact.desc(), computers.c.number.desc())
        .limit(1)
    )
    return conn.execute(last).scalars().all()


def _hold(conn: Connection, computer_ids: Collection[str]) -> None:
    """Take hold of rows in the order of their ids, as everybody does who writes several."""
    for some in statements.chunks(sorted(computer_ids)):
        conn.execute(
            select(computers.c.computer_id)
            .where(computers.c.computer_id.in_(some))
            .order_by(computers.c.computer_id)
            .with_for_update()
        )


def _mark_replaced(conn: Connection, computer_ids: Collection[str], *, at: datetime) -> None:
    for some in statements.chunks(sorted(computer_ids)):
        conn.execute(
            update(computers).where(computers.c.computer_id.in_(some)).values(reimaged_at=at)
        )


def _unmark_replaced(conn: Connection, computer_ids: Collection[str]) -> None:
    conn.execute(
        update(computers)
        .where(computers.c.computer_id.in_(computer_ids), computers.c.reimaged_at.is_not(None))
        .values(reimaged_at=None)
    )


def _change_name(conn: Connection, computer_id: str, name: str, *, at: datetime) -> None:
    """Write down a name and, unless it is the old one in another form, what the old one tells."""
    row = conn.execute(
        select(
            computers.c.dns_name,
            computers.c.earlier_names,
            computers.c.last_contact,
            computers.c.cloned_at,
        ).where(computers.c.computer_id == computer_id)
    ).first()
    if row is None:
        return  # somebody has just forgotten it
    earlier, cloned_at = earlier_names.restored(row.earlier_names), row.cloned_at
    if not names.is_same_machine(row.dns_name, name):
        if earlier_names.tell_of_copies(earlier, name, at=at):
            cloned_at = at
        left = EarlierName(name=row.dns_name, last_used=row.last_contact)
        earlier = earlier_names.after_leaving(earlier, left, name=name)
    now = literal(at, UtcDateTime())
    is_later = computers.c.last_contact < now
    conn.execute(
        update(computers)
        .where(computers.c.computer_id == computer_id)
        .values(
            dns_name=name,
            host_name=names.host_name(name),
            earlier_names=earlier_names.kept(earlier),
            cloned_at=cloned_at,
            reimaged_at=None,  # it is here, and nobody came with this name since
            last_contact=case((is_later, now), else_=computers.c.last_contact),
        )
    )
