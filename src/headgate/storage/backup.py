"""Copies of the database: taken while it serves, put back, checked.

SQLite is copied by its own backup interface into one file: a reader's view of one moment, whatever
is written meanwhile. It is copied in one step, because a copy in several starts over each time
somebody writes and would never end while a synchronization runs. PostgreSQL has tools
that know it better than we do (``pg_dump`` keeps indexes, statistics and owners); there we say
which command to run and do not invent a format of our own.
"""

import json
import os
import secrets
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, text

from headgate.errors import StorageError
from headgate.sentences import Sentence, said_by
from headgate.storage import transactions, upgrade
from headgate.storage.client_standing import RESTORED
from headgate.storage.engine import BUSY_TIMEOUT, sqlite_file
from headgate.storage.types import stored_moment


class BackupError(StorageError):
    """A copy cannot be made, read or put back; the database is as it was."""


class NotByUsError(BackupError):
    """The database is PostgreSQL, whose own tools copy it."""

    def __init__(self, message: Sentence, command: str) -> None:
        super().__init__(
            message,
            next_step=Sentence(
                "Run `{command}` with the URL of `database.url`; it is consistent while Headgate "
                "serves.",
                command=command,
            ),
        )


def back_up(engine: Engine, target: Path) -> int:
    """Copy the database into a file that does not exist yet (mode 0600); return its bytes.

    Raises BackupError.
    """
    source = sqlite_file(engine)
    if source is None:
        raise NotByUsError(
            Sentence("Headgate does not back up a PostgreSQL database itself."),
            f"pg_dump --format=custom --file={target} URL",
        )
    if target.exists():
        raise BackupError(
            Sentence("{target} exists already.", target=target),
            next_step=Sentence("Name a file that does not."),
        )
    with transactions.read(engine) as conn:
        if upgrade.version_of(conn) is None:
            raise BackupError(
                Sentence("There is nothing in {source} yet.", source=source),
                next_step=Sentence("Check --data, or synchronize first."),
            )
    aside = target.with_name(target.name + ".partial")
    try:
        aside.unlink(missing_ok=True)
        aside.touch(mode=0o600)
        _copy(source, aside)
        _write_through(aside)
        aside.rename(target)
    except (OSError, sqlite3.Error) as exc:
        aside.unlink(missing_ok=True)
        raise BackupError(
            Sentence("{target} cannot be written ({reason}).", target=target, reason=said_by(exc)),
            next_step=Sentence("Choose another place, or free space there."),
        ) from exc
    return target.stat().st_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """What a restore did."""

    schema: str  #: version of the restored database
    kept: Path | None  #: copy of the database that was there


def restore(engine: Engine, copy: Path, *, keep: Path, by: str, at: datetime) -> Replaced:
    """Put a copy in the database's place; what was there is copied to ``keep`` first.

    The copy gets a line in its audit trail. To computers this server is another one from then on
    (:mod:`headgate.storage.client_standing`): they may know numbers the copy has never given.
    Nobody else may have the database open; the caller sees to that. Raises BackupError for a file
    that is no whole copy, SchemaTooNewError for one a newer Headgate wrote; nothing has changed
    then.
    """
    place = sqlite_file(engine)
    if place is None:
        raise NotByUsError(
            Sentence("Headgate does not restore a PostgreSQL database itself."),
            f"pg_restore --clean --if-exists --dbname=URL {copy}",
        )
    schema = version_in(copy)
    kept = _keep(engine, place, keep)
    engine.dispose()
    aside = place.with_name(place.name + ".restored")
    try:
        aside.unlink(missing_ok=True)
        aside.touch(mode=0o600)
        _copy(copy, aside, "?mode=ro&immutable=1")
        _note_restore(aside, copy, by=by, at=at)
        _write_through(aside)
        for leftover in ("-wal", "-shm"):  # of the old database: they would be applied to the new
            place.with_name(place.name + leftover).unlink(missing_ok=True)
        aside.replace(place)
    except (OSError, sqlite3.Error) as exc:
        aside.unlink(missing_ok=True)
        raise BackupError(
            Sentence("{place} cannot be replaced ({reason}).", place=place, reason=said_by(exc)),
            next_step=Sentence("Stop Headgate and free space, then restore again."),
        ) from exc
    return Replaced(schema=schema, kept=kept)


