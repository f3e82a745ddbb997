"""Who we are: one row, made once, with the numbers that must differ between installations."""

import random
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from headgate.storage import statements
from headgate.storage.tables.operations import installation

#: Where an installation's own revision ids start: high, so that a client that moves from one
#: server to another does not meet a familiar number, and far below 2**31.
FIRST_REVISION_IDS = range(100_000_000, 1_000_000_000)

#: Seconds by which this installation's schedule is shifted, so that not everybody knocks at three.
SCHEDULE_OFFSETS = range(1801)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The installation as it was made."""

    server_id: str  #: the GUID every source knows us by
    created_at: datetime
    schedule_offset: int  #: seconds


def make_installation(conn: Connection, *, at: datetime) -> None:
    """Make the one row unless it exists; of two processes at once, the first one counts."""
    chance = random.SystemRandom()
    conn.execute(
        statements.insert_or_ignore(conn, installation).values(
            id=1,
            server_id=str(uuid.uuid4()),
            created_at=at,
            next_revision_id=chance.choice(FIRST_REVISION_IDS),
            catalogue_version=0,
            schedule_offset=chance.choice(SCHEDULE_OFFSETS),
        )
    )


def this_installation(conn: Connection) -> Installation:
    """Return who we are. The row exists since the database was opened."""
    row = conn.execute(select(installation)).one()
    return Installation(
        server_id=row.server_id,
        created_at=row.created_at,
        schedule_offset=row.schedule_offset,
    )


def is_made(conn: Connection) -> bool:
    """Whether the row exists."""
    return conn.execute(select(installation.c.id)).first() is not None
