"""What agents and other stacks write oddly: it costs no more than the part it stands in.

An agent gives up at InvalidParameters and sends a refused report again for ever (FACTS §1.6, §14).
Asked over real HTTP; how the codecs read all this is in ``tests/unit/wire/clientsync``.
"""

import re

import pytest
from tests.cast import NOON, a_guid
from tests.client_world import HARDWARE_ID, Shelf
from tests.soap_door import SERVICES, Answer, Computer, OpenDoor

from headgate.services.clients.report_recording import Dropped
from headgate.storage import client_events, refused_contacts, transactions
from headgate.storage.engine import Engine
from headgate.wire import answers
from headgate.wire.clientsync import operations
from headgate.wire.clientsync.devices import Device, InstalledDriver
from headgate.wire.clientsync.get_authorization_cookie import GetAuthorizationCookieRequest
from headgate.wire.clientsync.get_cookie import GetCookieRequest
from headgate.wire.clientsync.operations import Operation
from headgate.wire.clientsync.report_event_batch import ReportEventBatchRequest
from headgate.wire.clientsync.reporting_event import BasicData, ReportingEvent
from headgate.wire.clientsync.sync_updates import SyncUpdateParameters, SyncUpdatesRequest
from headgate.wire.faults import SoapFault
from headgate.wire.lexical import escape
from headgate.wire.soap import SoapVersion

CLIENT = "/ClientWebService/client.asmx"
ENVELOPE = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">{}</s:Envelope>'
NOBODY = (ENVELOPE.format("<s:Body></s:Body>").encode(), ENVELOPE.format("").encode())
TIME = "<Expiration>2026-10-04T13:17:07Z</Expiration>"


@pytest.fixture
def computer(door: OpenDoor) -> Computer:
    computer = door.computer(client_id=a_guid())
    computer.shake_hands()
    return computer


def sent(
    computer: Computer, operation: Operation, request: object, *changed: tuple[str, str]
) -> Answer:
    """Send a request in which texts have been replaced, the first a pattern."""
    body = operation.encode_request(request, SoapVersion.SOAP_11).decode()
    for before, after in changed:
        assert re.search(before, body)
        body = re.sub(before, after.replace("\\", r"\\"), body)
    return computer.post_body(SERVICES[operation.namespace], body.encode())


def fault_of(answer: Answer) -> SoapFault:
    assert answer.status_code == 500
    return answers.decode_fault(answer.content)


# Messages without content


@pytest.mark.parametrize(
    "body", [b"", b" \r\n", *NOBODY], ids=str.split("none blank empty no-body")
)
def test_an_empty_message_is_found_by_its_action(body: bytes, computer: Computer) -> None:
    """Some stacks send no element for an operation without parts."""

    def asked(operation: Operation) -> Answer:
        return computer.post_body(CLIENT, body, SOAPAction=f'"{operation.action}"')

    config = operations.GET_CONFIG.decode_response(asked(operations.GET_CONFIG).content)
    assert config.last_change == computer.last_change
    assert operations.PING.decode_response(asked(operations.PING).content).success_flag
    assert fault_of(asked(operations.SYNC_UPDATES)).code == "InvalidCookie"


def test_an_empty_message_of_soap_12_is_found_by_the_action_of_its_content_type(
    computer: Computer,
) -> None:
    named = SoapVersion.SOAP_12.content_type(operations.GET_CONFIG.action)
    answer = computer.post_body(CLIENT, b"", **{"Content-Type": named})
    assert operations.GET_CONFIG.decode_response(answer.content).last_change
    assert SoapVersion.SOAP_12.value in answer.text
    bare = SoapVersion.SOAP_12.content_type()
    assert computer.post_body(CLIENT, b"", **{"Content-Type": bare}).status_code == 400


@pytest.mark.parametrize("action", ["", '"http://example.com/Other"', "<a b='c'/>"])
@pytest.mark.parametrize("body", NOBODY, ids=["empty", "no body"])
def test_an_envelope_in_which_nothing_is_asked_is_answered_with_a_fault(
    body: bytes, action: str, computer: Computer, door: OpenDoor, engine: Engine
) -> None:
    fault = fault_of(computer.post_body(CLIENT, body, SOAPAction=action))
    assert (fault.code, fault.at_fault) == ("InvalidParameters", "Client")
    door.services.contacts.flush()
    with transactions.read(engine) as conn:
        noted = {each.reason: each for each in refused_contacts.latest(conn, limit=50)}
    assert noted["InvalidParameters"].detail == "The SOAP envelope has no message in its body."


@pytest.mark.parametrize("said", ["", "<pingLevel/>", "<pingLevel>high</pingLevel>"])
def test_a_ping_need_not_say_anything(said: str, computer: Computer) -> None:
    body = ENVELOPE.format(f"<s:Body><Ping>{said}</Ping></s:Body>")
    answer = computer.post_body(CLIENT, body.encode())
    assert operations.PING.decode_response(answer.content).success_flag


