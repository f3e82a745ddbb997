"""The verbs of the database itself: back up, restore, check.

A backup never contains ``secret.key`` unless asked for: whoever finds one must not find the proxy
password with it. Asked for, the key is written beside the backup as ``FILE.key``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from headgate.errors import UsageError
from headgate.jobs.worker_lock import worker_lock
from headgate.sentences import Sentence
from headgate.storage import backup, upgrade
from headgate.storage.engine import Engine


class HeadgateRunsError(UsageError):
    """The database is in use."""

    def __init__(self) -> None:
        super().__init__(
            Sentence("Headgate runs on this database."),
            next_step=Sentence("Stop it (`systemctl stop headgate`, or Ctrl-C), then restore."),
        )


class NoKeyError(UsageError):
    """The key was asked for, and none lies beside the backup."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            Sentence("There is no key {file}.", file=str(file)),
            next_step=Sentence(
                "Put it there, or restore without --with-key and give the passwords again."
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """What a backup wrote."""

    file: Path
    size: int  #: bytes
    key: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did."""

    schema: str  #: version of the restored database
    replaced: Path | None  #: copy of the database that was there
    key: bool  #: the key beside the backup was taken too


@dataclass(frozen=True, slots=True, kw_only=True)
class Databases:
    """The database of one installation and the places beside it. It need not be up to date."""

    engine: Engine
    secret_file: Path
    backups: Path  #: directory of the copies we make by ourselves
    now: Callable[[], datetime]

    def back_up(self, target: Path, *, with_key: bool) -> BackedUp:
        """Copy the database while it serves. Raises BackupError."""
        size = backup.back_up(self.engine, target)
        key = None
        if with_key and self.secret_file.exists():
            key = _key_beside(target)
            _copy_key(self.secret_file, key)
        return BackedUp(file=target, size=size, key=key)

    def restore(self, copy: Path, *, with_key: bool, by: str = "restore") -> Restored:
        """Put a backup in the place of the database; the one that is there is kept as a copy.

        ``by``: who is named in the audit trail. Computers meet another server afterwards.

        Raises HeadgateRunsError, NoKeyError, BackupError, SchemaTooNewError; then nothing was
        changed.
        """
        if with_key and not _key_beside(copy).exists():
            raise NoKeyError(_key_beside(copy))
        lock = worker_lock(self.engine)
        if not lock.acquire():
            raise HeadgateRunsError
        try:
            at = self.now()
            keep = self.backups / f"before-restore-{at:%Y%m%dT%H%M%SZ}.db"
            done = backup.restore(self.engine, copy, keep=keep, by=by, at=at)
        finally:
            lock.release()
        if with_key:
            if done.kept is not None and self.secret_file.exists():
                _copy_key(self.secret_file, _key_beside(done.kept))  # what was replaced needs it
            _copy_key(_key_beside(copy), self.secret_file)
        return Restored(schema=done.schema, replaced=done.kept, key=with_key)

    def check(self) -> list[str]:
        """Return what is wrong with the database in its own words; empty when all is well."""
        return backup.check(self.engine)

    def upgrade(self) -> Path | None:
        """Bring the schema up to date, a copy taken first; return the copy, None without one.

        Raises SchemaTooNewError.
        """
        if not upgrade.needs_upgrade(self.engine):
            return None
        copy = backup.copy_before_upgrade(self.engine, self.backups, at=self.now())
        upgrade.upgrade(self.engine)
        return copy


def _key_beside(file: Path) -> Path:
    return file.with_name(file.name + ".key")


def _copy_key(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    target.write_bytes(source.read_bytes())
