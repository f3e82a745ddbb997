"""What was sealed is opened by us alone, for what it was sealed for, as long as it may be."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headgate.services.clients.cookies import ClientCookie, Ticket
from headgate.services.clients.refusals import ComputerRefused, Refusal
from headgate.storage import cookie_keys, transactions
from headgate.storage.engine import Engine, open_engine, sqlite_file
from tests import databases
from tests.cast import NOON
from tests.client_door import A_CLIENT, ClientDoor, Clock

COOKIE = ClientCookie(
    client_id=A_CLIENT,
    groups=("a0a08746-4dbe-4a37-9adf-9e7652c0b421",),
    expires=NOON + timedelta(minutes=60),
    protocol=(2, 90),
    last_change="2026-11-20T12:00:00.000Z",
    server_id="0" * 32,
    catalogue_version=7,
    software_anchor=2**40,
    category_anchor=2**40 + 1,
    driver_anchor=0,
)
TICKET = Ticket(client_id=A_CLIENT, server_id="0" * 32, issued=NOON)


@pytest.fixture(scope="module")
def one_door(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ClientDoor]:
    """One for many examples, which change nothing."""
    folder = tmp_path_factory.mktemp("cookies")
    with databases.opened(databases.sqlite_copy(sqlite_template, folder)) as engine:
        yield ClientDoor(engine, folder / "secret.key")


def assert_refused(door: ClientDoor, data: bytes | None) -> None:
    with pytest.raises(ComputerRefused) as refused:
        door.cookies.open(data)
    assert refused.value.code is Refusal.INVALID_COOKIE
    with pytest.raises(ComputerRefused) as refused:
        door.cookies.open_ticket(data)
    assert refused.value.code is Refusal.INVALID_AUTHORIZATION_COOKIE


def test_what_was_sealed_comes_back(door: ClientDoor) -> None:
    assert door.cookies.open(door.cookies.seal(COOKIE)) == COOKIE
    assert door.cookies.open_ticket(door.cookies.seal_ticket(TICKET)) == TICKET


def test_nothing_can_be_read_in_a_cookie_and_no_two_are_alike(door: ClientDoor) -> None:
    sealed, again = door.cookies.seal(COOKIE), door.cookies.seal(COOKIE)

    assert A_CLIENT.encode() not in sealed
    assert sealed != again
    assert len(sealed) < 1000  # it goes both ways with every call


def test_a_ticket_is_no_cookie_and_a_cookie_no_ticket(door: ClientDoor) -> None:
    with pytest.raises(ComputerRefused):
        door.cookies.open(door.cookies.seal_ticket(TICKET))
    with pytest.raises(ComputerRefused):
        door.cookies.open_ticket(door.cookies.seal(COOKIE))


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_cookie_is_no_cookie(one_door: ClientDoor, data: st.DataObject) -> None:
    sealed = one_door.cookies.seal(COOKIE)
    at = data.draw(st.integers(0, len(sealed) - 1))
    changed = data.draw(
        st.one_of(
            st.just(sealed[:at]),
            st.just(sealed[at + 1 :]),
            st.integers(1, 255).map(
                lambda flip: sealed[:at] + bytes([sealed[at] ^ flip]) + sealed[at + 1 :]
            ),
            st.binary(min_size=1, max_size=40).map(lambda more: sealed + more),
            st.binary(min_size=1, max_size=40).map(lambda more: sealed[:at] + more + sealed[at:]),
        )
    )
    assert_refused(one_door, changed)


@given(st.one_of(st.none(), st.binary(max_size=600)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_garbage_is_no_cookie(one_door: ClientDoor, data: bytes | None) -> None:
    assert_refused(one_door, data)
    assert_refused(one_door, b"\x01\x00\x00\x00\x01" + (data or b""))


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\x00\x00\x00\xff\xff\xff\xff\x01\x00\x00\x00" * 20,  # a serialized .NET object
        b"<SOAP-ENV:Envelope/>" * 20,
        b"\x80\x04\x95\x00\x00" * 20,  # a pickle
        b"\x01" * 10_000_000,
    ],
)
def test_what_attacks_put_into_cookies_is_no_cookie(one_door: ClientDoor, data: bytes) -> None:
    assert_refused(one_door, data)


def test_another_shape_sealed_by_us_is_no_cookie(door: ClientDoor) -> None:
    """A release to come may keep other fields; going back to this one must not break anybody."""
    for shape in (
        [1, 2, 3],
        {"client_id": "x"},
        [A_CLIENT, [], 0, [1, 2], "", "", 0, 0, 0, "more"],
    ):
        plain = msgspec.msgpack.encode(shape)
        sealed = door.cookies._seal(plain, b"headgate client cookie")
        with pytest.raises(ComputerRefused):
            door.cookies.open(sealed)


def test_another_installation_opens_nothing_of_ours(
    door: ClientDoor, sqlite_template: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with databases.opened(databases.sqlite_copy(sqlite_template, elsewhere)) as engine:
        other = ClientDoor(engine, elsewhere / "secret.key")
        assert_refused(other, door.cookies.seal(COOKIE))
        other.cookies.seal(COOKIE)  # now it has a key of the same number
        assert_refused(other, door.cookies.seal(COOKIE))


def test_processes_of_one_installation_open_each_others_cookies(door: ClientDoor) -> None:
    other = door.again()

    assert other.cookies.open(door.cookies.seal(COOKIE)) == COOKIE
    assert door.cookies.open(other.cookies.seal(COOKIE)) == COOKIE
    with transactions.read(door.engine) as conn:
        assert len(cookie_keys.all_keys(conn)) == 1


def test_processes_that_begin_at_once_make_one_key(engine: Engine, tmp_path: Path) -> None:
    doors = [ClientDoor(engine, tmp_path / "secret.key") for _ in range(6)]
    sealed: list[bytes] = []
    ready = threading.Barrier(len(doors))

    def seal(door: ClientDoor) -> None:
        ready.wait()
        sealed.append(door.cookies.seal(COOKIE))

    threads = [threading.Thread(target=seal, args=(door,)) for door in doors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [doors[0].cookies.open(each) for each in sealed] == [COOKIE] * len(doors)
    with transactions.read(engine) as conn:
        assert len(cookie_keys.all_keys(conn)) == 1


def test_a_key_seals_for_thirty_days_and_opens_for_ninety_more(door: ClientDoor) -> None:
    first = door.cookies.seal(COOKIE)
    door.clock.turn(days=29, hours=23)
    assert door.cookies.seal(COOKIE)[:5] == first[:5]
    door.clock.turn(hours=1)
    second = door.cookies.seal(COOKIE)
    assert second[:5] != first[:5]

    door.clock.turn(days=90)
    assert door.cookies.open(first) == COOKIE
    door.clock.turn(seconds=1)
    assert_refused(door, first)
    assert door.cookies.open(second) == COOKIE  # it was never retired: nobody sealed since


def test_keys_nothing_can_need_are_deleted(door: ClientDoor) -> None:
    first = door.cookies.seal(COOKIE)
    for _ in range(6):
        door.clock.turn(days=31)
        last = door.cookies.seal(COOKIE)

    with transactions.read(door.engine) as conn:
        rows = cookie_keys.all_keys(conn)
    assert len(rows) == 4  # one in use, and three retired 0, 31 and 62 days ago
    fresh = door.again()
    assert_refused(fresh, first)
    assert fresh.cookies.open(last) == COOKIE


def test_a_lost_secret_key_costs_the_cookies_and_nothing_else(
    door: ClientDoor, tmp_path: Path
) -> None:
    before = door.cookies.seal(COOKIE)
    (tmp_path / "secret.key").unlink()
    after = door.again()

    assert_refused(after, before)
    door.clock.turn(seconds=2)
    assert after.cookies.open(after.cookies.seal(COOKIE)) == COOKIE


def test_a_clock_set_back_does_not_keep_a_key_for_years(door: ClientDoor) -> None:
    door.clock.turn(days=3000)
    wrong = door.cookies.seal(COOKIE)
    door.clock.turn(days=-3000)

    assert door.cookies.seal(COOKIE)[:5] != wrong[:5]


def test_a_database_without_its_secret_key_opens_nothing(door: ClientDoor, tmp_path: Path) -> None:
    sealed = door.cookies.seal(COOKIE)

    assert_refused(ClientDoor(door.engine, tmp_path / "another.key", door.clock), sealed)


def test_strangers_numbers_do_not_reach_the_database_each_time(
    sqlite_template: Path, tmp_path: Path
) -> None:
    """Keys are looked up once a second at most: after the first look, the database may be gone."""
    url = databases.sqlite_copy(sqlite_template, tmp_path)
    engine = open_engine(url)
    file = sqlite_file(engine)
    assert file is not None
    clock = Clock()
    door = ClientDoor(engine, tmp_path / "secret.key", clock)
    sealed = door.cookies.seal(COOKIE)
    assert_refused(door, b"\x01\x00\x00\xff\xff" + bytes(60))
    engine.dispose()
    file.unlink()

    assert_refused(door, b"\x01\x00\x00\xff\xfe" + bytes(60))
    assert door.cookies.open(sealed) == COOKIE