# Damaged cookies


@pytest.mark.parametrize(
    "cookie",
    [
        "<cookie/>",
        f"<cookie>{TIME}</cookie>",
        f"<cookie>{TIME}<EncryptedData/></cookie>",
        f"<cookie>{TIME}<EncryptedData>###</EncryptedData></cookie>",
        f"<cookie>{TIME}<EncryptedData>AAA</EncryptedData></cookie>",
        "<cookie><EncryptedData>AAAA</EncryptedData></cookie>",
        "<cookie><Expiration>soon</Expiration><EncryptedData>\u20ac</EncryptedData></cookie>",
    ],
    ids=str.split("bare no-data empty text cut no-time odd"),
)
def test_a_damaged_cookie_is_a_cookie_that_does_not_open(cookie: str, computer: Computer) -> None:
    """At InvalidCookie an agent begins anew (FACTS §2.4)."""
    request = SyncUpdatesRequest(cookie=computer.cookie, parameters=SyncUpdateParameters())
    whole = ("<cookie>.*</cookie>", cookie)
    assert fault_of(sent(computer, operations.SYNC_UPDATES, request, whole)).code == "InvalidCookie"


@pytest.mark.parametrize("time", ["", "<Expiration/>", "<Expiration>soon</Expiration>"])
def test_the_time_beside_a_cookie_is_not_needed(time: str, computer: Computer) -> None:
    request = SyncUpdatesRequest(cookie=computer.cookie, parameters=SyncUpdateParameters())
    changed = ("<Expiration>.*</Expiration>", time)
    answer = sent(computer, operations.SYNC_UPDATES, request, changed)
    told = operations.SYNC_UPDATES.decode_response(answer.content)
    assert told.new_cookie.encrypted_data


def cookie_asked_for(computer: Computer, *changed: tuple[str, str]) -> Answer:
    """Ask for a cookie as a computer that was just let in."""
    ticket = computer.call(
        operations.GET_AUTHORIZATION_COOKIE,
        GetAuthorizationCookieRequest(client_id=computer.client_id, dns_name=computer.name),
    ).authorization_cookie
    request = GetCookieRequest(
        auth_cookies=(ticket,),
        last_change=computer.last_change,
        current_time=NOON,
        protocol_version="2.90",
    )
    return sent(computer, operations.GET_COOKIE, request, *changed)


@pytest.mark.parametrize(
    ("old", "code"),
    [
        ("<oldCookie/>", None),
        ("<oldCookie><EncryptedData/></oldCookie>", None),
        ("<oldCookie><Expiration/></oldCookie>", None),
        (f"<oldCookie>{TIME}</oldCookie>", None),
        (f"<oldCookie>{TIME}<EncryptedData>zz</EncryptedData></oldCookie>", "InvalidCookie"),
        ("<oldCookie><EncryptedData>AAAA</EncryptedData></oldCookie>", "InvalidCookie"),
    ],
    ids=str.split("bare empty no-time no-data cut strange"),
)
def test_an_old_cookie_without_data_is_none_and_a_damaged_one_is_invalid(
    old: str, code: str | None, computer: Computer
) -> None:
    answer = cookie_asked_for(computer, ("<lastChange>", f"{old}<lastChange>"))
    if code is None:
        assert operations.GET_COOKIE.decode_response(answer.content).cookie.encrypted_data
    else:
        assert fault_of(answer).code == code


@pytest.mark.parametrize("time", ["", "<currentTime/>", "<currentTime>now</currentTime>"])
def test_the_time_of_a_computer_that_asks_for_a_cookie_does_not_matter(
    time: str, computer: Computer
) -> None:
    answer = cookie_asked_for(computer, ("<currentTime>.*</currentTime>", time))
    assert operations.GET_COOKIE.decode_response(answer.content).cookie.encrypted_data


@pytest.mark.parametrize("data", ["?", "A", ""], ids=["text", "cut", "none"])
def test_a_damaged_authorization_cookie_is_an_invalid_one(data: str, computer: Computer) -> None:
    damaged = ("<CookieData>.*</CookieData>", f"<CookieData>{data}</CookieData>")
    fault = fault_of(cookie_asked_for(computer, damaged))
    assert fault.code == "InvalidAuthorizationCookie"


# Odd devices


@pytest.mark.parametrize(
    "said",
    [
        "",
        "<MatchingID>pci</MatchingID><DriverVerDate/><DriverVerVersion>1.2</DriverVerVersion>",
        f"<MatchingID>{escape(HARDWARE_ID)}</MatchingID><DriverVerDate>2001-01-01</DriverVerDate>",
        f"<MatchingID>{escape(HARDWARE_ID)}</MatchingID><DriverVerVersion>1</DriverVerVersion>",
    ],
    ids=str.split("nothing odd bare-date no-date"),
)
def test_a_driver_that_does_not_say_its_age_is_older_than_any(
    said: str, computer: Computer, shelf: Shelf
) -> None:
    devices = (
        Device(hardware_ids=("pci\\odd",), installed_driver=an_installed_driver()),
        Device(hardware_ids=(HARDWARE_ID,), installed_driver=an_installed_driver()),
    )
    changed = (
        "<installedDriver>.*?</installedDriver>",
        f"<installedDriver>{said}</installedDriver>",
    )
    assert offered_drivers(computer, shelf, devices, changed) == [
        shelf.world.number(shelf.world.driver)
    ]


