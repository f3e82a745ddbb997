"""The audit trail: who did what, when. A line is written in the transaction of the deed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from headgate.storage.tables.operations import audit


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLine:
    """One deed."""

    at: datetime
    actor: str
    action: str
    detail: Mapping[str, Any]  #: never a secret


def note(
    conn: Connection, *, actor: str, action: str, detail: Mapping[str, Any], at: datetime
) -> None:
    """Write down what ``actor`` did; the caller keeps secrets out of ``detail``."""
    conn.execute(insert(audit).values(at=at, actor=actor, action=action, detail=json.dumps(detail)))


def latest_lines(conn: Connection, *, limit: int) -> list[AuditLine]:
    """Return the newest lines, newest first."""
    rows = conn.execute(select(audit).order_by(audit.c.id.desc()).limit(limit))
    return [
        AuditLine(at=row.at, actor=row.actor, action=row.action, detail=json.loads(row.detail))
        for row in rows
    ]


def newest_line(conn: Connection, *, action_begins: str) -> AuditLine | None:
    """Return the newest line whose action begins so, None when there is none."""
    row = conn.execute(
        select(audit)
        .where(audit.c.action.startswith(action_begins, autoescape=True))
        .order_by(audit.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return AuditLine(at=row.at, actor=row.actor, action=row.action, detail=json.loads(row.detail))
