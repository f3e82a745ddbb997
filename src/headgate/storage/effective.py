"""The commit-ordered counter behind *effective-since*: what a computer has been told of.

Every change of what computers are offered takes the next value inside its own transaction. The row
stays locked until that transaction ends, so values become visible in their order: who has read the
counter at 7 has seen everything that was stamped with 7 or less.
"""

from sqlalchemy import Connection, select
from sqlalchemy import update as change

from headgate.storage.tables.operations import installation


def counter(conn: Connection) -> int:
    """Return the newest value that has been taken."""
    return int(conn.execute(select(installation.c.decision_counter)).scalar_one())


def next_since(conn: Connection) -> int:
    """Take the next value, for one change of what is offered. Call in a write transaction."""
    return int(
        conn.execute(
            change(installation)
            .values(decision_counter=installation.c.decision_counter + 1)
            .returning(installation.c.decision_counter)
        ).scalar_one()
    )


def next_deployment_id(conn: Connection) -> int:
    """Take the next number computers will know a decision by. Call in a write transaction."""
    following: int = conn.execute(
        change(installation)
        .values(next_deployment_id=installation.c.next_deployment_id + 1)
        .returning(installation.c.next_deployment_id)
    ).scalar_one()
    return following - 1
