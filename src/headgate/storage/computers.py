"""Computers: when they appear, what they said, when they were here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    update,
)

from headgate.fleet import names
from headgate.fleet.windows import PatchLevel
from headgate.storage import computer_names, statements
from headgate.storage.tables.fleet import computers
from headgate.storage.tables.operations import installation
from headgate.storage.types import UtcDateTime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownComputer:
    """What an authorization is compared with."""

    dns_name: str
    requested_group: str | None


def known_computer(conn: Connection, computer_id: str) -> KnownComputer | None:
    """Return what we know of a computer's name, None when it is unknown."""
    row = conn.execute(
        select(computers.c.dns_name, computers.c.requested_group).where(
            computers.c.computer_id == computer_id
        )
    ).first()
    if row is None:
        return None
    return KnownComputer(dns_name=row.dns_name, requested_group=row.requested_group)


def is_registered(conn: Connection, computer_id: str) -> bool:
    """Whether a computer is here and has told what it is."""
    registered = select(computers.c.registered_at).where(computers.c.computer_id == computer_id)
    return conn.execute(registered).scalar() is not None


def appear(
    conn: Connection,
    computer_id: str,
    *,
    dns_name: str,
    requested_group: str | None,
    address: str,
    at: datetime,
) -> bool:
    """Add a computer that was never here; False when it is here already.

    Of other computers that had its name, it is noted that the name came with another id.
    """
    number = conn.execute(
        update(installation)
        .values(next_computer_number=installation.c.next_computer_number + 1)
        .returning(installation.c.next_computer_number)
    ).scalar_one()
    added = conn.execute(
        statements.insert_or_ignore(conn, computers)
        .values(
            computer_id=computer_id,
            number=number - 1,
            dns_name=dns_name,
            host_name=names.host_name(dns_name),
            requested_group=requested_group,
            address=address,
            first_contact=at,
            last_contact=at,
        )
        .returning(computers.c.number)
    ).scalar()
    if added is None:
        return False
    computer_names.note_taken(conn, computer_id, dns_name, at=at)
    return True


def forget_strangers(conn: Connection, *, kept: int, at_most: int) -> int:
    """Delete computers that never told what they are, but the ``kept`` that were here last.

    Anybody can make such rows, as many as ids can be made up. Nothing else is known of them, and
    who comes again appears again. Returns how many went.
    """
    strangers = (
        select(computers.c.computer_id)
        .where(computers.c.registered_at.is_(None))
        .order_by(computers.c.last_contact.desc(), computers.c.computer_id)
        .offset(kept)
        .limit(at_most)
    )
    return conn.execute(
        delete(computers).where(
            computers.c.computer_id.in_(strangers), computers.c.registered_at.is_(None)
        )
    ).rowcount


def register(conn: Connection, computer_id: str, *, said: Mapping[str, Any], at: datetime) -> bool:
    """Write down what a computer says it is; ``said`` by column. False when it is unknown.

    The patch level it told in a scan stays as long as the build is the same.
    """
    same_build = computers.c.os_build.is_not_distinct_from(said["os_build"])
    done = conn.execute(
        update(computers)
        .where(computers.c.computer_id == computer_id)
        .values(
            registered_at=at,
            os_revision=case((same_build, computers.c.os_revision), else_=None),
            **said,
        )
    )
    return done.rowcount > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One computer was here."""

    computer_id: str
    address: str
    at: datetime
    scanned_at: datetime | None = None  #: the end of its last software pass, if there was one


_SEEN = (
    update(computers)
    .where(
        computers.c.computer_id == bindparam("of"),
        or_(
            computers.c.last_contact < bindparam("at"),
            bindparam("scanned", type_=UtcDateTime()).is_not(None),
        ),
    )
    .values(
        last_contact=bindparam("at"),
        address=bindparam("from"),
        last_scan=case(
            (
                bindparam("scanned", type_=UtcDateTime()).is_not(None),
                bindparam("scanned", type_=UtcDateTime()),
            ),
            else_=computers.c.last_scan,
        ),
    )
)


def seen(conn: Connection, signs: Sequence[Sign]) -> None:
    """Write down that computers were here; unknown ones stay unknown.

    In the order of their ids, so that two processes writing the same ones never wait for each
    other in a circle.
    """
    rows = [
        {"of": sign.computer_id, "from": sign.address, "at": sign.at, "scanned": sign.scanned_at}
        for sign in sorted(signs, key=lambda sign: sign.computer_id)
    ]
    if rows:
        conn.execute(_SEEN, rows)


def inventories(conn: Connection, computer_ids: Iterable[str]) -> dict[str, str | None]:
    """Return what is kept about each of these computers, as JSON; unknown ones are left out."""
    locked = (
        select(computers.c.computer_id, computers.c.inventory)
        .order_by(computers.c.computer_id)
        .with_for_update()
    )
    rows = statements.rows_of(conn, locked, computers.c.computer_id, computer_ids)
    return {row.computer_id: row.inventory for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFacts:
    """What a computer said of itself during a scan."""

    computer_id: str
    inventory: str | None  #: JSON, all sections
    build: PatchLevel | None  #: the full version of its system, if it told


_FACTS = (
    update(computers)
    .where(computers.c.computer_id == bindparam("of"))
    .values(
        inventory=bindparam("said"),
        os_major=func.coalesce(bindparam("major", type_=Integer), computers.c.os_major),
        os_minor=func.coalesce(bindparam("minor", type_=Integer), computers.c.os_minor),
        os_build=func.coalesce(bindparam("build", type_=Integer), computers.c.os_build),
        os_revision=func.coalesce(bindparam("revision", type_=Integer), computers.c.os_revision),
    )
)


def note_facts(conn: Connection, said: Sequence[ScanFacts]) -> None:
    """Keep what computers said of themselves; the rows are held by :func:`inventories`."""
    rows = [
        {
            "of": each.computer_id,
            "said": each.inventory,
            "major": each.build and each.build.major,
            "minor": each.build and each.build.minor,
            "build": each.build and each.build.build,
            "revision": each.build and each.build.revision,
        }
        for each in said
    ]
    if rows:
        conn.execute(_FACTS, rows)
