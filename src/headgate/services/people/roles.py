"""Who uses the console, and what they may do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do; WSUS's two groups."""

    REPORTER = "reporter"  #: WSUS Reporters: look at everything, change nothing
    ADMINISTRATOR = "administrator"  #: WSUS Administrators: everything


class Way(StrEnum):
    """How somebody signed in."""

    PASSWORD = "password"  # noqa: S105 - a name, not a secret
    LINK = "link"  #: of ``headgate open``, by who may read the data directory
    PROXY = "proxy"  #: a trusted reverse proxy named the user
    KERBEROS = "kerberos"  #: the browser's Negotiate


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody with an open session."""

    name: str
    role: Role
    way: Way
    form_token: str  #: every form of this session carries it
    user_id: int | None  #: None: a user of the operating system, signed in by a link
    language: str | None  #: preferred; None: the browser's
    theme: str | None  #: light | dark; None: the system's

    @property
    def may_change(self) -> bool:
        """Whether forms of this visitor are carried out."""
        return self.role is Role.ADMINISTRATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A local user of the console."""

    name: str
    role: Role
    has_password: bool  #: without one, a proxy or Kerberos vouches
    created_at: datetime
    disabled_at: datetime | None
    last_seen_at: datetime | None
