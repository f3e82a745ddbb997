"""What strangers do at the door of computers: over real HTTP, with nothing behind it pretended."""

import dataclasses
import gzip
import http.client
import re
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest
import structlog
from tests.cast import NOON, a_revision
from tests.catalogue_rows import below
from tests.client_world import Shelf, World
from tests.soap_door import SERVICES, Computer, OpenDoor, direct, open_door, serving

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.revisions import UpdateKind
from headgate.errors import StorageError
from headgate.metadata.document import read_document
from headgate.metadata.packing import Packer
from headgate.sentences import Sentence
from headgate.services.catalogue import settling
from headgate.simulator.microsoft_update.documents import write_document
from headgate.simulator.microsoft_update.rules import Rules
from headgate.storage import ingestion, refused_contacts, transactions
from headgate.storage.engine import Engine
from headgate.storage.ingestion import IncomingRevision
from headgate.storage.tables.offering import core_pieces
from headgate.web.soap.dispatch import Dispatcher
from headgate.web.soap.door import DoorLimits, SoapDoor
from headgate.web.soap.receiving import Limits
from headgate.wire import faults, xpress
from headgate.wire.clientsync import operations
from headgate.wire.clientsync.get_config import GetConfigRequest
from headgate.wire.clientsync.get_cookie import GetCookieRequest
from headgate.wire.clientsync.sync_updates import SyncUpdateParameters, SyncUpdatesRequest
from headgate.wire.cookie import AuthorizationCookie, Cookie
from headgate.wire.faults import SoapFault
from headgate.wire.soap import SoapVersion

CLIENT = "/ClientWebService/client.asmx"
GET_CONFIG = operations.GET_CONFIG.encode_request(
    GetConfigRequest(protocol_version="2.90"), SoapVersion.SOAP_11
)


@pytest.fixture
def world(shelf: Shelf) -> World:
    return shelf.world


@pytest.fixture
def computer(door: OpenDoor) -> Computer:
    return door.computer()


@contextmanager
def raw(door: OpenDoor) -> Iterator[socket.socket]:
    place = urlsplit(door.address)
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=20) as line:
        yield line


def head(path: str, *headers: str) -> bytes:
    return "\r\n".join((f"POST {path} HTTP/1.1", "Host: wsus", *headers, "", "")).encode()


def heard(line: socket.socket) -> http.client.HTTPResponse:
    answer = http.client.HTTPResponse(line, method="POST")
    answer.begin()
    return answer


def fault_of(answer: Any) -> SoapFault:
    assert answer.status_code == 500
    with pytest.raises(SoapFault) as refused:
        operations.GET_CONFIG.decode_response(answer.content)
    return refused.value


@pytest.mark.parametrize(
    "path",
    [
        *SERVICES.values(),
        "/ClientWebService/Client.asmx",
        "/CLIENTWEBSERVICE/CLIENT.ASMX",
        "//clientwebservice///client.asmx",
        "/ReportingWebService/WebService.asmx",
        "/reportingwebservice/reportingwebservice.asmx",
    ],
)
def test_services_are_found_however_their_path_is_written(path: str, computer: Computer) -> None:
    answer = computer.post_body(path, GET_CONFIG)
    assert answer.status_code == 200
    assert operations.GET_CONFIG.decode_response(answer.content).last_change
    assert "Transfer-Encoding" not in answer.headers
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert answer.headers["Cache-Control"] == "private"


def test_the_action_is_only_a_hint(computer: Computer) -> None:
    for action in ('"http://example.com/Other"', "", "garbage"):
        assert computer.post_body(CLIENT, GET_CONFIG, SOAPAction=action).status_code == 200


def test_services_write_in_their_own_hand(computer: Computer) -> None:
    assert computer.post_body(CLIENT, GET_CONFIG).content.startswith(b"<s:Envelope")
    ping = b'<a:Envelope xmlns:a="http://schemas.xmlsoap.org/soap/envelope/"><a:Body>%s</a:Body></a:Envelope>'
    answer = computer.post_body(
        SERVICES["http://www.microsoft.com/SoftwareDistribution"],
        ping
        % b'<Ping xmlns="http://www.microsoft.com/SoftwareDistribution/Server/IMonitorable"><pingLevel>0</pingLevel></Ping>',
    )
    assert operations.PING.decode_response(answer.content).success_flag
    assert answer.content.startswith(b"<?xml") and b"soap:Envelope" in answer.content
    assert answer.headers["Cache-Control"] == "private, max-age=0"


