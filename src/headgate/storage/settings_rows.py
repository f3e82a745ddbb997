"""The shared settings as rows: values as JSON, secrets as sealed bytes we cannot read.

What a value means, and which settings hang together, is decided above; so is the audit line.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select

from headgate.storage import statements
from headgate.storage.tables.operations import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """One setting somebody chose. A secret has ``secret`` and no ``value``."""

    key: str
    value: Any  #: what JSON can hold
    secret: bytes | None
    changed_at: datetime
    changed_by: str


def chosen_settings(conn: Connection) -> dict[str, SettingRow]:
    """Return every setting somebody chose, by key; what is absent has its default."""
    return {
        row.key: SettingRow(
            key=row.key,
            value=None if row.value is None else json.loads(row.value),
            secret=row.secret,
            changed_at=row.changed_at,
            changed_by=row.changed_by,
        )
        for row in conn.execute(select(settings).order_by(settings.c.key))
    }


def hold_settings(conn: Connection) -> None:
    """Let nobody else change settings until this transaction ends.

    What was looked at ("as the form has shown it") then is still so when it is written. On SQLite
    the write transaction already keeps everybody else out.
    """
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql("LOCK TABLE settings IN SHARE ROW EXCLUSIVE MODE")


def choose(conn: Connection, key: str, value: Any, *, by: str, at: datetime) -> None:
    """Write a setting down; ``value`` is what JSON can hold."""
    _write(conn, key=key, value=json.dumps(value), secret=None, changed_by=by, changed_at=at)


def choose_secret(conn: Connection, key: str, sealed: bytes, *, by: str, at: datetime) -> None:
    """Write a secret down, sealed by the caller."""
    _write(conn, key=key, value=None, secret=sealed, changed_by=by, changed_at=at)


def forget(conn: Connection, key: str) -> None:
    """Go back to the default; harmless when it is the default."""
    conn.execute(delete(settings).where(settings.c.key == key))


def last_change_among(conn: Connection, keys: Sequence[str]) -> datetime | None:
    """Return when one of these settings was last chosen, None when none ever was."""
    newest: datetime | None = conn.execute(
        select(func.max(settings.c.changed_at)).where(settings.c.key.in_(keys))
    ).scalar_one()
    return newest


def _write(conn: Connection, **row: Any) -> None:
    statement = statements.insert_or_update(
        conn, settings, ("value", "secret", "changed_at", "changed_by")
    )
    conn.execute(statement.values(**row))
