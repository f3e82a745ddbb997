"""Captured requests, spoiled in every way: there is an answer, and never an error nobody foresaw.

Asked of the dispatcher behind the door, where the door's own limits no longer help.
"""

import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import client_world
from tests.material import CAPTURES
from tests.soap_door import Computer, OpenDoor, open_door, serving

from headgate.services.clients.visitor import Visitor
from headgate.web.soap.dispatch import Dispatcher, Later, Request
from headgate.wire.lexical import escape, write_base64

REQUESTS = (
    [
        path.read_bytes()
        for folder in ("native", "driver")
        for path in sorted((CAPTURES / folder).rglob("request.body"))
    ]
    if CAPTURES
    else []
)
VISITOR = Visitor(address="192.0.2.7", host="wsus", tls=False)

#: The header of a .NET BinaryFormatter stream, and what a SoapFormatter begins with; harmless.
SERIALIZED = (b"AAEAAAD/////AQAAAAAAAAAMAgAAAA==", b"PFNPQVAtRU5WOkVudmVsb3BlPg==")
_DATA = re.compile(rb"A{100,}=*")
_TEXT = re.compile(rb">([^<>]+)<")
_ELEMENT = re.compile(rb"<(\w+)>[^<>]*</\1>")

pytestmark = pytest.mark.skipif(not REQUESTS, reason="no captures")


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDoor]:
    shelf = client_world.shelf(tmp_path_factory.mktemp("shelf"))
    folder = tmp_path_factory.mktemp("door")
    with shelf.copy(folder) as engine, serving(open_door(engine, folder)) as door:
        yield door


@pytest.fixture(scope="module")
def computer(door: OpenDoor) -> Computer:
    computer = door.computer()
    computer.shake_hands()
    return computer


@pytest.fixture(scope="module")
def dispatcher(door: OpenDoor) -> Dispatcher:
    return Dispatcher(door.services, xpress=None)


values = st.one_of(
    st.sampled_from(
        [
            b"",
            b"-1",
            b"0",
            b"4294967296",
            b"9" * 400,
            b"true",
            b"2026-13-45T99:99:99Z",
            b"9999-12-31T23:59:59.9999999Z",
            b"0001-01-01T00:00:00+14:00",
            b"&lt;&amp;",
            b"\xc3\x28",
            b"\x00",
            b"%n%s../../etc/passwd",
            b"x" * 70_000,
            *SERIALIZED,
        ]
    ),
    st.binary(max_size=40),
)


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """A captured request with up to four things done to it."""
    body = draw(st.sampled_from(REQUESTS))
    for _ in range(draw(st.integers(1, 4))):
        found = list(_TEXT.finditer(body)) or [None]
        place = draw(st.sampled_from(found))
        deed = draw(st.sampled_from(["value", "value", "drop", "cut", "flip", "twice", "insert"]))
        if deed == "value" and place is not None:
            body = body[: place.start(1)] + draw(values) + body[place.end(1) :]
        elif deed == "drop":
            body = _ELEMENT.sub(b"", body, count=draw(st.integers(1, 30)))
        elif deed == "cut":
            body = body[: draw(st.integers(0, len(body)))]
        elif deed == "twice" and place is not None:
            body = body[: place.start(1)] + place[1] * 2 + body[place.end(1) :]
        else:
            at = draw(st.integers(0, len(body)))
            body = (
                body[:at] + draw(st.binary(min_size=1, max_size=3)) + body[at + (deed == "flip") :]
            )
    return body


def answered(dispatcher: Dispatcher, body: bytes) -> tuple[int, bytes]:
    found = dispatcher.begin(Request(body=body, visitor=VISITOR, encodings=frozenset()))
    ready = found.finish() if isinstance(found, Later) else found
    whole = b"".join(part for part in ready.encoded.parts if isinstance(part, bytes))
    assert len(whole) == ready.encoded.length
    return ready.reply.status.value, whole


