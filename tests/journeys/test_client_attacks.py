"""What attackers do at the doors of computers: none of it costs, shows or changes more than it may.

Sizes, spoiled messages and forged cookies have their tests in ``test_client_door`` and in
``tests/fuzz``; here stands what needs a thought more.
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.client_door import DESK, ClientDoor
from tests.client_world import Shelf
from tests.commands import ANY_DISK, SameProcess
from tests.soap_door import Computer, OpenDoor, open_door, serving

from headgate.bootstrap import open_home
from headgate.services.clients import contacts as contacts_service
from headgate.storage import client_events, refused_contacts, transactions
from headgate.storage.engine import Engine
from headgate.storage.tables.fleet import computers
from headgate.web.soap.door import DoorLimits
from headgate.wire.clientsync import operations
from headgate.wire.clientsync.get_authorization_cookie import GetAuthorizationCookieRequest
from headgate.wire.clientsync.get_cookie import GetCookieRequest
from headgate.wire.clientsync.get_extended_update_info import GetExtendedUpdateInfoRequest
from headgate.wire.clientsync.report_event_batch import ReportEventBatchRequest
from headgate.wire.clientsync.report_event_batch2 import ReportEventBatch2Request
from headgate.wire.clientsync.report_inventory import ReportingInventory, ReportInventoryRequest
from headgate.wire.clientsync.reporting_event import BasicData, ExtendedData, ReportingEvent
from headgate.wire.cookie import AuthorizationCookie, Cookie, write_cookie
from headgate.wire.faults import SoapFault

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CLIENT = "/ClientWebService/client.asmx"

#: "Print in red from here on", as a terminal takes it in one character XML can carry; and a mark
#: that turns what follows around.
ESCAPES = "\x9b31mred\u202etxt.exe"


@pytest.fixture
def engine(shelf: Shelf, tmp_path: Path) -> Iterator[Engine]:
    with shelf.copy(tmp_path) as engine:
        yield engine


@pytest.fixture
def door(engine: Engine, tmp_path: Path) -> Iterator[OpenDoor]:
    with serving(open_door(engine, tmp_path)) as door:
        yield door


@pytest.fixture
def computer(door: OpenDoor) -> Computer:
    computer = door.computer()
    computer.shake_hands()
    return computer


def refusal(computer: Computer, operation: Any, request: Any) -> SoapFault:
    with pytest.raises(SoapFault) as refused:
        computer.call(operation, request)
    return refused.value


def an_event(computer: Computer, **extended: Any) -> ReportingEvent:
    return ReportingEvent(
        basic_data=BasicData(
            target_id=computer.client_id,
            sequence_number=0,
            time_at_target=NOW,
            event_instance_id=str(uuid.uuid4()),
            namespace_id=1,
            event_id=148,
            source_id=101,
            update_id=None,
            win32_hresult=-2147024891,
            app_name=ESCAPES,
        ),
        extended_data=ExtendedData(**extended),
    )


def report(computer: Computer, *events: ReportingEvent) -> None:
    computer.call(
        operations.REPORT_EVENT_BATCH,
        ReportEventBatchRequest(cookie=computer.cookie, client_time=NOW, event_batch=events),
    )


def test_a_language_of_many_parts_is_none(computer: Computer) -> None:
    """Languages are shortened part by part, which takes the square of their parts."""
    ids = [each.id for each in computer.scan().new_updates][:50]
    for locale in ("-" * 200_000, "a-" * 43):
        fault = refusal(
            computer,
            operations.GET_EXTENDED_UPDATE_INFO,
            GetExtendedUpdateInfoRequest(
                cookie=computer.cookie,
                revision_ids=tuple(ids),
                info_types=("LocalizedProperties",),
                locales=(locale,),
            ),
        )
        assert (fault.code, fault.message) == ("InvalidParameters", "locales")


def test_more_devices_than_any_machine_has_are_refused(computer: Computer) -> None:
    cookie = write_cookie(computer.cookie).encode()
    body = (
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        b'<SyncUpdates xmlns="http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService'
        b'">%s<parameters><SkipSoftwareSync>true</SkipSoftwareSync><SystemSpec>%s</SystemSpec>'
        b"</parameters></SyncUpdates></s:Body></s:Envelope>"
    )
    few = computer.post_body(CLIENT, body % (cookie, b"<Device/>" * 10_000))
    many = computer.post_body(CLIENT, body % (cookie, b"<Device/>" * 10_001))
    assert few.status_code == 200
    assert "InvalidParameters" in many.text


def test_a_report_without_a_cookie_names_a_computer(door: OpenDoor, computer: Computer) -> None:
    """What names nobody is refused before anything is remembered of it."""
    for nobody in (None, " ", "x" * 300, "one two", "ﬀ"):
        fault = refusal(
            computer,
            operations.REPORT_EVENT_BATCH2,
            ReportEventBatch2Request(computer_id=nobody, client_time=NOW, event_batch=()),
        )
        assert (fault.code, fault.message) == ("InvalidParameters", "computerId")
    fault = refusal(
        computer,
        operations.REPORT_EVENT_BATCH2,
        ReportEventBatch2Request(
            computer_id=str(uuid.uuid4()), client_time=NOW, event_batch=(an_event(computer),)
        ),
    )
    assert fault.code == "RegistrationRequired"


def test_cookies_and_tickets_do_not_stand_for_each_other(computer: Computer) -> None:
    ticket = computer.call(
        operations.GET_AUTHORIZATION_COOKIE,
        GetAuthorizationCookieRequest(client_id=computer.client_id, dns_name=computer.name),
    ).authorization_cookie
    assert computer.cookie
    good = computer.cookie

    def asked(admission: bytes, old: Cookie | None) -> str:
        admitting = AuthorizationCookie(plug_in_id="SimpleTargeting", cookie_data=admission)
        request = GetCookieRequest(
            auth_cookies=(admitting,),
            old_cookie=old,
            last_change=computer.last_change,
            current_time=NOW,
            protocol_version="2.90",
        )
        return refusal(computer, operations.GET_COOKIE, request).code

    assert asked(good.encrypted_data, None) == "InvalidAuthorizationCookie"
    as_cookie = Cookie(expiration=NOW, encrypted_data=ticket.cookie_data)
    assert asked(ticket.cookie_data, as_cookie) == "InvalidCookie"
    computer.cookie = as_cookie
    with pytest.raises(SoapFault) as refused:
        computer.scan()
    assert refused.value.code == "InvalidCookie"


def test_no_bit_of_a_cookie_can_be_changed(computer: Computer) -> None:
    assert computer.cookie
    good = computer.cookie
    for place in range(len(good.encrypted_data)):
        data = bytearray(good.encrypted_data)
        data[place] ^= 1 << place % 8
        computer.cookie = Cookie(expiration=good.expiration, encrypted_data=bytes(data))
        with pytest.raises(SoapFault) as refused:
            computer.scan()
        assert refused.value.code == "InvalidCookie", place
    computer.cookie = Cookie(expiration=NOW, encrypted_data=good.encrypted_data)
    assert computer.scan().new_updates  # the moment beside it is not believed, nor needed


def test_nobody_speaks_for_another_computer(
    door: OpenDoor, computer: Computer, engine: Engine
) -> None:
    other = door.computer(client_id=str(uuid.uuid4()), name="pc2.example.com")
    other.shake_hands()
    report(computer, an_event(other), an_event(other))
    door.services.contacts.flush()
    with transactions.read(engine) as conn:
        kept = client_events.events_of(conn, other.client_id, at_most=10)
        (refused,) = refused_contacts.latest(conn, limit=10)
    assert not kept
    # The computer heard ``true``; who looks after computers sees who tried, and how much.
    assert (refused.reason, refused.detail) == ("events about another computer", "2 events")
    assert (refused.operation, refused.computer_id) == ("ReportEventBatch", computer.client_id)


def test_what_a_terminal_would_obey_never_reaches_one(tmp_path: Path) -> None:
    headgate = SameProcess(tmp_path / "data")
    home = open_home(headgate.data, ANY_DISK)
    with serving(open_door(home.engine, tmp_path)) as door:
        computer = door.computer()
        computer.shake_hands()
        inventory = ReportingInventory(is_compressed=False, raw_xml=f"a{ESCAPES}\nb\x85")
        computer.call(
            operations.REPORT_INVENTORY,
            ReportInventoryRequest(cookie=computer.cookie, client_time=NOW, inventory=inventory),
        )
        report(computer, an_event(computer, replacement_strings=(ESCAPES,), misc_data=(ESCAPES,)))
    home.engine.dispose()
    shown = headgate("computers", "show", computer.name)
    as_json = headgate("computers", "show", computer.name, "--json")
    listed = headgate("computers", "list")
    missing = headgate("computers", "show", ESCAPES)
    assert "\\x9b31mred\\u202etxt.exe" in shown.out
    assert "\\x9b31mred\\u202etxt.exe" in missing.err
    assert as_json.json["inventory"]["report"]["xml"] == f"a{ESCAPES}\nb\x85"
    for ended in (shown, as_json, listed, missing):
        said = ended.out + ended.err
        assert said and all(each.isprintable() or each in "\n\t" for each in said)


def test_long_texts_of_events_are_cut_together(
    door: OpenDoor, computer: Computer, engine: Engine
) -> None:
    report(computer, an_event(computer, replacement_strings=("x" * 5_000,) * 1_000))
    with transactions.read(engine) as conn:
        (kept,) = client_events.events_of(conn, computer.client_id, at_most=10)
    assert sum(map(len, kept.event.strings)) == 8_000


def test_small_bodies_together_have_a_bound(engine: Engine, tmp_path: Path) -> None:
    with serving(open_door(engine, tmp_path, limits=DoorLimits(small_bodies=1_000))) as door:
        answer = door.computer().post_body(CLIENT, b"x" * 2_000)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert door.computer().post_body(CLIENT, b"x" * 500).status_code == 400


def test_an_operations_name_is_not_said_again_at_length(computer: Computer) -> None:
    body = (
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><%s/></s:Body>'
        b"</s:Envelope>" % (b"a" * 40_000)
    )
    answer = computer.post_body(CLIENT, body)
    assert answer.status_code == 500
    assert len(answer.content) < 2_000


def test_made_up_computers_do_not_stay(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody can make rows; those who never registered make room, the others stay."""
    monkeypatch.setattr(contacts_service, "MOST_STRANGERS", 5)
    monkeypatch.setattr(contacts_service, "LOOK_FOR_STRANGERS", 0.0)
    door = ClientDoor(engine, tmp_path / "secret.key")
    try:
        door.register()
        for number in range(30):
            door.clock.turn(seconds=1)
            door.handshake.authorize(f"made-up-{number:02}", f"pc{number}", None, DESK)
    finally:
        door.close()
    with transactions.read(engine) as conn:
        known = set(conn.execute(select(computers.c.computer_id)).scalars())
    assert {f"made-up-{number}" for number in range(25, 30)} < known
    assert len(known) == 6


def test_a_name_with_thousands_of_ids_costs_no_more_than_another(
    engine: Engine, tmp_path: Path
) -> None:
    """Only who came since the name was taken last is told that it was taken."""
    door = ClientDoor(engine, tmp_path / "secret.key")
    try:
        for number in range(5):
            door.clock.turn(minutes=1)
            door.handshake.authorize(f"id-{number}", "pc7", None, DESK)
    finally:
        door.close()
    with transactions.read(engine) as conn:
        rows = conn.execute(select(computers.c.computer_id, computers.c.reimaged_at))
        noted = {row.computer_id: row.reimaged_at for row in rows}
    assert noted["id-4"] is None
    moments = [noted[f"id-{number}"] for number in range(4)]
    assert None not in moments
    assert moments == sorted(set(moments))  # each once, when the next one came
