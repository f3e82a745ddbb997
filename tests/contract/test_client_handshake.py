"""Letting computers in: [MS-WUSP] 3.1.5.2 to 3.1.5.5, FACTS §2, §13 and §14."""

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from headgate.fleet.computers import ComputerFacts
from headgate.services.clients.handshake import REGISTER_COMPUTER
from headgate.services.clients.refusals import ComputerRefused, Refusal
from headgate.services.computers.listing import Computers
from headgate.services.upkeep.databases import Databases
from headgate.storage import audit, effective, transactions
from headgate.storage.engine import Engine, sqlite_file
from headgate.storage.tables.operations import installation
from tests.cast import NOON
from tests.client_door import A_CLIENT, DESK, ClientDoor


class _Refused:
    """``with refused(Refusal.X) as it:``; what was said is in ``it.error``."""

    def __init__(self, code: Refusal) -> None:
        self._code = code
        self._raises = pytest.raises(ComputerRefused)

    def __enter__(self) -> "_Refused":
        self._caught = self._raises.__enter__()
        return self

    def __exit__(self, *args: object) -> bool:
        suppressed = self._raises.__exit__(*args)  # type: ignore[arg-type]
        assert self._caught.value.code is self._code
        self.error = self._caught.value
        return bool(suppressed)


refused = _Refused


def _configured(engine: Engine, at: datetime) -> None:
    with transactions.write(engine) as conn:
        conn.execute(update(installation).values(client_config_changed_at=at))


def _with_anchors(door: ClientDoor, data: bytes, software: int, driver: int) -> bytes:
    """Return the cookie a scan would answer, the counter having come so far."""
    with transactions.write(door.engine) as conn:
        while effective.counter(conn) < max(software, driver):
            effective.next_since(conn)
    cookie = door.cookies.open(data)
    return door.handshake.sealed(
        dataclasses.replace(cookie, software_anchor=software, driver_anchor=driver)
    ).data


def _anchors(door: ClientDoor, data: bytes) -> tuple[int, int]:
    cookie = door.cookies.open(data)
    return cookie.software_anchor, cookie.driver_anchor


# GetConfig


def test_the_configuration_is_what_a_real_server_tells(door: ClientDoor) -> None:
    told = door.handshake.config()

    assert told.protocol_version == "3.2"
    assert told.extended_updates_at_once == 50
    assert told.registration_required
    assert not told.inventory_required
    assert told.reporting_level == 2
    assert told.authorization_service == "SimpleAuthWebService/SimpleAuth.asmx"


def test_last_change_stays_the_same_until_the_configuration_changes(
    door: ClientDoor, tmp_path: Path
) -> None:
    first = door.handshake.config().last_change
    door.clock.turn(days=3)
    assert door.again().handshake.config().last_change == first

    _configured(door.engine, NOON + timedelta(days=3))
    door.clock.turn(seconds=2)
    assert door.handshake.config().last_change != first


# GetAuthorizationCookie


def test_a_bad_id_or_name_is_answered_as_real_servers_do(door: ClientDoor) -> None:
    for client_id in (None, "", "has blank", "x" * 256, "<a>", "ä"):
        with refused(Refusal.INTERNAL_SERVER_ERROR) as it:
            door.handshake.authorize(client_id, "pc7", None, DESK)
        assert it.error.about == "clientId"
    for name in (None, "", "has blank", "x" * 256, "a\nb"):
        with refused(Refusal.INTERNAL_SERVER_ERROR) as it:
            door.handshake.authorize(A_CLIENT, name, None, DESK)
        assert (it.error.about, it.error.computer_id) == ("dnsName", A_CLIENT)
    assert list(Computers(engine=door.engine, now=door.clock).list()) == []


def test_a_computer_appears_when_it_is_authorized(door: ClientDoor) -> None:
    door.handshake.authorize(A_CLIENT.upper(), "PC7.Example.COM", "Lab", DESK)
    details = Computers(engine=door.engine, now=door.clock).show(A_CLIENT)

    assert details.line.name == "pc7.example.com"
    assert details.line.address == DESK.address
    assert details.line.state == "unregistered"
    assert details.row.requested_group == "Lab"


# GetCookie


def test_the_first_cookie_counts_for_an_hour(door: ClientDoor) -> None:
    sealed = door.cookie()

    assert sealed.expiration == NOON + timedelta(minutes=60)
    assert _anchors(door, sealed.data) == (0, 0)
    assert door.cookies.open(sealed.data).protocol == (2, 90)