def test_soap_12_is_answered_in_kind(computer: Computer) -> None:
    computer.version = SoapVersion.SOAP_12
    good = computer.post(operations.GET_CONFIG, GetConfigRequest(protocol_version="2.90"))
    assert good.headers["Content-Type"] == "application/soap+xml; charset=utf-8"
    assert SoapVersion.SOAP_12.value in good.text
    bad = computer.post(operations.SYNC_UPDATES, SyncUpdatesRequest(cookie=None, parameters=None))
    assert fault_of(bad).code == "InvalidCookie" and "Sender" in bad.text


def test_addressing_headers_and_unknown_elements_are_passed_over(computer: Computer) -> None:
    body = b"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"
      xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header><a:Action s:mustUnderstand="1"
      >x</a:Action><a:MessageID>urn:uuid:1</a:MessageID></s:Header><s:Body>
      <!-- words --><GetConfig xmlns="urn:any"><other/><protocolVersion>1.8</protocolVersion>
      </GetConfig></s:Body></s:Envelope>"""
    assert computer.post_body(CLIENT, body).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
@pytest.mark.parametrize("query", ["", "?wsdl"])
def test_only_post_is_answered(method: str, query: str, computer: Computer) -> None:
    answer = computer.http.request(method, f"{computer.address}{CLIENT}{query}")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert method == "HEAD" or "POST" in answer.text


@pytest.mark.parametrize("path", ["/SelfUpdate/wuident.cab", "/selfupdate", "/SELFUPDATE//x"])
def test_there_is_nothing_for_old_agents(path: str, computer: Computer) -> None:
    answer = computer.http.get(computer.address + path)
    assert answer.status_code == 404 and "Windows 8.1" in answer.text


def test_an_operation_nobody_has_is_a_fault_of_the_client(computer: Computer) -> None:
    body = GET_CONFIG.replace(b"GetConfig", b"DeleteEverything")
    fault = fault_of(computer.post_body(CLIENT, body))
    assert (fault.code, fault.at_fault) == ("InvalidParameters", "Client")
    assert fault.method.endswith("/DeleteEverything")


ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
ENVELOPE = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \r\n",
        b"hello",
        b"\xff\xfe\x00",
        b"<a/>",
        GET_CONFIG[:-5],
        ENTITY + GET_CONFIG,
        b'<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd">' + GET_CONFIG,
        ENVELOPE + b"<a>" * 300 + b"</a>" * 300 + b"</s:Body></s:Envelope>",
        GET_CONFIG.replace(b"soap/envelope", b"soap/other"),
        ENVELOPE + b"<a/>" * 1_000_001 + b"</s:Body></s:Envelope>",
        '<?xml version="1.0" encoding="utf-16"?><a/>'.encode("utf-16"),
    ],
    ids=str.split("empty blank text bytes other cut entities dtd deep foreign many utf16"),
)
def test_what_is_no_soap_is_a_bad_request(body: bytes, computer: Computer) -> None:
    answer = computer.post_body(CLIENT, body)
    assert answer.status_code == 400
    assert len(answer.text) < 1000 and answer.headers["Content-Type"].startswith("text/plain")
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<int>5</int>", b"<int>five</int>"),
        (b"<int>5</int>", b"<int>2147483648</int>"),
        (b"<int>5</int>", b"<int>" + b"9" * 5000 + b"</int>"),
        (b"<SkipSoftwareSync>false<", b"<SkipSoftwareSync>maybe<"),
    ],
    ids=str.split("word beyond huge boolean"),
)
def test_values_of_the_wrong_type_are_refused(
    before: bytes, after: bytes, computer: Computer
) -> None:
    request = operations.SYNC_UPDATES.encode_request(
        SyncUpdatesRequest(
            cookie=Cookie(expiration=NOON, encrypted_data=b"some"),
            parameters=SyncUpdateParameters(installed_non_leaf_update_ids=(5,)),
        ),
        SoapVersion.SOAP_11,
    )
    assert before in request
    fault = fault_of(computer.post_body(CLIENT, request.replace(before, after)))
    assert (fault.code, fault.message) == ("InvalidParameters", "")


#: What a .NET BinaryFormatter or SoapFormatter writes begins so; what follows is made up.
SERIALIZED = b"\x00\x01\x00\x00\x00\xff\xff\xff\xff" + b"\x01\x00\x00\x00" + b"harmless" * 50


@pytest.mark.parametrize(
    "data",
    [SERIALIZED, b"<SOAP-ENV:Envelope>" + b"x" * 400, b"", b"\x01", b"A" * 70_000],
    ids=str.split("binary soap empty short long"),
)
def test_serialized_objects_are_just_cookies_that_do_not_open(
    data: bytes, computer: Computer
) -> None:
    """The published attacks on WSUS: nothing here turns bytes into objects."""
    computer.shake_hands()
    computer.cookie = Cookie(expiration=NOON, encrypted_data=data)
    with pytest.raises(SoapFault) as refused:
        computer.scan()
    assert refused.value.code == "InvalidCookie"
    body = operations.GET_COOKIE.encode_request(
        GetCookieRequest(
            auth_cookies=(AuthorizationCookie(plug_in_id="SimpleTargeting", cookie_data=data),),
            last_change=computer.last_change,
            current_time=NOON,
            protocol_version="1.8",
        ),
        SoapVersion.SOAP_11,
    )
    assert fault_of(computer.post_body(CLIENT, body)).code == "InvalidAuthorizationCookie"


def test_who_is_turned_away_is_written_down(
    computer: Computer, door: OpenDoor, engine: Engine
) -> None:
    computer.post_body(CLIENT, b"no soap at all")
    computer.cookie = Cookie(expiration=NOON, encrypted_data=b"forged")
    with pytest.raises(SoapFault):
        computer.scan()
    door.services.contacts.flush()
    with transactions.read(engine) as conn:
        found = {each.reason: each for each in refused_contacts.latest(conn, limit=50)}
    assert found["no SOAP"].address == "127.0.0.1"
    assert found["InvalidCookie"].operation == "SyncUpdates"


def test_too_large_is_said_before_it_is_sent(door: OpenDoor) -> None:
    with raw(door) as line:
        line.sendall(head(CLIENT, f"Content-Length: {200 * 1024 * 1024}"))
        answer = heard(line)  # nothing of the 200 MB has been sent
        assert answer.status == 413 and answer.getheader("Connection") == "close"


def test_too_large_is_said_to_who_sends_on(door: OpenDoor, computer: Computer) -> None:
    answer = computer.post_body(CLIENT, b"x" * (8 * 1024 * 1024 + 1))
    assert answer.status_code == 413


def test_too_large_without_a_length_is_noticed_while_it_comes(door: OpenDoor) -> None:
    with raw(door) as line:
        line.sendall(head(CLIENT, "Transfer-Encoding: chunked"))
        piece = b"%x\r\n%s\r\n" % (1024 * 1024, b"x" * 1024 * 1024)
        for _ in range(9):
            line.sendall(piece)
        assert heard(line).status == 413


def test_a_body_that_does_not_come_is_given_up(engine: Engine, tmp_path: Path) -> None:
    limits = DoorLimits(body=Limits(patience=0.05))
    with serving(open_door(engine, tmp_path, limits=limits)) as door, raw(door) as line:
        line.sendall(head(CLIENT, "Content-Length: 1000") + b"<s:Env")
        assert heard(line).status == 408


def test_who_expects_to_be_told_to_go_on_is_told(door: OpenDoor) -> None:
    with raw(door) as line:
        line.sendall(head(CLIENT, f"Content-Length: {len(GET_CONFIG)}", "Expect: 100-continue"))
        interim = line.recv(1024)
        assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(GET_CONFIG)
        assert heard(line).status == 200


def test_many_calls_go_over_one_connection(door: OpenDoor) -> None:
    with raw(door) as line:
        for _ in range(3):
            line.sendall(head(CLIENT, f"Content-Length: {len(GET_CONFIG)}") + GET_CONFIG)
            assert heard(line).read()


def test_compressed_requests_are_refused(computer: Computer) -> None:
    answer = computer.post_body(CLIENT, gzip.compress(GET_CONFIG), **{"Content-Encoding": "gzip"})
    assert answer.status_code == 415


@pytest.mark.parametrize("encoding", ["xpress", "gzip", "gzip, xpress", "br", "xpress;q=0"])
def test_answers_come_in_the_coding_asked_for(
    encoding: str, engine: Engine, tmp_path: Path, world: World
) -> None:
    with serving(open_door(engine, tmp_path, xpress=xpress.compress)) as door:
        computer = door.computer(encoding=encoding)
        computer.shake_hands()
        request = SyncUpdatesRequest(
            cookie=computer.cookie,
            parameters=SyncUpdateParameters(installed_non_leaf_update_ids=world.unlocking),
        )
        answer = computer.post(operations.SYNC_UPDATES, request)
    told = operations.SYNC_UPDATES.decode_response(answer.content)
    assert world.number(world.update) in {each.id for each in told.new_updates}
    expected = {"xpress": "xpress", "gzip": "gzip", "gzip, xpress": "xpress"}.get(encoding)
    assert answer.headers.get("Content-Encoding") == expected
    assert answer.headers["Vary"] == "Accept-Encoding"


def test_a_build_without_a_compiler_answers_as_it_is(
    door: OpenDoor, engine: Engine, tmp_path: Path
) -> None:
    opened = open_door(engine, tmp_path)
    bare = SoapDoor(
        Dispatcher(opened.services, xpress=None),
        opened.services.texts,
        visitor_of=direct,
    )
    opened.door.close()
    with serving(dataclasses.replace(opened, door=bare)) as door:
        computer = door.computer(encoding="xpress")
        answer = computer.post_body(CLIENT, GET_CONFIG)
    assert "Content-Encoding" not in answer.headers and answer.status_code == 200


class _Broken:
    """A service with a bug, or without its database."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def sync(self, *_asked: object) -> NoReturn:
        raise self._error


