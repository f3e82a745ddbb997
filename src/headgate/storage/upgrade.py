"""The schema's version: bring it up to date, refuse one from the future.

A version is a number, written as four digits ("0001"); a newer database is refused with both
numbers, because an older program would misread it.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from headgate.errors import StorageError
from headgate.storage import transactions


class SchemaTooNewError(StorageError):
    """The database was written by a newer Headgate."""

    def __init__(self, found: str, known: str) -> None:
        super().__init__(
            f"The database has schema {found}; this Headgate knows schemas up to {known}.",
            next_step="Install the Headgate that wrote it, or restore the backup made before "
            "the upgrade (`headgate database restore FILE`).",
        )
        self.found = found
        self.known = known


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def newest_version() -> str:
    """Return the schema version this program writes."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def version_of(conn: Connection) -> str | None:
    """Return the schema version of the database, None when it is empty."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    return MigrationContext.configure(conn).get_current_revision()


def needs_upgrade(engine: Engine) -> bool:
    """Whether the database is empty or older than this program.

    Raises SchemaTooNewError when it is newer.
    """
    newest = newest_version()
    with transactions.read(engine) as conn:
        found = version_of(conn)
    if found is not None and found > newest:
        raise SchemaTooNewError(found, newest)
    return found != newest


def upgrade(engine: Engine, *, to: str = "head") -> None:
    """Bring the schema up to date in one transaction; harmless when it already is.

    Raises SchemaTooNewError when the database is newer than this program.
    """
    if not needs_upgrade(engine):
        return
    with transactions.write(engine) as conn:
        config = _config()
        config.attributes["connection"] = conn
        command.upgrade(config, to)
