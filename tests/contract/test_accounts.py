"""Users of the console on every database: who they are, who stays, what the audit trail says."""

import threading
from datetime import timedelta

import pytest

from headgate.errors import UsageError
from headgate.services.people.accounts import (
    Accounts,
    LastAdministratorError,
    UnknownUserError,
    UserExistsError,
)
from headgate.services.people.open_sessions import SessionLimits
from headgate.services.people.passwords import PasswordRefusedError
from headgate.services.people.roles import Role, Way
from headgate.services.people.sessions import Sessions, WrongPasswordError
from headgate.storage import audit, transactions
from headgate.storage.engine import Engine
from tests.cast import NOON

GOOD = "three plain words"


@pytest.fixture
def accounts(engine: Engine) -> Accounts:
    return Accounts(engine=engine, now=lambda: NOON)


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    return Sessions(engine=engine, limits=SessionLimits, now=lambda: NOON)


def vouch(sessions: Sessions, name: str) -> str:
    return sessions.vouched(name, way=Way.PROXY, address="192.0.2.1", browser="Firefox")


def deeds(engine: Engine) -> list[tuple[str, str, dict[str, object]]]:
    with transactions.read(engine) as conn:
        lines = audit.latest_lines(conn, limit=20)
    return [(line.actor, line.action, dict(line.detail)) for line in reversed(lines)]


def test_a_user_is_found_by_a_name_in_any_case(accounts: Accounts) -> None:
    accounts.add(" Änne Groß ", role=Role.REPORTER, password=None, by="root")

    found = accounts.user("äNNE GROSS")

    assert (found.name, found.role, found.has_password) == ("Änne Groß", Role.REPORTER, False)
    assert (found.created_at, found.disabled_at, found.last_seen_at) == (NOON, None, None)


@pytest.mark.parametrize("taken", ["anna", "ANNA", "anna "])
def test_a_name_is_given_once(accounts: Accounts, taken: str) -> None:
    accounts.add("Anna", role=Role.ADMINISTRATOR, password=GOOD, by="root")

    with pytest.raises(UserExistsError, match="There is already a user"):
        accounts.add(taken, role=Role.REPORTER, password=None, by="root")
    assert [user.role for user in accounts.users()] == [Role.ADMINISTRATOR]


@pytest.mark.parametrize("name", ["", "  ", "a" * 101, "an\nna", "anna\u202egro", "nul\x00"])
def test_nobody_gets_a_name_that_cannot_be_read(accounts: Accounts, name: str) -> None:
    with pytest.raises(UsageError):
        accounts.add(name, role=Role.REPORTER, password=None, by="root")
    assert accounts.users() == []


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 1001, "Maria Callas"])
def test_a_password_that_is_easy_to_guess_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(PasswordRefusedError):
        accounts.add("maria callas", role=Role.REPORTER, password=password, by="root")
    assert accounts.users() == []


def test_users_are_listed_by_name_with_their_last_sign_of_life(
    accounts: Accounts, sessions: Sessions
) -> None:
    for name in ("carl", "Anna", "bert"):
        accounts.add(name, role=Role.REPORTER, password=None, by="root")
    vouch(sessions, "bert")

    listed = [(user.name, user.last_seen_at) for user in accounts.users()]

    assert listed == [("Anna", None), ("bert", NOON), ("carl", None)]


def test_the_last_administrator_can_be_neither_disabled_nor_made_reporter(
    accounts: Accounts,
) -> None:
    accounts.add("anna", role=Role.ADMINISTRATOR, password=GOOD, by="root")
    accounts.add("bert", role=Role.ADMINISTRATOR, password=None, by="root")
    accounts.add("carl", role=Role.REPORTER, password=None, by="root")
    accounts.disable("bert", by="root")

    with pytest.raises(LastAdministratorError, match="anna is the last administrator"):
        accounts.disable("Anna", by="root")
    with pytest.raises(LastAdministratorError):
        accounts.set_role("anna", Role.REPORTER, by="root")

    accounts.disable("carl", by="root")  # a reporter may go
    accounts.set_role("bert", Role.REPORTER, by="root")  # so may one who is out already
    anna = accounts.user("anna")
    assert (anna.role, anna.disabled_at) == (Role.ADMINISTRATOR, None)


