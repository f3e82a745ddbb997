"""Locks in PostgreSQL that end with the process that holds them, whatever it dies of.

SQLite has none; a lock file beside the database does the same there (``jobs.worker_lock``).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from headgate.storage import transactions

#: The first number says that a lock is ours ("head" in ASCII), the second what is locked.
_OURS = 0x68656164
_WORKER = {"ours": _OURS, "what": 1}
_UPGRADE = {"ours": _OURS, "what": 2}


class AdvisoryWorkerLock:
    """Who holds it is the one worker of this PostgreSQL database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._conn: Connection | None = None

    def acquire(self) -> bool:
        """Take the lock, or make sure it is still ours; False when somebody else has it.

        The lock is lost with its connection (a restarted database), so holding is asked, not
        remembered.
        """
        if self._is_held():
            return True
        with transactions.translated():
            conn = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                taken = conn.execute(text("SELECT pg_try_advisory_lock(:ours, :what)"), _WORKER)
                self._conn = conn if taken.scalar_one() else None
            finally:
                if self._conn is None:
                    conn.close()
        return self._conn is not None

    def release(self) -> None:
        """Give it back; harmless when not held."""
        conn, self._conn = self._conn, None
        if conn is None:
            return
        try:
            conn.execute(text("SELECT pg_advisory_unlock(:ours, :what)"), _WORKER)
        except DBAPIError:
            conn.invalidate()  # the connection is gone, and the lock with it
        finally:
            conn.close()

    def _is_held(self) -> bool:
        if self._conn is None:
            return False
        try:
            self._conn.execute(text("SELECT 1"))
        except DBAPIError:
            self.release()
            return False
        return True


@contextmanager
def one_upgrade_at_a_time(engine: Engine) -> Iterator[None]:
    """Keep two processes from creating the same tables; on SQLite the write lock does that."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with transactions.translated(), engine.begin() as conn:
        conn.execute(text("SELECT pg_advisory_xact_lock(:ours, :what)"), _UPGRADE)
        yield
