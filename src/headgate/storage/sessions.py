"""Open sessions of the console, found by the SHA-256 of their token, never by the token itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, or_, select, update

from headgate.storage.tables.accounts import preferences, sessions, users


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One open session, with what counts for its user today."""

    token_hash: bytes
    user_id: int | None  #: None: a user of the operating system, signed in by a link
    name: str
    role: str  #: the user's present one; that of the sign-in where there is no user
    way: str
    form_token: str
    created_at: datetime
    last_seen_at: datetime
    address: str | None
    browser: str | None
    disabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a reader prefers to see; None where there is no preference."""

    language: str | None = None
    theme: str | None = None


def open_session(conn: Connection, session: SessionRow) -> None:
    """Write a new session down."""
    conn.execute(
        insert(sessions).values(
            token_hash=session.token_hash,
            user_id=session.user_id,
            name=session.name,
            role=session.role,
            way=session.way,
            form_token=session.form_token,
            created_at=session.created_at,
            last_seen_at=session.last_seen_at,
            address=session.address,
            browser=session.browser,
        )
    )


def session_by_hash(conn: Connection, token_hash: bytes) -> SessionRow | None:
    """Return a session, open or run out of time; None for an unknown one."""
    row = conn.execute(_sessions().where(sessions.c.token_hash == token_hash)).first()
    return None if row is None else _session(row)


def sessions_of(conn: Connection, name: str) -> list[SessionRow]:
    """Return the sessions of a name, the one seen last first."""
    found = _sessions().where(sessions.c.name == name).order_by(sessions.c.last_seen_at.desc())
    return [_session(row) for row in conn.execute(found)]


def preferences_of(conn: Connection, key: str) -> Preferences:
    """Return what the reader whose name has this key prefers."""
    row = conn.execute(select(preferences).where(preferences.c.name_key == key)).first()
    return Preferences() if row is None else Preferences(language=row.language, theme=row.theme)


def saw(conn: Connection, token_hash: bytes, *, at: datetime) -> None:
    """Note a sign of life."""
    conn.execute(
        update(sessions).where(sessions.c.token_hash == token_hash).values(last_seen_at=at)
    )


def end(conn: Connection, hashes: Sequence[bytes]) -> None:
    """End sessions; harmless for those that have ended."""
    conn.execute(delete(sessions).where(sessions.c.token_hash.in_(hashes)))


def end_all_of(conn: Connection, user_id: int, *, but: bytes | None = None) -> None:
    """End every session of a user, except the one with the hash ``but``."""
    ending = delete(sessions).where(sessions.c.user_id == user_id)
    if but is not None:
        ending = ending.where(sessions.c.token_hash != but)
    conn.execute(ending)


def forget_ended(conn: Connection, *, created_until: datetime, seen_until: datetime) -> None:
    """Remove the sessions that are older, or were seen no later, than these moments."""
    conn.execute(
        delete(sessions).where(
            or_(sessions.c.created_at <= created_until, sessions.c.last_seen_at <= seen_until)
        )
    )


def _sessions() -> Select[Any]:
    return select(
        sessions,
        users.c.role.label("present_role"),
        users.c.disabled_at,
    ).select_from(sessions.outerjoin(users, users.c.user_id == sessions.c.user_id))


def _session(row: Row[Any]) -> SessionRow:
    return SessionRow(
        token_hash=row.token_hash,
        user_id=row.user_id,
        name=row.name,
        role=row.present_role or row.role,
        way=row.way,
        form_token=row.form_token,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        address=row.address,
        browser=row.browser,
        disabled=row.disabled_at is not None,
    )
