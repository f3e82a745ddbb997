r"""Signing in to the console, and the sessions that are open.

A session is found by its token, which only the browser has. It ends when nobody used it for a while
(``idle``), when it is old (``absolute``), when it is revoked, and when its user is disabled. What a
user may do is looked up at every request, so another role counts at once.

Whom a proxy or Kerberos names must be a local user. The full name is looked for first, then the
name without domain or realm: ``CORP\anna`` and ``anna@CORP.EXAMPLE`` are the user ``anna`` unless
there is one who is called exactly so.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from types import EllipsisType
from typing import TYPE_CHECKING

import structlog

from headgate import clock
from headgate.errors import StorageError, UsageError
from headgate.sentences import Sentence
from headgate.services.people import open_sessions, passwords
from headgate.services.people.accounts import (
    FIRST_ADMINISTRATOR,
    UnknownUserError,
    add_user,
    needs_first_administrator,
)
from headgate.services.people.open_sessions import OpenSession, Owner, SessionLimits
from headgate.services.people.roles import Role, Visitor, Way
from headgate.services.people.tokens import new_token, token_hash
from headgate.services.people.user_names import bare_name, name_key, readable_name
from headgate.storage import one_time_links, sessions, transactions, users
from headgate.storage.engine import Connection, Engine
from headgate.storage.sessions import SessionRow
from headgate.storage.users import UserRow

if TYPE_CHECKING:
    from headgate.services.people.attempts import Attempts

SIGN_IN = "sign_in"
LINK_COUNTS = timedelta(minutes=10)

#: A sign of life is written at most this often: reading a page is not to wait for writers.
SEEN_EVERY = timedelta(minutes=1)

_log = structlog.get_logger()


class WrongPasswordError(UsageError):
    """Nobody of this name has this password. Unknown, disabled and wrong look the same."""

    def __init__(self) -> None:
        super().__init__(Sentence("The user name or the password is not correct."))


class LinkRefusedError(UsageError):
    """The link is unknown, was used, or is too old."""

    def __init__(self) -> None:
        super().__init__(
            Sentence("This link has been used or is too old."),
            next_step=Sentence("`headgate open` on the server prints a new one."),
        )


class Sessions:
    """Opens, finds and ends sessions. One for each process: it counts wrong passwords."""

    def __init__(
        self,
        *,
        engine: Engine,
        limits: Callable[[], SessionLimits],
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._engine = engine
        self._limits = limits
        self._now = now

    @cached_property
    def _attempts(self) -> "Attempts":
        # At the first sign-in: it starts a thread and loads a library, which commands never need.
        from headgate.services.people.attempts import Attempts

        return Attempts()

    def sign_in(self, name: str, password: str, *, address: str, browser: str) -> str:
        """Return the token of a new session.

        Raises WrongPasswordError or TooManyAttemptsError.
        """
        checked = self._checked(name, password, address)
        with self._signing_in() as conn:
            user = users.user_by_key(conn, name_key(name))
            if user is None or user.disabled_at or user.password_hash != checked.password_hash:
                raise WrongPasswordError  # changed while the password was checked
            return self._begin(conn, _owner(user), Way.PASSWORD, address, browser)

    def confirm(self, name: str, password: str, *, address: str) -> None:
        """Check the password of somebody who is signed in; raises as :meth:`sign_in` does."""
        self._checked(name, password, address)

    def vouched(
        self, name: str, *, way: Way, address: str, browser: str, exact: bool = False
    ) -> str:
        """Return the token of a session for a user whom somebody trusted names.

        ``exact``: the name without its domain does not count. Raises UnknownUserError when no user
        who may sign in is called so.
        """
        with self._signing_in() as conn:
            user = _vouched_user(conn, name, exact=exact)
            return self._begin(conn, _owner(user), way, address, browser)

    def make_sign_in_link(self, *, by: str) -> str:
        """Return the token of a link that signs a user of the operating system in, once.

        Whoever may read the data directory is administrator anyway. It counts ten minutes.
        """
        token, at = new_token(), self._now()
        with transactions.write(self._engine) as conn:
            one_time_links.forget_spent_links(conn, at=at)
            one_time_links.make_link(
                conn, token_hash(token), purpose=SIGN_IN, by=by, at=at, until=at + LINK_COUNTS
            )
        return token

    def link_purpose(self, link: str) -> str | None:
        """Return ``first_administrator`` or ``sign_in``; None for a link that cannot be used."""
        with transactions.read(self._engine) as conn:
            found = one_time_links.usable_link(conn, token_hash(link), at=self._now())
            if found is None:
                return None
            if found.purpose == FIRST_ADMINISTRATOR and not needs_first_administrator(conn):
                return None
            return found.purpose

    def follow_link(self, link: str, *, address: str, browser: str) -> str:
        """Use a sign-in link up and return the token of a session; raises LinkRefusedError."""
        with self._signing_in() as conn:
            by = self._use_up(conn, link, SIGN_IN)
            owner = Owner(user_id=None, name=by, role=Role.ADMINISTRATOR)
            return self._begin(conn, owner, Way.LINK, address, browser)

    def create_first_administrator(
        self, link: str, name: str, password: str, *, address: str, browser: str
    ) -> str:
        """Add the first administrator, use the link up and return the token of a session.

        Raises LinkRefusedError, UserNameError, PasswordRefusedError or UserExistsError; then the
        link can still be used.
        """
        name = readable_name(name)
        passwords.check_new(password, name=name)
        if self.link_purpose(link) != FIRST_ADMINISTRATOR:
            raise LinkRefusedError  # before the work of hashing: anybody may ask
        hashed = passwords.hashed(password)
        with self._signing_in() as conn:
            if not needs_first_administrator(conn):
                raise LinkRefusedError
            by, role = self._use_up(conn, link, FIRST_ADMINISTRATOR), Role.ADMINISTRATOR
            user = add_user(conn, name, role=role, password_hash=hashed, by=by, at=self._now())
            return self._begin(conn, _owner(user), Way.PASSWORD, address, browser)

    def visitor(self, token: str, *, is_click: bool = True) -> Visitor | None:
        """Return whose session it is; None when it is unknown or has ended.

        What a page asks for by itself is no click: it keeps no session from ending.
        """
        limits, at = self._limits(), self._now()
        with transactions.read(self._engine) as conn:
            session = sessions.session_by_hash(conn, token_hash(token))
            if session is None or open_sessions.has_ended(session, limits, at):
                return None
            preferred = sessions.preferences_of(conn, name_key(session.name))
        if is_click and at - session.last_seen_at >= SEEN_EVERY:
            self._saw(session, at)
        return Visitor(
            name=session.name,
            role=Role(session.role),
            way=Way(session.way),
            form_token=session.form_token,
            user_id=session.user_id,
            language=preferred.language,
            theme=preferred.theme,
        )

    def sign_out(self, token: str) -> None:
        """End a session; harmless when it has ended."""
        with transactions.write(self._engine) as conn:
            sessions.end(conn, [token_hash(token)])

    def open_sessions(self, name: str, *, token: str | None = None) -> list[OpenSession]:
        """Return the open sessions of a name, the newest sign of life first.

        ``token``: that of the session that asks.
        """
        limits, at = self._limits(), self._now()
        this = None if token is None else token_hash(token)
        with transactions.read(self._engine) as conn:
            found = sessions.sessions_of(conn, name)
        return [
            open_sessions.shown(session, is_this=session.token_hash == this)
            for session in found
            if not open_sessions.has_ended(session, limits, at)
        ]

    def revoke(self, name: str, session_id: str) -> None:
        """End one session of a name at once; harmless when it has ended."""
        with transactions.write(self._engine) as conn:
            found = sessions.sessions_of(conn, name)
            ending = [each for each in found if open_sessions.session_id(each) == session_id]
            sessions.end(conn, [each.token_hash for each in ending])

    def prefer(
        self,
        name: str,
        *,
        language: str | EllipsisType | None = ...,
        theme: str | EllipsisType | None = ...,
    ) -> None:
        """Keep what somebody prefers: None for the browser's; what is left out stays as it is."""
        chosen: dict[str, str | None] = {}
        if not isinstance(language, EllipsisType):
            chosen["language"] = language
        if not isinstance(theme, EllipsisType):
            chosen["theme"] = theme
        if chosen:
            with transactions.write(self._engine) as conn:
                users.prefer(conn, name_key(name), **chosen)

    def _checked(self, name: str, password: str, address: str) -> UserRow:
        """Return the user who has this password; tries are counted."""
        account = name_key(name)
        self._attempts.begin(account, address)
        with transactions.read(self._engine) as conn:
            user = users.user_by_key(conn, account)
        right = passwords.is_right(password, user.password_hash if user else None)
        if user is None or user.disabled_at is not None or not right:
            self._attempts.failed(address)
            # Not what was typed: it may be a password, one field too early.
            _log.warning("sign-in refused", user=user.name if user else "unknown", address=address)
            raise WrongPasswordError
        self._attempts.succeeded(account)
        return self._renewed(user, password)

    def _renewed(self, user: UserRow, password: str) -> UserRow:
        """Hash the password anew where the hash was made with parameters of an older release."""
        stored = user.password_hash
        if stored is None or not passwords.is_outdated(stored):
            return user
        hashed = passwords.hashed(password)
        with transactions.write(self._engine) as conn:
            users.renew_hash(conn, user.user_id, hashed, instead_of=stored)
        return replace(user, password_hash=hashed)

    def _use_up(self, conn: Connection, link: str, purpose: str) -> str:
        """Use a link of this purpose up and return who made it."""
        at, key = self._now(), token_hash(link)
        found = one_time_links.usable_link(conn, key, at=at)
        if found is None or found.purpose != purpose:
            raise LinkRefusedError
        if not one_time_links.use_up(conn, key, at=at):
            raise LinkRefusedError  # a second click was first
        return found.made_by

    @contextmanager
    def _signing_in(self) -> Iterator[Connection]:
        """Yield a connection that writes; sessions that have ended are swept out on the way."""
        limits, at = self._limits(), self._now()
        with transactions.write(self._engine) as conn:
            sessions.forget_ended(
                conn, created_until=at - limits.absolute, seen_until=at - limits.idle
            )
            yield conn

    def _begin(self, conn: Connection, owner: Owner, way: Way, address: str, browser: str) -> str:
        at = self._now()
        return open_sessions.begin(conn, owner, way=way, address=address, browser=browser, at=at)

    def _saw(self, session: SessionRow, at: datetime) -> None:
        try:
            with transactions.write(self._engine) as conn:
                sessions.saw(conn, session.token_hash, at=at)
        except StorageError as exc:
            # A full disk must not lock out the person who wants to see what is wrong.
            _log.warning("sign of life not written", reason=exc.message)


def _owner(user: UserRow) -> Owner:
    return Owner(user_id=user.user_id, name=user.name, role=Role(user.role))


def _vouched_user(conn: Connection, name: str, *, exact: bool) -> UserRow:
    user = users.user_by_key(conn, name_key(name))
    if user is None and not exact:
        user = users.user_by_key(conn, name_key(bare_name(name)))
    if user is None or user.disabled_at is not None:
        raise UnknownUserError(name)
    return user
