"""The verbs on local users of the console, each with an audit line.

One administrator who is not disabled always stays. The very first one is made with a link that is
printed in the terminal where Headgate was started: who reads it may as well read the data.
"""

from collections.abc import Callable
from datetime import datetime

from headgate import clock
from headgate.errors import UsageError
from headgate.sentences import Sentence
from headgate.services.people import passwords
from headgate.services.people.roles import Role, User
from headgate.services.people.tokens import new_token, token_hash
from headgate.services.people.user_names import name_key, readable_name
from headgate.storage import audit, one_time_links, sessions, transactions, users
from headgate.storage.engine import Connection, Engine
from headgate.storage.users import UserRow

FIRST_ADMINISTRATOR = "first_administrator"


class UnknownUserError(UsageError):
    """There is no local user of this name who may sign in."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Sentence("There is no user {name}.", name=name),
            next_step=Sentence("`headgate users list` shows who there is."),
        )
        self.name = name


class UserExistsError(UsageError):
    """The name is taken."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Sentence("There is already a user {name}.", name=name),
            next_step=Sentence("Choose another name; case makes no difference."),
        )


class LastAdministratorError(UsageError):
    """Without this user nobody could change anything any more."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Sentence("{name} is the last administrator.", name=name),
            next_step=Sentence("Make somebody else administrator first."),
        )


class Accounts:
    """Local users of one installation."""

    def __init__(self, *, engine: Engine, now: Callable[[], datetime] = clock.now) -> None:
        self._engine = engine
        self._now = now

    def needs_first_administrator(self) -> bool:
        """Whether there is no administrator who is not disabled.

        One without a password counts: it was made on purpose, for a proxy or Kerberos to vouch for.
        """
        with transactions.read(self._engine) as conn:
            return needs_first_administrator(conn)

    def make_first_link(self) -> str | None:
        """Return the token of a new link that makes the first administrator; None if there is one.

        It counts until it is used, and takes the place of the one made before.
        """
        token = new_token()
        with transactions.write(self._engine) as conn:
            if not needs_first_administrator(conn):
                return None
            one_time_links.forget_links(conn, FIRST_ADMINISTRATOR)
            one_time_links.make_link(
                conn,
                token_hash(token),
                purpose=FIRST_ADMINISTRATOR,
                by="headgate",
                at=self._now(),
                until=None,
            )
        return token

    def add(self, name: str, *, role: Role, password: str | None, by: str) -> User:
        """Add a user; without a password only a proxy or Kerberos lets them in.

        Raises UserNameError, PasswordRefusedError or UserExistsError.
        """
        name = readable_name(name)
        hashed = None if password is None else _hashed(password, name)
        with transactions.write(self._engine) as conn:
            row = add_user(conn, name, role=role, password_hash=hashed, by=by, at=self._now())
            return _user(row)

    def set_password(
        self, name: str, password: str, *, by: str, keep_session: str | None = None
    ) -> None:
        """Give a user a new password and end their sessions, but not the one of ``keep_session``.

        Raises UnknownUserError or PasswordRefusedError.
        """
        kept = None if keep_session is None else token_hash(keep_session)
        hashed = _hashed(password, self.user(name).name)
        with transactions.write(self._engine) as conn:
            user = _found(conn, name)
            users.choose_password(conn, user.user_id, hashed, at=self._now())
            sessions.end_all_of(conn, user.user_id, but=kept)
            self._note(conn, "password changed", user, by)

    def set_role(self, name: str, role: Role, *, by: str) -> None:
        """Give a user another role; it counts from the next request.

        Raises UnknownUserError or LastAdministratorError.
        """
        with transactions.write(self._engine) as conn:
            user = _found(conn, name)
            if user.role == role:
                return
            if role is not Role.ADMINISTRATOR:
                _refuse_last_administrator(conn, user)
            users.choose_role(conn, user.user_id, role)
            self._note(conn, "role changed", user, by, role=role)

    def disable(self, name: str, *, by: str) -> None:
        """Shut a user out at once; what they have done stays.

        Raises UnknownUserError or LastAdministratorError.
        """
        with transactions.write(self._engine) as conn:
            user = _found(conn, name)
            if user.disabled_at is not None:
                return
            _refuse_last_administrator(conn, user)
            users.disable(conn, user.user_id, at=self._now())
            sessions.end_all_of(conn, user.user_id)
            self._note(conn, "user disabled", user, by)

    def enable(self, name: str, *, by: str) -> None:
        """Let a user in again; raises UnknownUserError."""
        with transactions.write(self._engine) as conn:
            user = _found(conn, name)
            if user.disabled_at is None:
                return
            users.enable(conn, user.user_id)
            self._note(conn, "user enabled", user, by)

    def users(self) -> list[User]:
        """Return all users by name, the disabled ones too."""
        with transactions.read(self._engine) as conn:
            return [_user(row) for row in users.all_users(conn)]

    def user(self, name: str) -> User:
        """Return one user; raises UnknownUserError."""
        with transactions.read(self._engine) as conn:
            return _user(_found(conn, name))

    def _note(self, conn: Connection, action: str, user: UserRow, by: str, **more: str) -> None:
        detail = {"user": user.name, **more}
        audit.note(conn, actor=by, action=action, detail=detail, at=self._now())


def needs_first_administrator(conn: Connection) -> bool:
    """Whether there is no administrator who is not disabled."""
    return not users.has_enabled_user_with_role(conn, Role.ADMINISTRATOR)


def add_user(
    conn: Connection, name: str, *, role: Role, password_hash: str | None, by: str, at: datetime
) -> UserRow:
    """Add a user with its audit line and return it; raises UserExistsError."""
    added = users.add_user(
        conn, name=name, key=name_key(name), password_hash=password_hash, role=role, at=at
    )
    if not added:
        raise UserExistsError(name)
    detail = {"user": name, "role": role, "password": "set" if password_hash else "none"}
    audit.note(conn, actor=by, action="user added", detail=detail, at=at)
    return _found(conn, name)


def _hashed(password: str, name: str) -> str:
    passwords.check_new(password, name=name)
    return passwords.hashed(password)


def _found(conn: Connection, name: str) -> UserRow:
    user = users.user_by_key(conn, name_key(name))
    if user is None:
        raise UnknownUserError(name.strip())
    return user


def _refuse_last_administrator(conn: Connection, user: UserRow) -> None:
    if users.enabled_users_with_role(conn, Role.ADMINISTRATOR) == {user.user_id}:
        raise LastAdministratorError(user.name)


def _user(row: UserRow) -> User:
    return User(
        name=row.name,
        role=Role(row.role),
        has_password=row.password_hash is not None,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        last_seen_at=row.last_seen_at,
    )