def test_exactly_one_authorization_cookie_is_taken(door: ClientDoor) -> None:
    ticket = door.handshake.authorize(A_CLIENT, "pc7", None, DESK)
    last_change = door.handshake.config().last_change
    for tickets in ([], [ticket] * 2, [ticket] * 40, [b""], [door.cookie().data]):
        with refused(Refusal.INVALID_AUTHORIZATION_COOKIE):
            door.handshake.cookie(tickets, None, last_change, "2.90", DESK)


def test_a_ticket_of_yesterday_is_no_ticket(door: ClientDoor) -> None:
    ticket = door.handshake.authorize(A_CLIENT, "pc7", None, DESK)
    last_change = door.handshake.config().last_change
    door.clock.turn(hours=24)
    with refused(Refusal.INVALID_AUTHORIZATION_COOKIE):
        door.handshake.cookie([ticket], None, last_change, "2.90", DESK)


def test_an_old_cookie_without_data_is_none(door: ClientDoor) -> None:
    assert _anchors(door, door.cookie(old=None).data) == (0, 0)
    assert _anchors(door, door.cookie(old=b"").data) == (0, 0)


def test_anchors_live_on_whether_the_old_cookie_has_expired_or_not(door: ClientDoor) -> None:
    old = _with_anchors(door, door.cookie().data, 9, 4)
    for later in (timedelta(seconds=2), timedelta(minutes=61), timedelta(days=60)):
        door.clock.turn(seconds=later.total_seconds())
        assert _anchors(door, door.cookie(old=old).data) == (9, 4)


def test_anchors_are_not_taken_from_another_computers_cookie(door: ClientDoor) -> None:
    old = _with_anchors(door, door.cookie("another").data, 9, 4)
    door.clock.turn(seconds=2)

    assert _anchors(door, door.cookie(old=old).data) == (0, 0)


def test_in_other_groups_a_computer_starts_again(door: ClientDoor) -> None:
    cookie = door.cookies.open(_with_anchors(door, door.cookie().data, 9, 4))
    moved = door.handshake.sealed(dataclasses.replace(cookie, groups=("elsewhere",))).data
    door.clock.turn(seconds=2)

    assert _anchors(door, door.cookie(old=moved).data) == (0, 0)


def test_a_foreign_old_cookie_is_never_ignored(door: ClientDoor) -> None:
    """So a computer that knew another server under our name learns that its ids mean nothing."""
    for old in (b"\x00", b"cookie of a real WSUS" * 10, bytes(496)):
        with refused(Refusal.INVALID_COOKIE) as it:
            door.cookie(old=old)
        assert it.error.computer_id == A_CLIENT


def test_a_foreign_old_cookie_is_judged_before_the_configuration(door: ClientDoor) -> None:
    ticket = door.handshake.authorize(A_CLIENT, "pc7", None, DESK)
    with refused(Refusal.INVALID_COOKIE):
        door.handshake.cookie([ticket], bytes(496), "2020-01-01T00:00:00Z", "2.90", DESK)


def _asked(
    door: ClientDoor, *, last_change: str | None = "", protocol: str | None = "2.90"
) -> bytes:
    """Return the cookie for what a computer says of our configuration and its version."""
    ticket = door.handshake.authorize(A_CLIENT, "pc7", None, DESK)
    told = door.handshake.config().last_change if last_change == "" else last_change
    return door.handshake.cookie([ticket], None, told, protocol, DESK).data


def test_another_last_change_is_another_configuration(door: ClientDoor) -> None:
    for said in (None, " ", "yesterday", "2020-01-01T00:00:00Z", "0001-01-01T00:00:00"):
        with refused(Refusal.CONFIG_CHANGED):
            _asked(door, last_change=said)


def test_last_change_may_be_spelled_in_other_ways(door: ClientDoor) -> None:
    _configured(door.engine, datetime(2026, 11, 20, 12, 34, 56, 780_123, tzinfo=UTC))
    for spelling in (
        "2026-11-20T12:34:56.78Z",
        "2026-11-20T12:34:56.7800000Z",
        "2026-11-20T13:34:56.780+01:00",
        " 2026-11-20T12:34:56.780Z ",
    ):
        assert _asked(door, last_change=spelling)


def test_versions_are_two_integers_and_never_too_high(door: ClientDoor) -> None:
    said = ("1.0", "1.8", "2.9", "2.90", "99.1")
    understood = [door.cookies.open(_asked(door, protocol=each)).protocol for each in said]

    assert understood == [(1, 0), (1, 8), (2, 9), (2, 90), (99, 1)]


def test_what_is_no_version_is_refused(door: ClientDoor) -> None:
    for said in (None, "", "2", "2.", "a.b", "-1.0", "1.2.3", "1.9999999999"):
        with refused(Refusal.INVALID_PARAMETERS) as it:
            _asked(door, protocol=said)
        assert it.error.about == "protocolVersion"


