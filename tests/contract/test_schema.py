"""The schema is what the tables say, on every database."""

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from headgate.storage import transactions, upgrade
from headgate.storage.engine import Engine
from headgate.storage.tables import schema


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Search tables are made by hand (storage/search.py)."""
    return not (kind == "table" and str(name).startswith("revision_search"))


def test_migrations_lead_to_the_tables(engine: Engine) -> None:
    with transactions.read(engine) as conn:
        context = MigrationContext.configure(conn, opts={"include_name": _is_ours})
        differences = compare_metadata(context, schema)

    assert differences == []


def test_the_newest_version_is_the_last_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "headgate.storage:migrations")

    assert ScriptDirectory.from_config(config).get_current_head() == upgrade.NEWEST


def test_an_upgraded_database_needs_nothing(engine: Engine) -> None:
    upgrade.upgrade(engine)

    assert not upgrade.needs_upgrade(engine)
