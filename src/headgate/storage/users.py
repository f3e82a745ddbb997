"""Local users of the console, and what each reader prefers to see.

Names are compared by their key (``services.user_names``), which the caller makes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from headgate.storage import statements
from headgate.storage.tables.accounts import preferences, sessions, users


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """One local user."""

    user_id: int
    name: str
    password_hash: str | None  #: None: somebody else vouches for this user
    role: str
    created_at: datetime
    disabled_at: datetime | None
    last_seen_at: datetime | None  #: the newest sign of life among the open sessions


def all_users(conn: Connection) -> list[UserRow]:
    """Return every user, by name."""
    return [_user(row) for row in conn.execute(_with_last_seen().order_by(users.c.name_key))]


def user_by_key(conn: Connection, key: str) -> UserRow | None:
    """Return the user whose name has this key."""
    row = conn.execute(_with_last_seen().where(users.c.name_key == key)).first()
    return None if row is None else _user(row)


def enabled_users_with_role(conn: Connection, role: str) -> set[int]:
    """Return who has a role and is not disabled.

    Their rows stay locked until the transaction ends: two administrators who disable each other at
    the same moment must not both find the other one still there.
    """
    return set(
        conn.execute(
            select(users.c.user_id)
            .where(users.c.role == role, users.c.disabled_at.is_(None))
            .order_by(users.c.user_id)
            .with_for_update()
        ).scalars()
    )


def has_enabled_user_with_role(conn: Connection, role: str) -> bool:
    """Whether anybody has a role and is not disabled; locks nothing."""
    found = select(users.c.user_id).where(users.c.role == role, users.c.disabled_at.is_(None))
    return conn.execute(found.limit(1)).first() is not None


def add_user(
    conn: Connection, *, name: str, key: str, password_hash: str | None, role: str, at: datetime
) -> bool:
    """Add a user; False when the name is taken, and then nothing was changed."""
    added = conn.execute(
        statements.insert_or_ignore(conn, users)
        .values(
            name=name,
            name_key=key,
            password_hash=password_hash,
            role=role,
            created_at=at,
            password_at=at if password_hash else None,
        )
        .returning(users.c.user_id)
    )
    return added.first() is not None


def choose_password(conn: Connection, user_id: int, password_hash: str, *, at: datetime) -> None:
    """Give a user a new password."""
    _change(conn, user_id, password_hash=password_hash, password_at=at)


def renew_hash(conn: Connection, user_id: int, password_hash: str, *, instead_of: str) -> None:
    """Store the same password hashed anew, unless another one was chosen meanwhile."""
    conn.execute(
        update(users)
        .where(users.c.user_id == user_id, users.c.password_hash == instead_of)
        .values(password_hash=password_hash)
    )


def choose_role(conn: Connection, user_id: int, role: str) -> None:
    """Give a user another role."""
    _change(conn, user_id, role=role)


def disable(conn: Connection, user_id: int, *, at: datetime) -> None:
    """Shut a user out."""
    _change(conn, user_id, disabled_at=at)


def enable(conn: Connection, user_id: int) -> None:
    """Let a user in again."""
    _change(conn, user_id, disabled_at=None)


def prefer(conn: Connection, key: str, **chosen: str | None) -> None:
    """Keep what a reader prefers: ``language`` or ``theme``, None for no preference."""
    statement = statements.insert_or_update(conn, preferences, tuple(chosen))
    conn.execute(statement.values(name_key=key, **chosen))


def _change(conn: Connection, user_id: int, **values: Any) -> None:
    conn.execute(update(users).where(users.c.user_id == user_id).values(**values))


def _with_last_seen() -> Select[Any]:
    last_seen = (
        select(func.max(sessions.c.last_seen_at))
        .where(sessions.c.user_id == users.c.user_id)
        .scalar_subquery()
    )
    return select(users, last_seen.label("last_seen_at"))


def _user(row: Row[Any]) -> UserRow:
    return UserRow(
        user_id=row.user_id,
        name=row.name,
        password_hash=row.password_hash,
        role=row.role,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        last_seen_at=row.last_seen_at,
    )
