"""What goes wrong around a transaction has a name and a sentence."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from headgate.storage import catalogue_version, transactions
from headgate.storage.engine import Engine, open_engine, sqlite_url
from headgate.storage.transactions import DatabaseLockedError


def test_a_database_another_program_holds_is_said_to_be_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headgate.storage.engine.BUSY_TIMEOUT", 0)
    file = tmp_path / "headgate.db"
    engine = open_engine(sqlite_url(file))
    with transactions.write(engine) as conn:
        conn.execute(text("CREATE TABLE t (x integer)"))
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(DatabaseLockedError, match="locked"), transactions.write(engine):
            pass
    finally:
        holder.close()
        engine.dispose()


def test_a_reader_sees_one_moment_whatever_is_written_meanwhile(engine: Engine) -> None:
    with transactions.read(engine) as conn:
        before = catalogue_version.catalogue_version(conn)
        with transactions.write(engine) as writer:
            catalogue_version.raise_catalogue_version(writer)
        assert catalogue_version.catalogue_version(conn) == before

    with transactions.read(engine) as conn:
        assert catalogue_version.catalogue_version(conn) == before + 1


def test_an_error_does_not_repeat_what_was_to_be_stored(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as refused, transactions.write(engine) as conn:
        conn.execute(text("INSERT INTO nowhere VALUES (:hash)"), {"hash": "a digest of a secret"})

    assert "nowhere" in str(refused.value)
    assert "digest" not in str(refused.value)
