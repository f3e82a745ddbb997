"""The schema's version: bring it up to date, refuse one from the future.

A version is a number, written as four digits ("0001"); a newer database is refused with both
numbers, because an older program would misread it.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect

from headgate.errors import StorageError
from headgate.sentences import Sentence
from headgate.storage import transactions

#: The last of ``migrations/versions``; a test compares them.
NEWEST = "0004"


class SchemaTooNewError(StorageError):
    """The database was written by a newer Headgate."""

    def __init__(self, found: str, known: str) -> None:
        super().__init__(
            Sentence(
                "The database has schema {found}; this Headgate knows schemas up to {known}.",
                found=found,
                known=known,
            ),
            next_step=Sentence(
                "Install the Headgate that wrote it, or restore the backup made before the upgrade "
                "(`headgate database restore FILE`)."
            ),
        )
        self.found = found
        self.known = known


def version_of(conn: Connection) -> str | None:
    """Return the schema version of the database, None when it is empty."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    return conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()


def needs_upgrade(engine: Engine) -> bool:
    """Whether the database is empty or older than this program.

    Raises SchemaTooNewError when it is newer.
    """
    with transactions.read(engine) as conn:
        found = version_of(conn)
    if found is not None and found > NEWEST:
        raise SchemaTooNewError(found, NEWEST)
    return found != NEWEST


def upgrade(engine: Engine, *, to: str = "head") -> None:
    """Bring the schema up to date in one transaction; harmless when it already is.

    Raises SchemaTooNewError when the database is newer than this program.
    """
    if not needs_upgrade(engine):
        return
    # Imported here because every command asks for the version, and few ever upgrade.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with transactions.write(engine) as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, to)