def _note_restore(place: Path, copy: Path, *, by: str, at: datetime) -> None:
    # Without SQLAlchemy: the copy may have an older schema; ``audit`` was there from the first.
    detail = {"file": str(copy), "mark": secrets.token_hex(8)}
    with closing(_open(place)) as conn, conn:
        conn.execute(
            "INSERT INTO audit (at, actor, action, detail) VALUES (?, ?, ?, ?)",
            (stored_moment(at), by, RESTORED, json.dumps(detail)),
        )


def _keep(engine: Engine, place: Path, keep: Path) -> Path | None:
    if not place.exists():
        return None
    keep.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        back_up(engine, keep)
    except StorageError:
        # It is damaged, which may be why it is replaced; keep its bytes as they are.
        shutil.copyfile(place, keep)
    return keep


def version_in(copy: Path) -> str:
    """Return the schema version of a copy, having read all of it.

    Raises BackupError when it is no whole database of ours, SchemaTooNewError when it is newer
    than this program.
    """
    if not copy.is_file():
        raise BackupError(
            Sentence("There is no file {copy}.", copy=copy),
            next_step=Sentence("Name a backup file."),
        )
    try:
        with closing(_open(copy, "?mode=ro&immutable=1")) as conn:
            found = conn.execute("SELECT version_num FROM alembic_version").fetchone()
            newest = upgrade.NEWEST
            if found is not None and found[0] > newest:
                raise upgrade.SchemaTooNewError(found[0], newest)
            complaint = conn.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as exc:
        raise BackupError(
            Sentence(
                "{copy} is no whole database of Headgate ({reason}).",
                copy=copy,
                reason=said_by(exc),
            ),
            next_step=Sentence("Name a backup file."),
        ) from exc
    if found is None or complaint != "ok":
        raise BackupError(
            Sentence("{copy} is damaged: {complaint}.", copy=copy, complaint=complaint),
            next_step=Sentence("Use an older backup."),
        )
    return str(found[0])


def copy_before_upgrade(engine: Engine, directory: Path, *, at: datetime) -> Path | None:
    """Copy the database into ``directory`` before its schema changes.

    Returns the copy; None for an empty database, and for PostgreSQL, where the administrator's own
    backup counts.
    """
    with transactions.read(engine) as conn:
        version = upgrade.version_of(conn)
    if version is None or sqlite_file(engine) is None:
        return None
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = directory / f"before-upgrade-from-{version}-{at:%Y%m%dT%H%M%SZ}.db"
    back_up(engine, target)
    return target


def check(engine: Engine) -> list[str]:
    """Read the whole database and return what is wrong with it, in the database's words."""
    if sqlite_file(engine) is None:
        return _check_postgresql(engine)
    with transactions.read(engine) as conn:
        found = [str(row[0]) for row in conn.execute(text("PRAGMA integrity_check"))]
        complaints = [line for line in found if line != "ok"]
        complaints += [
            Sentence(
                "a row of {table} points to a row of {other} that is not there",
                table=row[0],
                other=row[2],
            )
            for row in conn.execute(text("PRAGMA foreign_key_check"))
        ]
    return complaints


def _check_postgresql(engine: Engine) -> list[str]:
    """PostgreSQL checks its pages as it reads them; reading every table shows damage."""
    complaints = []
    with transactions.read(engine) as conn:
        tables = conn.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        ).scalars()
        names = list(tables)
    for name in names:
        quoted = engine.dialect.identifier_preparer.quote(name)
        try:
            with transactions.read(engine) as conn:
                conn.exec_driver_sql(f"SELECT count(t.*) FROM {quoted} AS t")  # noqa: S608
        except Exception as exc:  # whatever reading a damaged table raises
            complaints.append(f"{name}: {exc}")
    return complaints


def _copy(source: Path, target: Path, mode: str = "") -> None:
    with closing(_open(source, mode)) as reader, closing(_open(target)) as writer:
        reader.backup(writer)
        writer.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it


def _open(path: Path, mode: str = "") -> sqlite3.Connection:
    return sqlite3.connect(path.absolute().as_uri() + mode, uri=True, timeout=BUSY_TIMEOUT)


def _write_through(path: Path) -> None:
    """Have the kernel put a file on the disk before it gets its name."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
