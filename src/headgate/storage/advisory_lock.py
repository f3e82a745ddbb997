"""Locks in PostgreSQL that end with the process that holds them, whatever it dies of.

SQLite has none; its neighbours use a lock file beside the database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from headgate.storage import transactions

#: The numbers belong to us by convention: "headgate" in ASCII, and what is locked.
_OURS = 0x68656164
_WORKER = 1
_UPGRADE = 2


class AdvisoryWorkerLock:
    """Who holds it is the one worker of this PostgreSQL database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._conn: Connection | None = None

    def acquire(self) -> bool:
        """Take the lock and return True, or return False when somebody else has it."""
        if self._conn is not None:
            return True
        with transactions.translated():
            conn = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                taken = bool(conn.execute(_try_lock(_WORKER)).scalar_one())
            except BaseException:
                conn.close()
                raise
        if taken:
            self._conn = conn
        else:
            conn.close()
        return taken

    def release(self) -> None:
        """Give it back; harmless when not held."""
        if self._conn is not None:
            # The connection is thrown away, not returned to the pool: the lock ends with it.
            self._conn.invalidate()
            self._conn.close()
            self._conn = None


@contextmanager
def one_upgrade_at_a_time(engine: Engine) -> Iterator[None]:
    """Keep two processes from creating the same tables; on SQLite the write lock does that."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with transactions.translated(), engine.connect() as conn:
        conn.execute(
            text("SELECT pg_advisory_lock(:ours, :what)"), {"ours": _OURS, "what": _UPGRADE}
        )
        yield
        conn.execute(
            text("SELECT pg_advisory_unlock(:ours, :what)"), {"ours": _OURS, "what": _UPGRADE}
        )