def cared_for(status: int, whole: bytes) -> None:
    """Whatever it was, it was foreseen."""
    assert status in (200, 400, 500)
    if status == 500:
        assert b"<ErrorCode>" in whole
    # A bad id or name is answered so by real servers as well; nothing else may be.
    if b"InternalServerError" in whole:
        assert b"clientId" in whole or b"dnsName" in whole


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=spoiled(), with_cookie=st.booleans())
def test_every_spoiled_request_is_answered(
    body: bytes, with_cookie: bool, dispatcher: Dispatcher, computer: Computer
) -> None:
    assert computer.cookie is not None
    if with_cookie:
        body = _DATA.sub(write_base64(computer.cookie.encrypted_data).encode(), body)
    cared_for(*answered(dispatcher, body))


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=300))
def test_any_bytes_are_answered(body: bytes, dispatcher: Dispatcher) -> None:
    cared_for(*answered(dispatcher, body))


_COOKIE = re.compile(rb"(<(EncryptedData|CookieData|Expiration)>)[^<]*")
_BATCH = re.compile(rb"<eventBatch>.*</eventBatch>")
#: What well-formed XML may hold as a text, written as it stands there.
texts = st.one_of(
    st.sampled_from(["", " ", "-1", "4294967296", "9" * 400, "true", "2026-13-45T99:99:99Z"]),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=30),
).map(lambda text: escape(text).encode())


@settings(max_examples=100, deadline=None)
@given(body=st.sampled_from(REQUESTS), text=texts)
def test_a_cookie_in_any_state_is_judged_as_a_cookie(
    body: bytes, text: bytes, dispatcher: Dispatcher
) -> None:
    """At InvalidParameters an agent would give up (FACTS §1.6)."""
    spoiled = _COOKIE.sub(lambda found: found[1] + text, body)
    status, whole = answered(dispatcher, spoiled)
    codes = (b"InvalidCookie", b"InvalidAuthorizationCookie")
    assert spoiled == body or any(code in whole for code in codes), (status, whole)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_odd_value_in_an_event_costs_a_computer_its_report(
    data: st.DataObject, dispatcher: Dispatcher, computer: Computer
) -> None:
    """A refused report comes again for ever (FACTS §14)."""
    assert computer.cookie is not None
    body = data.draw(st.sampled_from([one for one in REQUESTS if b"<eventBatch>" in one]))
    body = _DATA.sub(write_base64(computer.cookie.encrypted_data).encode(), body)
    batch = _BATCH.search(body)
    assert batch is not None
    events = batch[0]
    for _ in range(data.draw(st.integers(1, 4))):
        places = list(_ELEMENT.finditer(events)) or [batch]
        place = data.draw(st.sampled_from(places))
        if data.draw(st.booleans()):
            events = events[: place.start()] + events[place.end() :]
            continue
        found = list(_TEXT.finditer(events))
        place = data.draw(st.sampled_from(found))
        events = events[: place.start(1)] + data.draw(texts) + events[place.end(1) :]
    status, whole = answered(dispatcher, body[: batch.start()] + events + body[batch.end() :])
    assert status == 200 and b">true<" in whole


@pytest.mark.parametrize("body", REQUESTS)
def test_captured_requests_are_understood(
    body: bytes, dispatcher: Dispatcher, computer: Computer
) -> None:
    assert computer.cookie is not None
    body = _DATA.sub(write_base64(computer.cookie.encrypted_data).encode(), body)
    status, whole = answered(dispatcher, body)
    # Their GetCookie shows a cookie as a ticket, and a configuration of another server.
    assert status == 200 or b"InvalidAuthorizationCookie" in whole


@pytest.mark.parametrize("payload", SERIALIZED)
def test_serialized_objects_in_events_are_texts(
    payload: bytes, dispatcher: Dispatcher, computer: Computer
) -> None:
    reports = [body for body in REQUESTS if b"<ReportEventBatch " in body]
    assert reports and computer.cookie is not None
    for body in reports:
        body = _DATA.sub(write_base64(computer.cookie.encrypted_data).encode(), body)
        body = re.sub(rb"<string>[^<]*</string>", b"<string>" + payload + b"</string>", body)
        status, whole = answered(dispatcher, body)
        assert status == 200 and b">true<" in whole
