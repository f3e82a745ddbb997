"""Who opens a transaction is visible: ``with transactions.write(engine) as conn: …``."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from headgate.errors import StorageError
from headgate.sentences import Sentence
from headgate.storage.engine import WRITES


class DatabaseFullError(StorageError):
    """The disk (or quota) under the database has no room left; nothing of the batch was stored."""

    next_step = Sentence(
        "Free space under the data directory (`headgate doctor` shows how much is left), then "
        "start the synchronization again: it resumes."
    )


class DatabaseUnavailableError(StorageError):
    """The database cannot be reached or refuses."""

    next_step = Sentence(
        "Check that the database runs, that `database.url` names it, and that this user may use it."
    )


class DatabaseLockedError(StorageError):
    """Another program has held the database for a minute."""

    next_step = Sentence(
        "Try again; if it stays so, find out which program has the database file open."
    )


class DatabaseDamagedError(StorageError):
    """The file is no database, or one whose pages contradict each other."""

    next_step = Sentence(
        "Stop Headgate, and put a backup in its place: `headgate database restore FILE`."
    )


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees one moment of the database and changes nothing."""
    with translated(), _one_moment(engine).connect() as conn, conn.begin() as transaction:
        yield conn
        transaction.rollback()


def _one_moment(engine: Engine) -> Engine:
    """SQLite's readers see one moment anyway; PostgreSQL's see each statement's, unless told."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ")


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """Yield a connection whose changes are committed together, or not at all."""
    with translated():
        writer = engine.execution_options(**{WRITES: True})
        with writer.begin() as conn:
            yield conn


@contextmanager
def translated() -> Iterator[None]:
    """Give the errors of a full, damaged or unreachable database their names."""
    try:
        yield
    except DBAPIError as exc:
        for text in _told(exc):
            if "disk is full" in text or "No space left" in text or "disk I/O error" in text:
                raise DatabaseFullError(
                    Sentence("The database has no room left ({text}).", text=text)
                ) from exc
        text = str(exc.orig)
        if "is locked" in text:
            raise DatabaseLockedError(
                Sentence("The database is locked by another program.")
            ) from exc
        if "not a database" in text or "malformed" in text:
            raise DatabaseDamagedError(
                Sentence("The database is damaged ({text}).", text=text)
            ) from exc
        if exc.connection_invalidated or "unable to open" in text or "connect" in text.lower():
            raise DatabaseUnavailableError(
                Sentence("The database does not answer ({text}).", text=text)
            ) from exc
        raise


def _told(error: BaseException) -> Iterator[str]:
    """Yield what the database said, then what it had said before.

    SQLite gives up the whole transaction when the disk is full; going back to a savepoint then
    fails as well, with an error that hides the first one.
    """
    told: BaseException | None = error
    while told is not None:
        if isinstance(told, DBAPIError):
            yield str(told.orig)
        told = told.__context__