# RegisterComputer, and what every later call goes through


def test_a_computer_that_never_told_what_it_is_has_to_register(door: ClientDoor) -> None:
    data = door.cookie().data
    with refused(Refusal.REGISTRATION_REQUIRED) as it:
        door.admit(data)
    assert it.error.computer_id == A_CLIENT

    cookie = door.admit(data, REGISTER_COMPUTER)
    door.handshake.register(cookie, ComputerFacts(dns_name="pc7.example.com"), DESK)
    assert door.admit(data) == cookie


def test_a_computer_finds_over_from_another_server_before_it_registers(door: ClientDoor) -> None:
    """After InvalidCookie come GetConfig, a new cookie and RefreshCache, in this order."""
    data = door.cookie().data

    assert door.admit(data, "RefreshCache").client_id == A_CLIENT
    with refused(Refusal.REGISTRATION_REQUIRED):
        door.admit(data, "SyncUpdates")


def test_a_forgotten_computer_has_to_register_and_appears_anew(door: ClientDoor) -> None:
    data = door.register(os_build=26200).data
    people = Computers(engine=door.engine, now=door.clock)
    number = people.show(A_CLIENT).row.number
    people.forget(A_CLIENT, by="anna")

    with refused(Refusal.REGISTRATION_REQUIRED):
        door.admit(data)
    door.handshake.register(
        door.admit(data, REGISTER_COMPUTER), ComputerFacts(dns_name="pc7.example.com"), DESK
    )
    assert door.admit(data).client_id == A_CLIENT
    assert people.show(A_CLIENT).row.number > number  # sets of computers never mean another one


def test_what_a_registration_says_is_kept(door: ClientDoor) -> None:
    """The values of the captured one (FACTS §2.5)."""
    door.register(
        os_major=10,
        os_minor=0,
        os_build=26200,
        os_service_pack=0,
        os_locale="en-US",
        manufacturer="QEMU",
        model="Standard PC (Q35 + ICH9, 2009)",
        bios_version="unknown",
        bios_date=datetime(2022, 2, 2, tzinfo=UTC),
        architecture="AMD64",
        suite_mask=256,
        old_product_type=1,
        new_product_type=48,
        agent_version="1507.2601.30012.0",
        os_description="Windows 10 Pro",
        further={"OEM": "QEMU", "MobileOperator": "Not Present"},
    )
    found = Computers(engine=door.engine, now=door.clock).show("pc7")

    assert found.line.windows == "Windows 11 25H2 Pro"
    assert found.line.build == "10.0.26200"
    assert found.line.state == "not_reported"
    assert found.row.protocol_version == "2.90"
    assert found.row.agent_version == "1507.2601.30012.0"
    assert found.row.bios_date == datetime(2022, 2, 2, tzinfo=UTC)
    assert found.row.os_description == "Windows 10 Pro"
    assert found.inventory == {
        "registration": {"OEM": "QEMU", "MobileOperator": "Not Present"},
    }


def test_absurd_values_are_left_out_and_nobody_is_sent_away(door: ClientDoor) -> None:
    door.register(
        os_major=2**40,
        os_build=-(2**31) - 1,
        suite_mask=-32768,
        manufacturer="x" * 100_000,
        model="a\x00b\x1b[31m",
        bios_date=datetime(1, 1, 1),  # noqa: DTZ001 - as a computer without a zone sends it
        further={str(number): "v" * 5000 for number in range(3000)},
    )
    found = Computers(engine=door.engine, now=door.clock).show(A_CLIENT)

    assert (found.row.os_major, found.row.os_build, found.row.suite_mask) == (None, None, -32768)
    assert found.row.manufacturer == "x" * 256
    assert found.row.model == "ab[31m"
    assert len(found.inventory["registration"]) == 256


def test_a_registration_without_a_name_is_refused(door: ClientDoor) -> None:
    cookie = door.admit(door.cookie().data, REGISTER_COMPUTER)
    with refused(Refusal.INVALID_PARAMETERS):
        door.handshake.register(cookie, ComputerFacts(dns_name=""), DESK)


def test_without_a_cookie_of_ours_nothing_goes_on(door: ClientDoor) -> None:
    for data in (None, b"", b"x", bytes(496)):
        with refused(Refusal.INVALID_COOKIE):
            door.admit(data)


def test_after_an_hour_a_cookie_has_expired(door: ClientDoor) -> None:
    data = door.register().data
    door.clock.turn(minutes=59, seconds=59)
    assert door.admit(data)
    door.clock.turn(seconds=1)
    with refused(Refusal.COOKIE_EXPIRED):
        door.admit(data)


