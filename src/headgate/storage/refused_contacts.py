"""Who was sent away and why; the newest ten thousand reasons and addresses."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, tuple_

from headgate.storage import statements
from headgate.storage.tables.fleet import refused_contacts

LONGEST_REASON = 40
MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedContact:
    """One reason at one address."""

    address: str
    reason: str  #: an ErrorCode, or what HTTP refused
    operation: str  #: of the last contact
    computer_id: str | None  #: as claimed at the last contact; nobody has proved it
    detail: str | None
    first_at: datetime
    last_at: datetime
    contacts: int


def add(conn: Connection, contacts: Sequence[RefusedContact]) -> None:
    """Count contacts in; beyond ``MOST_KEPT`` rows the oldest go."""
    if not contacts:
        return
    latest = ("operation", "computer_id", "detail", "last_at")
    conn.execute(
        statements.insert_or_add(conn, refused_contacts, "contacts", latest),
        # In one order, so that two processes never wait for each other in a circle.
        [asdict(contact) for contact in sorted(contacts, key=lambda c: (c.address, c.reason))],
    )
    _forget_oldest(conn)


def _forget_oldest(conn: Connection) -> None:
    kept = conn.execute(select(func.count()).select_from(refused_contacts)).scalar_one()
    if kept <= MOST_KEPT:
        return
    key = (refused_contacts.c.address, refused_contacts.c.reason)
    oldest = select(*key).order_by(refused_contacts.c.last_at, *key).limit(kept - MOST_KEPT)
    conn.execute(delete(refused_contacts).where(tuple_(*key).in_(oldest)))


def latest(conn: Connection, *, limit: int) -> list[RefusedContact]:
    """Return who was sent away last, the newest first."""
    newest = refused_contacts.c.last_at.desc()
    rows = conn.execute(select(refused_contacts).order_by(newest).limit(limit))
    return [RefusedContact(**row._mapping) for row in rows]
