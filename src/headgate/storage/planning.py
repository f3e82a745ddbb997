"""What the database knows about its own tables, from which it plans queries."""

from sqlalchemy import Connection


def learn_the_tables(conn: Connection) -> None:
    """Let PostgreSQL count its tables anew, inside the transaction.

    Right after a large synchronization it would plan with the numbers of empty tables until its own
    housekeeping has come by, and a page could take minutes. SQLite plans by our indexes alone.
    """
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql("ANALYZE")