def test_a_cookie_of_the_answer_lives_no_longer(door: ClientDoor) -> None:
    sealed = door.register()
    door.clock.turn(minutes=30)
    following = door.handshake.sealed(door.admit(sealed.data))

    assert following.expiration == sealed.expiration
    assert following.data != sealed.data


def test_another_configuration_is_told_at_the_next_call(door: ClientDoor) -> None:
    data = door.register().data
    _configured(door.engine, NOON + timedelta(minutes=1))
    door.clock.turn(seconds=2)
    with refused(Refusal.CONFIG_CHANGED):
        door.admit(data)


def test_calls_of_one_computer_do_not_disturb_each_other(door: ClientDoor) -> None:
    """Several callers inside Windows scan at once, each with a cookie of its own."""
    data = door.register().data
    one = _with_anchors(door, data, 5, 0)
    other = _with_anchors(door, data, 0, 3)
    door.clock.turn(seconds=2)

    assert [_anchors(door, each) for each in (data, one, other)] == [(0, 0), (5, 0), (0, 3)]
    assert [door.admit(each).software_anchor for each in (other, one, data, one)] == [0, 5, 0, 5]


# Another server behind the same name


def test_a_cookie_of_another_server_identity_is_of_another_server(door: ClientDoor) -> None:
    cookie = door.cookies.open(door.register().data)
    foreign = door.handshake.sealed(dataclasses.replace(cookie, server_id="f" * 32)).data

    with refused(Refusal.SERVER_CHANGED):
        door.admit(foreign)
    with refused(Refusal.SERVER_CHANGED):
        door.cookie(old=foreign)


def test_a_cookie_from_the_future_was_given_before_a_restore(door: ClientDoor) -> None:
    """However the older copy came here: nobody can have been told of changes yet to come."""
    cookie = door.cookies.open(door.register().data)
    for future in (
        dataclasses.replace(cookie, software_anchor=1),
        dataclasses.replace(cookie, driver_anchor=1),
        dataclasses.replace(cookie, catalogue_version=1),
    ):
        data = door.handshake.sealed(future).data
        with refused(Refusal.SERVER_CHANGED):
            door.admit(data)
        with refused(Refusal.SERVER_CHANGED):
            door.cookie(old=data)


def test_a_change_of_this_moment_is_no_future(door: ClientDoor) -> None:
    """The answer was made from the newest overlay; what counts was looked up half a second ago."""
    data = door.register().data
    newest = _with_anchors(door, data, 1, 0)

    assert door.admit(newest).software_anchor == 1


def test_after_a_restore_this_is_another_server(door: ClientDoor, tmp_path: Path) -> None:
    if sqlite_file(door.engine) is None:
        pytest.skip("PostgreSQL's own tools restore it")
    databases = Databases(
        engine=door.engine,
        secret_file=tmp_path / "secret.key",
        backups=tmp_path / "backups",
        now=door.clock,
    )
    data = door.register().data
    backup = databases.back_up(tmp_path / "copy.db", with_key=False).file
    databases.restore(backup, with_key=False, by="anna")
    restored = door.again()

    with refused(Refusal.SERVER_CHANGED):
        restored.admit(data)
    with transactions.read(door.engine) as conn:
        line = audit.latest_lines(conn, limit=1)[0]
    assert (line.action, line.actor) == ("database.restored", "anna")

    # The same backup once more, in the very same moment: another one again.
    data = restored.cookie().data
    databases.restore(backup, with_key=False)
    with refused(Refusal.SERVER_CHANGED):
        door.again().admit(data, REGISTER_COMPUTER)


def test_after_a_restart_this_is_the_same_server(door: ClientDoor, tmp_path: Path) -> None:
    data = door.register().data

    assert door.again().admit(data).client_id == A_CLIENT


def test_tables_made_anew_by_pg_restore_are_another_server(
    door: ClientDoor, tmp_path: Path
) -> None:
    if sqlite_file(door.engine) is not None:
        pytest.skip("SQLite is restored by us")
    data = door.register().data
    with door.engine.begin() as conn:  # what pg_restore --clean does to every table
        conn.exec_driver_sql("ALTER TABLE installation RENAME TO before")
        conn.exec_driver_sql("CREATE TABLE installation (LIKE before INCLUDING ALL)")
        conn.exec_driver_sql("INSERT INTO installation SELECT * FROM before")
        conn.exec_driver_sql("DROP TABLE before")

    with refused(Refusal.SERVER_CHANGED):
        door.again().admit(data)


def test_what_counts_is_looked_up_once_a_second(door: ClientDoor) -> None:
    before = door.handshake.config().last_change
    _configured(door.engine, NOON + timedelta(days=1))

    assert door.handshake.config().last_change == before
    door.clock.turn(seconds=1)
    assert door.handshake.config().last_change != before
