"""Signing in with a password: how often one may try, and what happens to old hashes.

What sessions do in the database is in ``tests/contract/test_accounts_sessions.py``.
"""

import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from argon2 import PasswordHasher
from structlog.testing import capture_logs
from tests.cast import NOON

from headgate.services.people import passwords
from headgate.services.people.accounts import Accounts
from headgate.services.people.attempts import TooManyAttemptsError
from headgate.services.people.open_sessions import SessionLimits
from headgate.services.people.roles import Role
from headgate.services.people.sessions import Sessions, WrongPasswordError
from headgate.storage import transactions, users
from headgate.storage.engine import Engine

GOOD, WRONG = "three plain words", "three wrong words"
OFFICE, HOTEL = "192.0.2.7", "198.51.100.9"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def sessions(engine: Engine, clock: time_machine.Traveller) -> Sessions:
    accounts = Accounts(engine=engine)
    accounts.add("anna", role=Role.ADMINISTRATOR, password=GOOD, by="root")
    accounts.add("bert", role=Role.REPORTER, password=GOOD, by="root")
    return Sessions(engine=engine, limits=SessionLimits)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a wrong password be known at once, where dozens are tried."""
    monkeypatch.setattr(passwords, "is_right", lambda password, _stored: password == GOOD)


def sign_in(sessions: Sessions, name: str, password: str, address: str = OFFICE) -> str:
    return sessions.sign_in(name, password, address=address, browser="Firefox/150")


def fail(sessions: Sessions, name: str, times: int, address: str = OFFICE) -> None:
    for _ in range(times):
        with pytest.raises(WrongPasswordError):
            sign_in(sessions, name, WRONG, address)


def test_after_five_wrong_passwords_the_account_waits_for_everybody(sessions: Sessions) -> None:
    fail(sessions, "anna", 5)

    with pytest.raises(TooManyAttemptsError) as refused:
        sign_in(sessions, " ANNA", GOOD, address=HOTEL)

    assert refused.value.seconds == 300
    assert refused.value.sentence() == "Too many attempts to sign in. Wait 5 minutes."
    assert sign_in(sessions, "bert", GOOD)


def test_the_wait_ends_although_somebody_keeps_trying(
    sessions: Sessions, clock: time_machine.Traveller, quick: None
) -> None:
    fail(sessions, "anna", 5)
    for _ in range(9):
        clock.shift(timedelta(seconds=30))
        with pytest.raises(TooManyAttemptsError):
            sign_in(sessions, "anna", WRONG)

    clock.shift(timedelta(seconds=31))

    assert sign_in(sessions, "anna", GOOD)


def test_the_right_password_clears_the_account(sessions: Sessions, quick: None) -> None:
    fail(sessions, "anna", 4)
    sign_in(sessions, "anna", GOOD)

    fail(sessions, "anna", 4)

    assert sign_in(sessions, "anna", GOOD)


def test_unknown_accounts_wait_like_known_ones(sessions: Sessions, quick: None) -> None:
    fail(sessions, "nobody", 5)

    with pytest.raises(TooManyAttemptsError):
        sign_in(sessions, "nobody", WRONG)


def test_after_twenty_wrong_passwords_the_address_waits_for_every_account(
    sessions: Sessions, clock: time_machine.Traveller, quick: None
) -> None:
    for number in range(20):
        fail(sessions, f"guess {number}", 1)

    with pytest.raises(TooManyAttemptsError):
        sign_in(sessions, "anna", GOOD)

    assert sign_in(sessions, "anna", GOOD, address=HOTEL)
    clock.shift(timedelta(minutes=5, seconds=1))
    assert sign_in(sessions, "anna", GOOD)


def test_a_visitor_with_a_network_of_addresses_waits_like_one_with_one(
    sessions: Sessions, quick: None
) -> None:
    for number in range(20):
        fail(sessions, f"guess {number}", 1, address=f"2001:db8:0:1:{number:x}::1")

    with pytest.raises(TooManyAttemptsError):
        sign_in(sessions, "anna", GOOD, address="2001:db8:0:1:ffff::1")

    assert sign_in(sessions, "anna", GOOD, address="2001:db8:0:2::1")


def test_what_strangers_type_does_not_stay_in_memory(sessions: Sessions, quick: None) -> None:
    tracemalloc.start()
    try:
        for number in range(10):
            fail(sessions, f"{number}" * 1_000_000, 1)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < 1_000_000


def test_an_office_full_of_people_who_know_their_passwords_never_waits(
    sessions: Sessions, quick: None
) -> None:
    tokens = {sign_in(sessions, name, GOOD) for _ in range(15) for name in ("anna", "bert")}

    assert len(tokens) == 30


def test_tries_at_the_same_moment_count_one_by_one(sessions: Sessions) -> None:
    def told(_: int) -> str:
        try:
            sign_in(sessions, "anna", WRONG)
        except (WrongPasswordError, TooManyAttemptsError) as refused:
            return type(refused).__name__
        return "let in"

    with ThreadPoolExecutor(8) as together:
        answers = list(together.map(told, range(8)))

    assert sorted(answers) == ["TooManyAttemptsError"] * 3 + ["WrongPasswordError"] * 5


def test_confirming_a_password_counts_as_a_try(sessions: Sessions, quick: None) -> None:
    for _ in range(5):
        with pytest.raises(WrongPasswordError):
            sessions.confirm("anna", WRONG, address=OFFICE)

    with pytest.raises(TooManyAttemptsError):
        sign_in(sessions, "anna", GOOD)


def test_an_unknown_name_costs_the_same_work_as_a_wrong_password(
    costly_passwords: None, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = []
    verify = PasswordHasher.verify

    def counting(self: PasswordHasher, stored: str, password: bytes) -> bool:
        verified.append(stored.rpartition("$")[0].rpartition("$")[0])  # the parameters
        return verify(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    fail(sessions, "anna", 1)
    fail(sessions, "nobody", 1)

    assert len(verified) == 2
    assert verified[0] == verified[1] == "$argon2id$v=19$m=65536,t=3,p=4"


def test_a_hash_of_an_older_release_is_renewed_at_the_next_sign_in(
    costly_passwords: None, engine: Engine, sessions: Sessions
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD.encode())
    with transactions.write(engine) as conn:
        anna = users.user_by_key(conn, "anna")
        assert anna is not None
        users.choose_password(conn, anna.user_id, weak, at=NOON)

    assert sign_in(sessions, "anna", GOOD)

    with transactions.read(engine) as conn:
        renewed = users.user_by_key(conn, "anna")
    assert renewed is not None
    assert renewed.password_hash is not None
    assert "m=65536,t=3,p=4" in renewed.password_hash
    assert sign_in(sessions, "anna", GOOD)


def test_the_log_tells_of_a_refusal_but_not_what_was_typed(sessions: Sessions, quick: None) -> None:
    with capture_logs() as logged:
        fail(sessions, "my secret pass phrase", 1)
        fail(sessions, "anna", 1)

    assert [(line["event"], line["user"], line["address"]) for line in logged] == [
        ("sign-in refused", "unknown", OFFICE),
        ("sign-in refused", "anna", OFFICE),
    ]
    assert "secret pass phrase" not in str(logged)
    assert WRONG not in str(logged)