@pytest.mark.parametrize(
    "error",
    [RuntimeError("the password is hunter2"), StorageError(Sentence("The disk at /x is full."))],
)
def test_errors_of_ours_are_told_to_the_log_alone(
    error: Exception, engine: Engine, tmp_path: Path
) -> None:
    opened = open_door(engine, tmp_path)
    opened.door.close()
    services = dataclasses.replace(opened.services, scan=_Broken(error))  # type: ignore[arg-type]
    broken = SoapDoor(Dispatcher(services, xpress=None), services.texts, visitor_of=direct)
    with (
        structlog.testing.capture_logs() as lines,
        serving(dataclasses.replace(opened, door=broken)) as door,
    ):
        answers = [
            door.computer().post(
                operations.SYNC_UPDATES, SyncUpdatesRequest(cookie=None, parameters=None)
            )
            for _ in range(2)
        ]
    found = [fault_of(answer) for answer in answers]
    assert {(fault.code, fault.at_fault) for fault in found} == {("InternalServerError", "Server")}
    assert all("hunter2" not in answer.text and "/x" not in answer.text for answer in answers)
    ids = [fault.id for fault in found]
    assert len(set(ids)) == 2 and [line["fault"] for line in lines if "fault" in line] == ids


def test_a_crowd_is_asked_to_come_again(engine: Engine, tmp_path: Path) -> None:
    with serving(open_door(engine, tmp_path, limits=DoorLimits(waiting=0))) as door:
        answer = door.computer().post_body(CLIENT, GET_CONFIG)
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
        door.services.contacts.flush()
    with transactions.read(engine) as conn:
        found = {each.reason: each for each in refused_contacts.latest(conn, limit=50)}
    assert found["ServerBusy"].address == "127.0.0.1"


