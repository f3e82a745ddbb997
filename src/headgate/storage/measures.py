"""What past runs tell about the next one."""

from sqlalchemy import Connection, select

from headgate.storage.tables.synchronization import sync_runs

#: A run with fewer documents says little about rates.
ENOUGH = 200


def wire_size_and_rate(conn: Connection) -> tuple[float | None, float | None]:
    """Return bytes on the wire per document and documents per second of the last telling run.

    Runs of categories alone do not tell: their documents are small.
    """
    columns = sync_runs.c
    row = conn.execute(
        select(columns.documents, columns.bytes, columns.started_at, columns.ended_at)
        .where(
            columns.result == "succeeded",
            columns.scope == "everything",
            columns.documents >= ENOUGH,
        )
        .order_by(columns.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None, None
    seconds = (row.ended_at - row.started_at).total_seconds()
    return row.bytes / row.documents, row.documents / max(seconds, 0.1)
