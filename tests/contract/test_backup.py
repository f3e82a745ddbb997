"""Copies of the database: consistent while it is written, refused when they are not ours."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from headgate.jobs.worker_lock import worker_lock
from headgate.services.upkeep.databases import Databases, HeadgateRunsError, NoKeyError
from headgate.storage import audit, backup, transactions, upgrade
from headgate.storage.engine import Engine, open_engine, sqlite_file, sqlite_url
from headgate.storage.upgrade import SchemaTooNewError
from tests.cast import NOON


def _databases(engine: Engine, folder: Path) -> Databases:
    return Databases(
        engine=engine,
        secret_file=folder / "secret.key",
        backups=folder / "backups",
        now=lambda: NOON,
    )


def _note(engine: Engine, action: str) -> None:
    with transactions.write(engine) as conn:
        audit.note(conn, actor="anna", action=action, detail={}, at=NOON)


def _noted(engine: Engine) -> list[str]:
    with transactions.read(engine) as conn:
        return [line.action for line in audit.latest_lines(conn, limit=100_000)]


@pytest.fixture
def lite(engine: Engine) -> Engine:
    if sqlite_file(engine) is None:
        pytest.skip("PostgreSQL's own tools copy it")
    return engine


def test_postgresql_is_answered_with_its_own_tools(engine: Engine, tmp_path: Path) -> None:
    if sqlite_file(engine) is not None:
        pytest.skip("SQLite is copied by us")
    databases = _databases(engine, tmp_path)
    with pytest.raises(backup.NotByUsError) as caught:
        databases.back_up(tmp_path / "copy", with_key=False)

    assert "pg_dump" in caught.value.next_step
    with pytest.raises(backup.NotByUsError, match="restore"):
        databases.restore(tmp_path / "copy", with_key=False)


def test_a_whole_database_has_nothing_to_complain_about(engine: Engine) -> None:
    assert backup.check(engine) == []


def test_a_backup_brings_everything_back(lite: Engine, tmp_path: Path) -> None:
    databases = _databases(lite, tmp_path)
    _note(lite, "before")
    done = databases.back_up(tmp_path / "copy.db", with_key=False)
    _note(lite, "after")
    restored = databases.restore(done.file, with_key=False)

    assert _noted(lite) == ["database.restored", "before"]
    assert restored.schema == upgrade.NEWEST
    assert done.file.stat().st_mode & 0o077 == 0
    assert restored.replaced is not None
    kept = open_engine(sqlite_url(restored.replaced))
    assert _noted(kept) == ["after", "before"]
    kept.dispose()


def test_a_backup_is_of_one_moment_while_somebody_writes(lite: Engine, tmp_path: Path) -> None:
    """Two rows are always written together; a copy with an odd number would be torn."""
    stop, started = threading.Event(), threading.Event()

    def write() -> None:
        while not stop.is_set():
            with transactions.write(lite) as conn:
                for action in ("first", "second"):
                    audit.note(conn, actor="anna", action=action, detail={}, at=NOON)
            started.set()

    writer = threading.Thread(target=write)
    writer.start()
    started.wait(30)
    try:
        for number in range(5):
            backup.back_up(lite, tmp_path / f"{number}.db")
    finally:
        stop.set()
        writer.join()

    for number in range(5):
        copy = open_engine(sqlite_url(tmp_path / f"{number}.db"))
        assert backup.check(copy) == []
        assert len(_noted(copy)) % 2 == 0
        copy.dispose()


def test_the_key_is_in_a_backup_only_when_asked_for(lite: Engine, tmp_path: Path) -> None:
    secret = tmp_path / "secret.key"
    secret.write_text("aa" * 32)
    databases = _databases(lite, tmp_path)

    without = databases.back_up(tmp_path / "a.db", with_key=False)
    with_key = databases.back_up(tmp_path / "b.db", with_key=True)

    assert without.key is None
    assert b"aa" * 32 not in without.file.read_bytes()
    assert with_key.key is not None
    assert with_key.key.stat().st_mode & 0o077 == 0
    secret.write_text("bb" * 32)
    databases.restore(with_key.file, with_key=True)
    assert secret.read_text() == "aa" * 32
    with pytest.raises(NoKeyError, match=r"a\.db\.key"):
        databases.restore(without.file, with_key=True)


def test_a_newer_schema_is_refused_with_both_numbers(lite: Engine, tmp_path: Path) -> None:
    databases = _databases(lite, tmp_path)
    done = databases.back_up(tmp_path / "copy.db", with_key=False)
    with closing(sqlite3.connect(done.file)) as conn, conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    _note(lite, "still here")

    with pytest.raises(SchemaTooNewError, match="9999.*" + upgrade.NEWEST):
        databases.restore(done.file, with_key=False)

    assert _noted(lite) == ["still here"]


@pytest.mark.parametrize("damage", ["cut off", "no database", "somebody else's"])
def test_what_is_no_whole_copy_is_refused_and_nothing_changes(
    lite: Engine, tmp_path: Path, damage: str
) -> None:
    databases = _databases(lite, tmp_path)
    copy = tmp_path / "copy.db"
    backup.back_up(lite, copy)
    if damage == "cut off":
        copy.write_bytes(copy.read_bytes()[:40_000])
    elif damage == "no database":
        copy.write_text("Dear diary")
    else:
        copy.unlink()
        with closing(sqlite3.connect(copy)) as conn, conn:
            conn.execute("CREATE TABLE recipes (title TEXT)")
    _note(lite, "still here")

    with pytest.raises(backup.BackupError):
        databases.restore(copy, with_key=False)

    assert _noted(lite) == ["still here"]


def test_a_backup_never_overwrites(lite: Engine, tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    there.write_text("precious")
    with pytest.raises(backup.BackupError, match="exists already"):
        backup.back_up(lite, there)

    assert there.read_text() == "precious"


def test_nothing_is_restored_under_a_running_worker(lite: Engine, tmp_path: Path) -> None:
    databases = _databases(lite, tmp_path)
    done = databases.back_up(tmp_path / "copy.db", with_key=False)
    worker = worker_lock(lite)
    assert worker.acquire()
    try:
        with pytest.raises(HeadgateRunsError):
            databases.restore(done.file, with_key=False)
    finally:
        worker.release()


def test_an_upgrade_takes_a_copy_first(lite: Engine, tmp_path: Path) -> None:
    copy = backup.copy_before_upgrade(lite, tmp_path / "backups", at=NOON)

    assert copy is not None
    assert backup.version_in(copy) == upgrade.NEWEST


def test_an_empty_database_needs_no_copy(tmp_path: Path) -> None:
    empty = open_engine(sqlite_url(tmp_path / "new.db"))
    databases = _databases(empty, tmp_path)

    assert databases.upgrade() is None
    assert not (tmp_path / "backups").exists()
    assert not upgrade.needs_upgrade(empty)
    empty.dispose()