def test_large_bodies_do_not_crowd_out_small_ones(engine: Engine, tmp_path: Path) -> None:
    limits = DoorLimits(bodies=1024 * 1024)
    with serving(open_door(engine, tmp_path, limits=limits)) as door:
        computer = door.computer()
        with raw(door) as line:
            line.sendall(head(CLIENT, f"Content-Length: {8 * 1024 * 1024}"))
            line.sendall(b" " * (1024 * 1024 + 60 * 1024))
            assert computer.post_body(CLIENT, GET_CONFIG).status_code == 200
            line.sendall(b" " * (1024 * 1024))
            answer = heard(line)
            assert answer.status == 503 and answer.getheader("Retry-After")
        large = GET_CONFIG + b" " * (900 * 1024)
        assert computer.post_body(CLIENT, large).status_code == 200


BIG = 3 * 1024 * 1024


@pytest.fixture
def with_large_core(shelf: Shelf, tmp_path: Path) -> Iterator[tuple[Engine, int]]:
    """A catalogue with one more root, whose Core has megabytes, and its number."""
    with shelf.copy(tmp_path) as engine:
        revision = a_revision(kind=UpdateKind.DETECTOID, visible=False, prerequisites=below())
        words = "".join(f"<lar:True n='{n:07}' />" for n in range(BIG // 25))
        rules = Rules(is_installed=f'<lar:Or xmlns:lar="urn:x">{words}</lar:Or>')
        text, packer = write_document(revision, rules).encode(), Packer()
        document = read_document(text, DocumentEncoding.UTF8, revision.identity, packer)
        incoming = IncomingRevision(
            revision=document.revision,
            fragments=document.fragments,
            encoding=DocumentEncoding.UTF8,
            data=packer.pack(text).data,
            xml_size=document.xml_size,
        )
        with transactions.write(engine) as conn:
            ingestion.store_batch(conn, [incoming], arrived_at=NOON, run_id=None)
            settling.catalogue_changed(conn)
            number = conn.execute(core_pieces.select()).first()
        assert number is not None, "the Core is kept in pieces"
        yield engine, number.revision_id


def asking_for_the_large_core(computer: Computer, world: World) -> SyncUpdatesRequest:
    """What is smaller would fill the page first."""
    cached = SyncUpdateParameters(other_cached_update_ids=world.unlocking)
    return SyncUpdatesRequest(cookie=computer.cookie, parameters=cached)


@pytest.mark.parametrize("encoding", ["identity", "xpress", "gzip"])
@pytest.mark.parametrize("ready", [True, False], ids=["ready", "not ready"])
def test_a_large_core_is_sent_in_pieces_with_its_length_told_before(
    encoding: str, ready: bool, with_large_core: tuple[Engine, int], shelf: Shelf, tmp_path: Path
) -> None:
    engine, number = with_large_core
    with transactions.write(engine) as conn:
        for piece in conn.execute(core_pieces.select()).all():
            blocks = xpress.compress(Packer().unpack(piece.packed)) if ready else None
            conn.execute(
                core_pieces.update()
                .where(core_pieces.c.position == piece.position)
                .values(xpress=blocks, xpress_size=len(blocks) if blocks else None)
            )
    with serving(open_door(engine, tmp_path, xpress=xpress.compress)) as door:
        computer = door.computer(encoding=encoding)
        computer.shake_hands()
        answer = computer.post(
            operations.SYNC_UPDATES,
            asking_for_the_large_core(computer, shelf.world),
        )
    assert answer.status_code == 200
    expected = "xpress" if encoding == "xpress" and ready else None
    assert answer.headers.get("Content-Encoding") == expected
    told = operations.SYNC_UPDATES.decode_response(answer.content)
    (core,) = [each.xml for each in told.new_updates if each.id == number]
    with transactions.read(engine) as conn:
        pieces = conn.execute(core_pieces.select().order_by(core_pieces.c.position)).all()
    assert len(pieces) > 2
    assert core == b"".join(Packer().unpack(piece.packed) for piece in pieces)


def test_who_hangs_up_in_a_large_answer_disturbs_nobody(
    with_large_core: tuple[Engine, int], shelf: Shelf, tmp_path: Path
) -> None:
    engine, _ = with_large_core
    with serving(open_door(engine, tmp_path)) as door:
        computer = door.computer()
        computer.shake_hands()
        body = operations.SYNC_UPDATES.encode_request(
            asking_for_the_large_core(computer, shelf.world),
            SoapVersion.SOAP_11,
        )
        for _ in range(5):
            with raw(door) as line:
                line.sendall(head(CLIENT, f"Content-Length: {len(body)}") + body)
                assert line.recv(100).startswith(b"HTTP/1.1 200")
                # gone without a word: what is on its way is answered with a reset
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert computer.scan().new_updates


def test_faults_say_what_a_real_server_says_and_nothing_else(computer: Computer) -> None:
    answer = computer.post(
        operations.SYNC_UPDATES, SyncUpdatesRequest(cookie=None, parameters=None)
    )
    assert re.fullmatch(
        r'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
        r"<s:Body><s:Fault><faultcode>s:Client</faultcode>"
        r"<faultstring>Fault occurred</faultstring><detail><ErrorCode>InvalidCookie</ErrorCode>"
        r"<Message></Message><ID>[0-9a-f-]{36}</ID>"
        r'<Method>"http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService/'
        r'SyncUpdates"</Method></detail></s:Fault></s:Body></s:Envelope>',
        answer.text,
    )
    assert faults.ErrorCode(fault_of(answer).code) is faults.ErrorCode.INVALID_COOKIE