def test_a_newer_driver_with_a_bare_date_is_kept(computer: Computer, shelf: Shelf) -> None:
    devices = (Device(hardware_ids=(HARDWARE_ID,), installed_driver=an_installed_driver()),)
    changed = ("<DriverVerDate>.*?</DriverVerDate>", "<DriverVerDate>2199-01-01</DriverVerDate>")
    assert offered_drivers(computer, shelf, devices, changed) == []


def an_installed_driver() -> InstalledDriver:
    return InstalledDriver(
        matching_id=HARDWARE_ID, driver_ver_date=NOON, driver_ver_version=1 << 62, driver_rank=-1
    )


def offered_drivers(
    computer: Computer, shelf: Shelf, devices: tuple[Device, ...], *changed: tuple[str, str]
) -> list[int]:
    request = SyncUpdatesRequest(
        cookie=computer.cookie,
        parameters=SyncUpdateParameters(
            installed_non_leaf_update_ids=shelf.world.unlocking,
            skip_software_sync=True,
            system_spec=devices,
            feature_score_matching_key="AMD64.10.0",
        ),
    )
    answer = sent(computer, operations.SYNC_UPDATES, request, *changed)
    return [each.id for each in operations.SYNC_UPDATES.decode_response(answer.content).new_updates]


# Odd events


@pytest.mark.parametrize(
    "odd",
    [
        ("<EventID>182</EventID>", "<EventID/>"),
        (
            "<EventInstanceID>[^<]*</EventInstanceID>(?=<NamespaceID>1</NamespaceID><EventID>182)",
            "",
        ),
        ("<NamespaceID>1</NamespaceID>(?=<EventID>182)", ""),
    ],
    ids=str.split("number name namespace"),
)
def test_an_event_that_is_none_is_dropped_and_counted_and_the_others_are_kept(
    odd: tuple[str, str], computer: Computer, door: OpenDoor, engine: Engine
) -> None:
    answer = reported(computer, [an_event(computer, 148), an_event(computer, 182)], odd)
    assert operations.REPORT_EVENT_BATCH.decode_response(answer.content).accepted
    door.services.contacts.flush()
    with transactions.read(engine) as conn:
        noted = {each.reason: each.computer_id for each in refused_contacts.latest(conn, limit=50)}
    assert noted[Dropped.UNFIT] == computer.client_id
    assert kept(engine, computer) == [(148, -2145107943)]


@pytest.mark.parametrize(
    "odd",
    [
        ("<TimeAtTarget>.*?</TimeAtTarget>", "<TimeAtTarget/>"),
        ("<SourceID>101</SourceID>", "<SourceID>agent</SourceID>"),
        ("<SequenceNumber>0<", "<SequenceNumber>99999999999<"),
        ("</BasicData>", "<UpdateID/></BasicData>"),
        ("</BasicData>", "</BasicData><ExtendedData><OSVersion/></ExtendedData>"),
        ("<clientTime>.*?</clientTime>", "<clientTime>now</clientTime>"),
        ("-2145107943", "2149859353"),
    ],
    ids=str.split("time source sequence update version batch unsigned"),
)
def test_an_event_is_kept_whatever_else_is_odd_in_it(
    odd: tuple[str, str], computer: Computer, engine: Engine
) -> None:
    answer = reported(computer, [an_event(computer, 148)], odd)
    assert operations.REPORT_EVENT_BATCH.decode_response(answer.content).accepted
    assert kept(engine, computer) == [(148, -2145107943)]


def an_event(computer: Computer, number: int) -> ReportingEvent:
    return ReportingEvent(
        basic_data=BasicData(
            target_id=computer.client_id,
            sequence_number=0,
            time_at_target=NOON,
            event_instance_id=a_guid(),
            namespace_id=1,
            event_id=number,
            source_id=101,
            win32_hresult=-2145107943,
        )
    )


def reported(computer: Computer, events: list[ReportingEvent], *changed: tuple[str, str]) -> Answer:
    request = ReportEventBatchRequest(
        cookie=computer.cookie, client_time=NOON, event_batch=tuple(events)
    )
    return sent(computer, operations.REPORT_EVENT_BATCH, request, *changed)


def kept(engine: Engine, computer: Computer) -> list[tuple[int, int]]:
    with transactions.read(engine) as conn:
        found = client_events.events_of(conn, computer.client_id, at_most=10)
    return [(each.event.event_id, each.event.hresult) for each in found]
