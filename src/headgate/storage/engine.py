"""Opening the database: SQLite (the embedded default) or PostgreSQL by URL.

Both get the same behaviour from us: a transaction begins when ``transactions`` says so, writers on
SQLite take the write lock at once (``BEGIN IMMEDIATE``), and savepoints really are savepoints
(without these hooks each RELEASE commits under Python's sqlite3).
"""

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Connection
from sqlalchemy import Engine as Engine  # for those above, who may name it but not import SQL
from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from headgate.errors import StorageError
from headgate.sentences import Sentence

#: Seconds a writer waits for another one. Batches take well under a second.
BUSY_TIMEOUT = 60

#: 8 KiB pages: 10 % more revisions a second and 30 % more blob reads than 4 KiB, measured.
PAGE_SIZE = 8192

WRITES = "headgate_writes"

#: How often, and after how many seconds, a new database is asked again for its log.
_TRIES, _BETWEEN_TRIES = 100, 0.02


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite database file."""
    return URL.create("sqlite+pysqlite", database=str(path)).render_as_string()


def sqlite_file(engine: Engine) -> Path | None:
    """Return the file of a SQLite database, None for PostgreSQL."""
    database = engine.url.database
    return Path(database) if engine.dialect.name == "sqlite" and database else None


def server_version(engine: Engine) -> str:
    """Return which database it is; without a version where it does not answer."""
    if engine.dialect.name == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    try:
        with engine.connect():
            found = engine.dialect.server_version_info or ()
    except DBAPIError:
        return "PostgreSQL"
    return "PostgreSQL " + ".".join(map(str, found))


def open_engine(url: str) -> Engine:
    """Return an engine for ``url`` (``sqlite:///…`` or ``postgresql://…``).

    Raises StorageError when the URL names neither or the PostgreSQL driver is not installed.
    """
    try:
        parsed = make_url(url)
    except Exception as exc:
        raise StorageError(
            Sentence("The database URL cannot be read."),
            next_step=Sentence("Use sqlite:///PATH or postgresql://USER@HOST/NAME."),
        ) from exc
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        return _open_postgresql(parsed.set(drivername="postgresql+psycopg"))
    raise StorageError(
        Sentence("Databases of kind '{kind}' are not supported.", kind=parsed.get_backend_name()),
        next_step=Sentence("Use SQLite or PostgreSQL."),
    )


def _open_sqlite(url: URL) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT, "check_same_thread": False},
        pool_size=8,
        max_overflow=16,
        pool_use_lifo=True,  # the one used last has the pages that are wanted next
        hide_parameters=True,  # an error names the statement, not the secrets it carried
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA page_size={PAGE_SIZE}")
    _write_ahead(cursor)
    for pragma in (
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-8192",
        "journal_size_limit=67108864",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Switch a new database to its write-ahead log.

    SQLite does not wait for another process that does the same at this moment: it says "locked".
    """
    for _ in range(_TRIES):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as exc:
            if "locked" not in str(exc):
                raise
            time.sleep(_BETWEEN_TRIES)
        else:
            return
    cursor.execute("PRAGMA journal_mode=WAL")


def _begin_sqlite(conn: Connection) -> None:
    writes = conn.get_execution_options().get(WRITES, False)
    conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _open_postgresql(url: URL) -> Engine:
    try:
        return create_engine(
            url, pool_size=8, max_overflow=16, pool_pre_ping=True, hide_parameters=True
        )
    except ModuleNotFoundError as exc:
        raise StorageError(
            Sentence("The PostgreSQL driver is not installed."),
            next_step=Sentence("Install Headgate with the extra 'postgresql'."),
        ) from exc
