"""Sessions and one-time links on every database: how they begin, count and end."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from headgate.services.people.accounts import Accounts, UnknownUserError
from headgate.services.people.open_sessions import SessionLimits
from headgate.services.people.passwords import PasswordRefusedError
from headgate.services.people.roles import Role, Way
from headgate.services.people.sessions import LinkRefusedError, Sessions, WrongPasswordError
from headgate.services.people.user_names import UserNameError
from headgate.storage import sessions as session_rows
from headgate.storage import transactions
from headgate.storage.engine import Engine
from tests.cast import NOON

GOOD = "three plain words"
LIMITS = SessionLimits(idle=timedelta(minutes=60), absolute=timedelta(hours=12))
MINUTE = timedelta(minutes=1)
HERE = {"address": "192.0.2.7", "browser": "Firefox/150"}


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, time: timedelta) -> None:
        self.at += time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(engine: Engine, clock: Clock) -> Accounts:
    return Accounts(engine=engine, now=clock)


@pytest.fixture
def sessions(engine: Engine, clock: Clock) -> Sessions:
    return Sessions(engine=engine, limits=lambda: LIMITS, now=clock)


@pytest.fixture
def anna(accounts: Accounts) -> str:
    return accounts.add("Anna", role=Role.ADMINISTRATOR, password=GOOD, by="root").name


def vouch(sessions: Sessions, name: str, browser: str = "Firefox/150") -> str:
    return sessions.vouched(name, way=Way.PROXY, address="192.0.2.7", browser=browser)


def everything_stored(engine: Engine) -> Iterator[str]:
    """Yield every value of every table of accounts, and of the audit trail, as text."""
    with transactions.read(engine) as conn:
        for table in ("users", "sessions", "one_time_links", "preferences", "audit"):
            for row in conn.execute(text(f"SELECT * FROM {table}")):
                for value in row:
                    yield (
                        bytes(value).decode("latin-1")
                        if isinstance(value, bytes | memoryview)
                        else str(value)
                    )


def test_who_signs_in_has_a_session_with_their_role(sessions: Sessions, anna: str) -> None:
    token = sessions.sign_in(" ANNA ", GOOD, **HERE)

    visitor = sessions.visitor(token)
    assert visitor is not None
    assert (visitor.name, visitor.role, visitor.way) == (anna, Role.ADMINISTRATOR, Way.PASSWORD)
    assert visitor.user_id is not None
    assert len(visitor.form_token) >= 32
    assert visitor.form_token != token


def test_letters_may_be_composed_in_either_way(sessions: Sessions, accounts: Accounts) -> None:
    accounts.add("jose\u0301", role=Role.REPORTER, password="cafe\u0301 in the morning", by="root")

    assert sessions.sign_in("jos\u00e9", "caf\u00e9 in the morning", **HERE)


def test_unknown_wrong_and_disabled_are_told_the_same(
    sessions: Sessions, accounts: Accounts, anna: str
) -> None:
    accounts.add("bert", role=Role.REPORTER, password=GOOD, by="root")
    accounts.disable("bert", by="root")
    accounts.add("carl", role=Role.REPORTER, password=None, by="root")
    said = set()
    tries = [("nobody", GOOD), (anna, "not the one, no"), ("bert", GOOD), ("carl", ""), ("", "")]
    for name, password in tries:
        with pytest.raises(WrongPasswordError) as refused:
            sessions.sign_in(name, password, **HERE)
        said.add(refused.value.sentence())

    assert said == {"The user name or the password is not correct."}


def test_no_token_and_no_password_stands_in_the_database(
    engine: Engine, accounts: Accounts, sessions: Sessions
) -> None:
    first = accounts.make_first_link()
    assert first is not None
    secrets = [
        first,
        sessions.create_first_administrator(first, "Anna", GOOD, **HERE),
        sessions.sign_in("anna", GOOD, **HERE),
        link := sessions.make_sign_in_link(by="root"),
        sessions.follow_link(link, **HERE),
        sessions.make_sign_in_link(by="root"),
        GOOD,
    ]

    stored = list(everything_stored(engine))

    assert len(set(secrets)) == len(secrets)
    for secret in secrets:
        assert not [value for value in stored if secret in value]
    digest = hashlib.sha256(secrets[1].encode()).digest().decode("latin-1")
    assert digest in stored, "the session is found by the digest of its token"


def test_a_session_that_nobody_uses_ends(sessions: Sessions, clock: Clock, anna: str) -> None:
    token = vouch(sessions, anna)
    clock.pass_by(LIMITS.idle - MINUTE)
    assert sessions.visitor(token) is not None
    clock.pass_by(LIMITS.idle - MINUTE)
    assert sessions.visitor(token) is not None, "the request before was a sign of life"

    clock.pass_by(LIMITS.idle)

    assert sessions.visitor(token) is None
    assert sessions.open_sessions(anna) == []


def test_a_session_ends_although_it_is_used(sessions: Sessions, clock: Clock, anna: str) -> None:
    token = vouch(sessions, anna)
    until = clock.at + LIMITS.absolute
    while clock.at < until - MINUTE:
        assert sessions.visitor(token) is not None
        clock.pass_by(timedelta(minutes=30) - MINUTE / 30)

    clock.at = until

    assert sessions.visitor(token) is None


def test_shorter_limits_count_for_sessions_that_are_open(
    engine: Engine, sessions: Sessions, clock: Clock, anna: str
) -> None:
    token = vouch(sessions, anna)
    clock.pass_by(10 * MINUTE)
    strict = Sessions(engine=engine, limits=lambda: SessionLimits(idle=5 * MINUTE), now=clock)

    assert strict.visitor(token) is None
    assert sessions.visitor(token) is not None


def test_a_sign_of_life_is_written_once_a_minute(
    sessions: Sessions, clock: Clock, anna: str
) -> None:
    token = vouch(sessions, anna)
    seen = []
    for _ in range(3):
        clock.pass_by(MINUTE / 2)
        sessions.visitor(token)
        seen.append(sessions.open_sessions(anna)[0].last_seen_at - NOON)

    assert seen == [timedelta(0), MINUTE, MINUTE]


def test_sessions_that_have_ended_are_swept_out_at_the_next_sign_in(
    engine: Engine, sessions: Sessions, clock: Clock, anna: str
) -> None:
    for _ in range(3):
        vouch(sessions, anna)
    clock.pass_by(LIMITS.idle)

    vouch(sessions, anna)

    with transactions.read(engine) as conn:
        assert len(session_rows.sessions_of(conn, anna)) == 1


def test_a_session_ended_elsewhere_is_out_at_the_next_request(
    sessions: Sessions, accounts: Accounts, anna: str
) -> None:
    accounts.add("bert", role=Role.REPORTER, password=None, by="root")
    here, there = (
        vouch(sessions, anna),
        vouch(sessions, anna, browser="Edge\x1b[31m/142" + "x" * 999),
    )
    others = vouch(sessions, "bert")
    listed = {one.is_this: one for one in sessions.open_sessions(anna, token=here)}
    assert (listed[True].browser, listed[True].address) == ("Firefox/150", "192.0.2.7")
    assert listed[False].browser.startswith("Edge[31m/142xxx")
    assert len(listed[False].browser) == 300

    sessions.revoke("bert", listed[False].id)  # not his to end
    assert sessions.visitor(there) is not None
    sessions.revoke(anna, listed[False].id)
    sessions.revoke(anna, listed[False].id)

    assert sessions.visitor(there) is None
    assert sessions.visitor(here) is not None
    assert sessions.visitor(others) is not None


def test_who_signs_out_is_out(sessions: Sessions, anna: str) -> None:
    token = vouch(sessions, anna)

    sessions.sign_out(token)
    sessions.sign_out(token)

    assert sessions.visitor(token) is None


@pytest.mark.parametrize("token", ["", "x", "\ud800", "ä" * 4000])
def test_a_made_up_token_is_nobody(sessions: Sessions, anna: str, token: str) -> None:
    assert sessions.visitor(token) is None
    assert sessions.link_purpose(token) is None


def test_a_sign_in_link_brings_a_user_of_the_operating_system_in_once(
    sessions: Sessions,
) -> None:
    link = sessions.make_sign_in_link(by="root")
    assert sessions.link_purpose(link) == "sign_in"
    assert sessions.link_purpose(link) == "sign_in", "looking does not use it up"

    token = sessions.follow_link(link, **HERE)

    visitor = sessions.visitor(token)
    assert visitor is not None
    assert (visitor.name, visitor.role, visitor.way) == ("root", Role.ADMINISTRATOR, Way.LINK)
    assert visitor.user_id is None
    assert sessions.link_purpose(link) is None
    with pytest.raises(LinkRefusedError):
        sessions.follow_link(link, **HERE)


def test_a_sign_in_link_is_too_old_after_ten_minutes(sessions: Sessions, clock: Clock) -> None:
    link = sessions.make_sign_in_link(by="root")
    clock.pass_by(timedelta(minutes=10))

    assert sessions.link_purpose(link) is None
    with pytest.raises(LinkRefusedError):
        sessions.follow_link(link, **HERE)


def test_a_link_does_only_what_it_was_made_for(accounts: Accounts, sessions: Sessions) -> None:
    first, link = accounts.make_first_link(), sessions.make_sign_in_link(by="root")
    assert first is not None

    with pytest.raises(LinkRefusedError):
        sessions.follow_link(first, **HERE)
    with pytest.raises(LinkRefusedError):
        sessions.create_first_administrator(link, "Anna", GOOD, **HERE)

    assert accounts.users() == []
    assert sessions.link_purpose(first) == "first_administrator"
    assert sessions.link_purpose(link) == "sign_in"


def test_a_refused_name_or_password_does_not_use_the_first_link_up(
    accounts: Accounts, sessions: Sessions
) -> None:
    link = accounts.make_first_link()
    assert link is not None

    with pytest.raises(UserNameError):
        sessions.create_first_administrator(link, " ", GOOD, **HERE)
    with pytest.raises(PasswordRefusedError):
        sessions.create_first_administrator(link, "Anna", "short", **HERE)

    assert sessions.create_first_administrator(link, "Anna", GOOD, **HERE)


def test_the_first_link_counts_no_longer_when_somebody_was_made_administrator_otherwise(
    accounts: Accounts, sessions: Sessions
) -> None:
    link = accounts.make_first_link()
    assert link is not None
    accounts.add("Anna", role=Role.ADMINISTRATOR, password=GOOD, by="root")

    assert sessions.link_purpose(link) is None
    with pytest.raises(LinkRefusedError):
        sessions.create_first_administrator(link, "Mallory", GOOD, **HERE)
    assert [user.name for user in accounts.users()] == ["Anna"]


@pytest.mark.parametrize("named", ["anna", "ANNA", "CORP\\Anna", "anna@CORP.EXAMPLE"])
def test_whom_others_name_is_found_with_and_without_a_domain(
    sessions: Sessions, anna: str, named: str
) -> None:
    visitor = sessions.visitor(vouch(sessions, named))

    assert visitor is not None
    assert (visitor.name, visitor.way) == (anna, Way.PROXY)


def test_a_user_called_exactly_so_comes_before_one_without_the_domain(
    sessions: Sessions, accounts: Accounts, anna: str
) -> None:
    accounts.add("LAB\\anna", role=Role.REPORTER, password=None, by="root")

    visitor = sessions.visitor(vouch(sessions, "lab\\Anna"))

    assert visitor is not None
    assert (visitor.name, visitor.role) == ("LAB\\anna", Role.REPORTER)


def test_a_name_of_a_foreign_realm_is_nobody_here(sessions: Sessions, anna: str) -> None:
    with pytest.raises(UnknownUserError):
        sessions.vouched("anna@OTHER.EXAMPLE", way=Way.KERBEROS, exact=True, **HERE)
    with pytest.raises(UnknownUserError):
        vouch(sessions, "nobody")


def test_preferences_go_with_the_name_and_change_one_at_a_time(
    sessions: Sessions, anna: str
) -> None:
    token = vouch(sessions, anna)
    sessions.prefer(anna, language="sv")
    sessions.prefer("ANNA", theme="dark")
    another = sessions.visitor(vouch(sessions, anna))
    assert another is not None
    assert (another.language, another.theme) == ("sv", "dark")

    sessions.prefer(anna, language=None)

    visitor = sessions.visitor(token)
    assert visitor is not None
    assert (visitor.language, visitor.theme) == (None, "dark")