def test_of_two_administrators_who_disable_each_other_one_stays(accounts: Accounts) -> None:
    for name in ("anna", "bert"):
        accounts.add(name, role=Role.ADMINISTRATOR, password=None, by="root")
    both = threading.Barrier(2)
    refused: list[str] = []

    def disable(name: str) -> None:
        both.wait()
        try:
            accounts.disable(name, by="the other")
        except LastAdministratorError:
            refused.append(name)

    threads = [threading.Thread(target=disable, args=(name,)) for name in ("anna", "bert")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    enabled = [user.name for user in accounts.users() if user.disabled_at is None]
    assert enabled == refused
    assert len(enabled) == 1


def test_a_disabled_user_is_out_at_once_and_back_in_only_by_signing_in(
    accounts: Accounts, sessions: Sessions
) -> None:
    accounts.add("anna", role=Role.ADMINISTRATOR, password=None, by="root")
    accounts.add("bert", role=Role.REPORTER, password=None, by="root")
    token, others = vouch(sessions, "bert"), vouch(sessions, "anna")
    assert sessions.visitor(token) is not None

    accounts.disable("bert", by="anna")

    assert sessions.visitor(token) is None
    assert sessions.visitor(others) is not None
    with pytest.raises(UnknownUserError):
        vouch(sessions, "bert")
    accounts.enable("bert", by="anna")
    assert sessions.visitor(token) is None
    assert sessions.visitor(vouch(sessions, "bert")) is not None


def test_another_role_counts_in_a_session_that_is_open(
    accounts: Accounts, sessions: Sessions
) -> None:
    accounts.add("anna", role=Role.ADMINISTRATOR, password=None, by="root")
    accounts.add("bert", role=Role.REPORTER, password=None, by="root")
    token = vouch(sessions, "bert")

    accounts.set_role("bert", Role.ADMINISTRATOR, by="anna")

    visitor = sessions.visitor(token)
    assert visitor is not None
    assert visitor.may_change


def test_a_new_password_ends_the_other_sessions(accounts: Accounts, sessions: Sessions) -> None:
    accounts.add("anna", role=Role.ADMINISTRATOR, password=GOOD, by="root")
    here, there = vouch(sessions, "anna"), vouch(sessions, "anna")

    accounts.set_password("anna", "quite another one", by="anna", keep_session=here)

    assert sessions.visitor(here) is not None
    assert sessions.visitor(there) is None
    with pytest.raises(WrongPasswordError):
        sessions.sign_in("anna", GOOD, address="192.0.2.1", browser="")
    assert sessions.sign_in("anna", "quite another one", address="192.0.2.1", browser="")


def test_every_deed_leaves_a_line_without_a_secret(accounts: Accounts, engine: Engine) -> None:
    accounts.add("anna", role=Role.ADMINISTRATOR, password=GOOD, by="root")
    accounts.add("bert", role=Role.REPORTER, password=None, by="anna")
    accounts.set_password("bert", "quite another one", by="anna")
    accounts.set_role("bert", Role.ADMINISTRATOR, by="anna")
    accounts.set_role("bert", Role.ADMINISTRATOR, by="anna")
    accounts.disable("bert", by="anna")
    accounts.disable("bert", by="anna")
    accounts.enable("bert", by="anna")

    assert deeds(engine) == [
        ("root", "user added", {"user": "anna", "role": "administrator", "password": "set"}),
        ("anna", "user added", {"user": "bert", "role": "reporter", "password": "none"}),
        ("anna", "password changed", {"user": "bert"}),
        ("anna", "role changed", {"user": "bert", "role": "administrator"}),
        ("anna", "user disabled", {"user": "bert"}),
        ("anna", "user enabled", {"user": "bert"}),
    ]


@pytest.mark.parametrize("verb", ["disable", "enable"])
def test_nothing_can_be_done_to_somebody_unknown(accounts: Accounts, verb: str) -> None:
    with pytest.raises(UnknownUserError, match="There is no user nobody"):
        getattr(accounts, verb)("nobody", by="root")


def test_the_first_administrator_is_needed_until_there_is_one_who_is_not_disabled(
    accounts: Accounts,
) -> None:
    assert accounts.needs_first_administrator()
    accounts.add("carl", role=Role.REPORTER, password=GOOD, by="root")
    assert accounts.needs_first_administrator()

    accounts.add("anna", role=Role.ADMINISTRATOR, password=None, by="root")

    assert not accounts.needs_first_administrator()
    assert accounts.make_first_link() is None


def test_the_link_of_the_first_administrator_counts_until_it_is_used(
    accounts: Accounts, engine: Engine
) -> None:
    later = Sessions(engine=engine, limits=SessionLimits, now=lambda: NOON + timedelta(days=400))
    link = accounts.make_first_link()
    assert link is not None
    assert later.link_purpose(link) == "first_administrator"

    token = later.create_first_administrator(link, "Anna", GOOD, address="::1", browser="")

    visitor = later.visitor(token)
    assert visitor is not None
    assert (visitor.name, visitor.role, visitor.way) == ("Anna", Role.ADMINISTRATOR, Way.PASSWORD)
    assert later.link_purpose(link) is None
    assert [user.name for user in accounts.users()] == ["Anna"]


def test_a_newer_link_of_the_first_administrator_takes_the_place_of_the_older(
    accounts: Accounts, sessions: Sessions
) -> None:
    older, newer = accounts.make_first_link(), accounts.make_first_link()
    assert older is not None
    assert newer is not None

    assert sessions.link_purpose(older) is None
    assert sessions.link_purpose(newer) == "first_administrator"
