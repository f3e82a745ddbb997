"""What an open session is: how it begins, when it has ended, and how its owner is shown it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from headgate.services.people.roles import Role, Way
from headgate.services.people.tokens import new_token, token_hash
from headgate.storage import audit, sessions
from headgate.storage.engine import Connection
from headgate.storage.sessions import SessionRow

_LONGEST_BROWSER = 300
_ID_BYTES = 8  # of the hash of a token: enough to tell sessions apart, no help to guess a token


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """How long sessions last."""

    idle: timedelta = timedelta(minutes=60)  #: without a request
    absolute: timedelta = timedelta(hours=12)  #: since the sign-in


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who a new session is for."""

    user_id: int | None  #: None: a user of the operating system
    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """One open session as its owner is shown it."""

    id: str  #: safe to show: nobody can sign in with it
    way: Way
    address: str
    browser: str
    created_at: datetime
    last_seen_at: datetime
    is_this: bool  #: the one that asks


def begin(
    conn: Connection, owner: Owner, *, way: Way, address: str, browser: str, at: datetime
) -> str:
    """Open a session, with an audit line, and return its token."""
    token = new_token()
    sessions.open_session(
        conn,
        SessionRow(
            token_hash=token_hash(token),
            user_id=owner.user_id,
            name=owner.name,
            role=owner.role,
            way=way,
            form_token=new_token(),
            created_at=at,
            last_seen_at=at,
            address=address,
            browser=_readable(browser),
            disabled=False,
        ),
    )
    detail = {"way": way, "address": address}
    audit.note(conn, actor=owner.name, action="signed in", detail=detail, at=at)
    return token


def has_ended(session: SessionRow, limits: SessionLimits, at: datetime) -> bool:
    """Whether a session counts no longer: unused, old, or its user is disabled."""
    idle, age = at - session.last_seen_at, at - session.created_at
    return session.disabled or idle >= limits.idle or age >= limits.absolute


def session_id(session: SessionRow) -> str:
    """Return what a session is called on a page."""
    return session.token_hash[:_ID_BYTES].hex()


def shown(session: SessionRow, *, is_this: bool) -> OpenSession:
    """Return a session as its owner is shown it."""
    return OpenSession(
        id=session_id(session),
        way=Way(session.way),
        address=session.address or "",
        browser=session.browser or "",
        created_at=session.created_at,
        last_seen_at=session.last_seen_at,
        is_this=is_this,
    )


def _readable(browser: str) -> str:
    return "".join(char for char in browser if char.isprintable())[:_LONGEST_BROWSER]
