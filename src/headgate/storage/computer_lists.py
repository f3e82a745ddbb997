"""Computers as administrators look at them: pages by name, counts, one with all it said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, or_, select, tuple_

from headgate.fleet import earlier_names
from headgate.fleet.earlier_names import EarlierName
from headgate.storage import computer_names, computer_states
from headgate.storage.tables.fleet import computers


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputerRow:
    """One computer, column by column (:mod:`headgate.storage.tables.fleet`)."""

    computer_id: str
    number: int
    dns_name: str
    host_name: str
    requested_group: str | None
    address: str | None
    first_contact: datetime
    last_contact: datetime
    registered_at: datetime | None
    last_scan: datetime | None
    last_report: datetime | None
    os_major: int | None
    os_minor: int | None
    os_build: int | None
    os_revision: int | None
    os_service_pack: int | None
    os_locale: str | None
    os_description: str | None
    suite_mask: int | None
    old_product_type: int | None
    new_product_type: int | None
    architecture: str | None
    agent_version: str | None
    protocol_version: str | None
    manufacturer: str | None
    model: str | None
    bios_version: str | None
    bios_date: datetime | None
    earlier_names: tuple[EarlierName, ...]  #: the newest first
    cloned_at: datetime | None
    reimaged_at: datetime | None


#: Everything but what can be large.
_COLUMNS = [column for column in computers.c if column.name != "inventory"]

_ORDER = (computers.c.dns_name, computers.c.computer_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page ended."""

    dns_name: str
    computer_id: str


def computers_after(
    conn: Connection, place: Place | None, *, text: str | None, limit: int
) -> list[ComputerRow]:
    """Return the computers that follow a place, by name and id; None: from the beginning.

    ``text``: part of a name, an address or an id, in lower case.
    """
    question = select(*_COLUMNS).order_by(*_ORDER).limit(limit)
    if place is not None:
        question = question.where(tuple_(*_ORDER) > (place.dns_name, place.computer_id))
    if text:
        question = question.where(_mentions(text))
    return [_row(found) for found in conn.execute(question)]


def computer_by_id(conn: Connection, computer_id: str) -> ComputerRow | None:
    """Return a computer, None when it is unknown."""
    found = conn.execute(select(*_COLUMNS).where(computers.c.computer_id == computer_id)).first()
    return None if found is None else _row(found)


def computers_named(conn: Connection, name: str, *, limit: int) -> list[ComputerRow]:
    """Return the computers of a name in lower case, with or without its domain."""
    matches = or_(
        computers.c.dns_name == name,
        computers.c.dns_name.startswith(f"{name}.", autoescape=True),
    )
    question = select(*_COLUMNS).where(matches).order_by(*_ORDER).limit(limit)
    return [_row(found) for found in conn.execute(question)]


def inventory_of(conn: Connection, computer_id: str) -> str | None:
    """Return what a computer said of itself, as JSON."""
    said: str | None = conn.execute(
        select(computers.c.inventory).where(computers.c.computer_id == computer_id)
    ).scalar()
    return said


def forget(conn: Connection, computer_ids: Sequence[str]) -> None:
    """Delete computers, what they reported, and their share of the counters."""
    for computer_id in computer_ids:
        computer_names.give_up_name(conn, computer_id)
    computer_states.forget_states(conn, computer_ids)
    conn.execute(delete(computers).where(computers.c.computer_id.in_(computer_ids)))


def _mentions(text: str) -> ColumnElement[bool]:
    return or_(
        computers.c.dns_name.contains(text, autoescape=True),
        computers.c.computer_id.contains(text, autoescape=True),
        computers.c.address.contains(text, autoescape=True),
    )


def _row(found: Any) -> ComputerRow:
    earlier = earlier_names.restored(found.earlier_names)
    return ComputerRow(**(dict(found._mapping) | {"earlier_names": earlier}))
