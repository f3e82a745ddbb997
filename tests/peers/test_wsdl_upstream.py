"""Our client against an upstream server that was built from the specification's WSDL alone.

Neither side of the wire is ours here but the client: zeep's types (from the WSDL) make every
answer and read every request, and libxml2 validates each request against the WSDL's schema, so a
wrong order or a missing element is seen. Fault bodies are written in the form of the captured
ones, and the captured ones are replayed as they are.
"""

import base64
import threading
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import zeep
from lxml import etree
from tests.material import CAPTURES
from tests.visitor import ACCOUNT, SERVER_ID, Visitor, visiting

from headgate import clock
from headgate.catalogue.documents import DocumentEncoding, ReceivedDocument
from headgate.catalogue.identity import RevisionIdentity
from headgate.upstream.reactions import SourceChanged, SourceFault
from headgate.upstream.source import SourceLanguage

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
XSD = "http://www.w3.org/2001/XMLSchema"
SYNC = "http://www.microsoft.com/SoftwareDistribution"
AUTH = "http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService"
PATHS = {
    "/serversyncwebservice/serversyncwebservice.asmx": SYNC,
    "/dssauthwebservice/dssauthwebservice.asmx": AUTH,
}
PRODUCT = "8c3fcc84-7410-4a95-8b89-a166a0190486"
CLASSIFICATION = "e0789628-ce08-4437-be74-2495b842f43b"
TEXT = RevisionIdentity("11111111-aaaa-4bbb-8ccc-000000000001", 101)
CABINET = RevisionIdentity("11111111-aaaa-4bbb-8ccc-000000000002", 200)
DIGEST = bytes(range(20))
URL = "http://download.example/msdownload/update/software/defu/a_0001.exe"


class Wsdl:
    """Elements of one WSDL, as zeep's types and as a schema of libxml2."""

    def __init__(self, path: Path, namespace: str, folder: Path) -> None:
        self._client = zeep.Client(str(path))
        self._namespace = namespace
        self._schema = etree.XMLSchema(etree.parse(str(_write_schemas(path, folder, namespace))))

    def read(self, message: etree._Element) -> Any:
        """Return a request's values. Raises when it is not what the WSDL says."""
        self._schema.assertValid(message)
        element = self._client.get_element(message.tag)
        return element.parse(deepcopy(message), self._client.wsdl.types)

    def write(self, name: str, **values: Any) -> etree._Element:
        """Return the message ``name`` made of these values."""
        element = self._client.get_element(f"{{{self._namespace}}}{name}")
        parent = etree.Element(f"{{{ENVELOPE}}}Body")
        element.render(parent, element(**values))
        return parent[0]


def _write_schemas(path: Path, folder: Path, namespace: str) -> Path:
    """Write the schemas inside a WSDL as files that import each other; return that of ours."""
    schemas = {
        schema.get("targetNamespace", ""): schema
        for schema in etree.parse(str(path)).iter(f"{{{XSD}}}schema")
    }
    files = {name: folder / f"{number}.xsd" for number, name in enumerate(schemas)}
    for name, schema in schemas.items():
        for imported in schema.iter(f"{{{XSD}}}import"):
            imported.set("schemaLocation", files[imported.get("namespace", "")].name)
        files[name].write_bytes(etree.tostring(schema))
    return files[namespace]


class WsdlUpstream:
    """An upstream server whose every message is made by zeep."""

    def __init__(self, wsdls: dict[str, Wsdl]) -> None:
        self._wsdls = wsdls
        self.requests: list[tuple[str, Any]] = []
        self.refused: list[str] = []
        self.faults: dict[str, list[bytes]] = {}
        self.cookies: list[bytes] = []
        self.anchor = "7,2026-11-20 12:00:00.123"

    def answer(self, path: str, action: str, body: bytes) -> tuple[int, bytes]:
        try:
            return self._answer(path, action, etree.fromstring(body))
        except Exception as error:  # what the WSDL's types refuse, the test has to see
            self.refused.append(f"{error!r} in {body.decode()}")
            return 400, b""

    def _answer(self, path: str, action: str, envelope: etree._Element) -> tuple[int, bytes]:
        namespace = PATHS[path.lower()]
        assert envelope.tag == f"{{{ENVELOPE}}}Envelope"
        assert [part.tag for part in envelope] == [f"{{{ENVELOPE}}}Body"]
        (message,) = envelope[0]
        operation = etree.QName(message).localname
        assert action == f'"{namespace}/{operation}"'
        values = self._wsdls[namespace].read(message)
        self.requests.append((operation, values))
        if self.faults.get(operation):
            return 500, self.faults[operation].pop(0)
        result = getattr(self, operation)(values)
        answer = self._wsdls[namespace].write(
            f"{operation}Response", **{f"{operation}Result": result}
        )
        return 200, soap(answer)

    def GetAuthConfig(self, _: Any) -> dict[str, Any]:
        plug_in = {
            "PlugInID": "DssTargeting",
            "ServiceUrl": "DssAuthWebService/DssAuthWebService.asmx",
            "Parameter": "",
        }
        return {
            "LastChange": datetime(2026, 10, 4, tzinfo=UTC),
            "AuthInfo": {"AuthPlugInInfo": [plug_in]},
        }

    def GetAuthorizationCookie(self, request: Any) -> dict[str, Any]:
        assert (request.accountName, request.accountGuid) == (ACCOUNT, SERVER_ID)
        assert request.programKeys is None
        return {"PlugInId": "DssTargeting", "CookieData": b"\x00permit\xff"}

    def GetCookie(self, request: Any) -> dict[str, Any]:
        (permit,) = request.authCookies.AuthorizationCookie
        assert (permit.PlugInId, permit.CookieData) == ("DssTargeting", b"\x00permit\xff")
        assert request.protocolVersion == "1.20"
        self.cookies.append(bytes(range(200, 232)) + bytes([len(self.cookies)]))
        expires = datetime.now(UTC) + timedelta(minutes=240)
        return {"Expiration": expires, "EncryptedData": self.cookies[-1]}

    def GetConfigData(self, request: Any) -> dict[str, Any]:
        self._check(request.cookie)
        language = {
            "LanguageID": 1031,
            "ShortLanguage": "de",
            "LongLanguage": "German",
            "Enabled": True,
        }
        return {
            "CatalogOnlySync": True,
            "LazySync": False,
            "ServerHostsPsfFiles": False,
            "MaxNumberOfComputerIdsInRequest": 0,
            "MaxNumberOfDriverSetsPerRequest": 0,
            "MaxNumberOfPnpHardwareIdsInRequest": 0,
            "MaxNumberOfUpdatesPerRequest": 50,
            "NewConfigAnchor": self.anchor,
            "ProtocolVersion": "1.20",
            "LanguageUpdateList": {"ServerSyncLanguageData": [language]},
            "MaxUpdatesPerRequestInGetUpdateDecryptionData": 100,
        }

    def GetRevisionIdList(self, request: Any) -> dict[str, Any]:
        self._check(request.cookie)
        listed = [
            {"UpdateID": one.update_id.upper(), "RevisionNumber": one.revision_number}
            for one in (TEXT, CABINET)
        ]
        return {"Anchor": self.anchor, "NewRevisions": {"UpdateIdentity": listed}}

    def GetUpdateData(self, request: Any) -> dict[str, Any]:
        self._check(request.cookie)
        documents: dict[str, dict[str, Any]] = {
            TEXT.update_id: {"XmlUpdateBlob": "<Update a='1'>\u00e4 &amp; \U0001f600</Update>"},
            CABINET.update_id: {
                "FileDigestList": {"base64Binary": [DIGEST]},
                "XmlUpdateBlobCompressed": b"MSCF\x00\x01\x02\xff",
            },
        }
        wanted = request.updateIds.UpdateIdentity
        return {
            "updates": {
                "ServerSyncUpdateData": [
                    {
                        "Id": {"UpdateID": one.UpdateID, "RevisionNumber": one.RevisionNumber},
                        **documents[one.UpdateID],
                    }
                    for one in wanted
                ]
            },
            "fileUrls": {"ServerSyncUrlData": [{"FileDigest": DIGEST, "MUUrl": URL, "UssUrl": ""}]},
        }

    def _check(self, cookie: Any) -> None:
        assert cookie.EncryptedData == self.cookies[-1], "the cookie came back changed"

    def asked(self, operation: str) -> list[Any]:
        return [values for name, values in self.requests if name == operation]


def soap(message: etree._Element) -> bytes:
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE})
    etree.SubElement(envelope, f"{{{ENVELOPE}}}Body").append(message)
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def soap_fault(code: str, parameter: str, operation: str) -> bytes:
    """Return a fault in the form of exchanges 000017 to 000019."""
    fault = etree.Element(f"{{{ENVELOPE}}}Fault", nsmap={"soap": ENVELOPE})
    for name, text in (
        ("faultcode", "soap:Client"),
        ("faultstring", "Fault occurred"),
        ("faultactor", "http://127.0.0.1:8530/ServerSyncWebService/ServerSyncWebService.asmx"),
    ):
        etree.SubElement(fault, name).text = text
    detail = etree.SubElement(fault, "detail")
    for name, text in (
        ("ErrorCode", code),
        ("Message", parameter),
        ("ID", "94327110-fc7e-4c3c-878d-186ab273d9fd"),
        ("Method", f'"{SYNC}/{operation}"'),
    ):
        etree.SubElement(detail, name).text = text
    return soap(fault)


@pytest.fixture(scope="module")
def wsdls(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Wsdl]:
    return {
        namespace: Wsdl(shared / "wsdl" / name, namespace, tmp_path_factory.mktemp("xsd"))
        for namespace, name in ((SYNC, "ServerSync.wsdl"), (AUTH, "DssAuth.wsdl"))
    }


@pytest.fixture
def upstream(wsdls: dict[str, Wsdl]) -> WsdlUpstream:
    return WsdlUpstream(wsdls)


@pytest.fixture
def visitor(upstream: WsdlUpstream) -> Iterator[Visitor]:
    with serving(upstream.answer) as base_url, visiting(base_url, clock.now) as visitor:
        yield visitor


class serving:  # noqa: N801 - reads as a deed
    """Serve ``answer(path, action, body)`` on a free port of 127.0.0.1."""

    def __init__(self, answer: Callable[[str, str, bytes], tuple[int, bytes]]) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, reply = answer(self.path, self.headers["SOAPAction"], body)
                self.send_response(status)
                self.send_header("Content-Type", "text/xml; charset=utf-8")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def test_a_whole_dialogue_with_a_server_made_of_the_wsdl(
    upstream: WsdlUpstream, visitor: Visitor
) -> None:
    described = visitor.source.describe(None)
    configuration = visitor.source.list_configuration(None)
    listed = visitor.source.list_updates(
        anchor=None, products=[PRODUCT], classifications=[CLASSIFICATION], delta=False
    )
    batch = visitor.source.documents(listed.identities)

    assert upstream.refused == []
    assert [name for name, _ in upstream.requests] == [
        "GetAuthConfig",
        "GetAuthorizationCookie",
        "GetCookie",
        "GetConfigData",
        "GetRevisionIdList",
        "GetRevisionIdList",
        "GetUpdateData",
    ]
    assert described.catalogue_only is True
    assert described.lazy is False
    assert described.max_updates_per_request == 50
    assert (described.protocol_version, described.anchor) == ("1.20", upstream.anchor)
    assert described.languages == (
        SourceLanguage(language_id=1031, short_name="de", long_name="German", enabled=True),
    )
    assert configuration.identities == listed.identities == (TEXT, CABINET)
    assert configuration.anchor == upstream.anchor
    assert batch.documents == (
        ReceivedDocument(
            identity=TEXT,
            encoding=DocumentEncoding.UTF8,
            data="<Update a='1'>\u00e4 &amp; \U0001f600</Update>".encode(),
        ),
        ReceivedDocument(
            identity=CABINET, encoding=DocumentEncoding.CABINET, data=b"MSCF\x00\x01\x02\xff"
        ),
    )
    assert batch.undelivered == ()
    assert batch.mu_urls == {DIGEST: URL}


def test_filters_carry_what_microsoft_demands_and_nothing_more(
    upstream: WsdlUpstream, visitor: Visitor
) -> None:
    visitor.source.list_configuration("7,2026-10-01 00:00:00.000")
    visitor.source.list_updates(
        anchor="7,2026-10-02 00:00:00.000",
        products=[PRODUCT.upper(), CABINET.update_id],
        classifications=[CLASSIFICATION],
        delta=True,
    )
    assert upstream.refused == []
    first, second = (request.filter for request in upstream.asked("GetRevisionIdList"))
    assert (first.Anchor, first.GetConfig) == ("7,2026-10-01 00:00:00.000", True)
    assert (second.Anchor, second.GetConfig) == ("7,2026-10-02 00:00:00.000", False)
    assert first.Categories is first.Classifications is None
    assert [(one.Id, one.Delta) for one in second.Categories.IdAndDelta] == [
        (PRODUCT, True),
        (CABINET.update_id, True),
    ]
    assert [(one.Id, one.Delta) for one in second.Classifications.IdAndDelta] == [
        (CLASSIFICATION, True)
    ]
    for sent in (first, second):
        assert sent.Get63LanguageOnly is False
        assert sent.DssProtocolVersion is None
        assert sent.Languages is None


def test_an_anchor_goes_back_as_it_came(upstream: WsdlUpstream, visitor: Visitor) -> None:
    upstream.anchor = "opaque <&> 2026"
    anchor = visitor.source.describe(None).anchor
    visitor.source.describe(anchor)
    assert upstream.refused == []
    assert [one.configAnchor for one in upstream.asked("GetConfigData")] == [None, upstream.anchor]


def test_a_session_is_renewed_with_the_old_cookie_where_the_wsdl_wants_it(
    upstream: WsdlUpstream, wsdls: dict[str, Wsdl]
) -> None:
    late = timedelta()
    with (
        serving(upstream.answer) as base_url,
        visiting(base_url, lambda: clock.now() + late) as visitor,
    ):
        visitor.source.describe(None)
        late = timedelta(minutes=239)
        visitor.source.describe(None)
    assert upstream.refused == []
    first, second = upstream.asked("GetCookie")
    assert first.oldCookie is None
    assert second.oldCookie.EncryptedData == upstream.cookies[0]


@pytest.mark.parametrize(
    ("code", "calls"),
    [
        ("InvalidParameters", 1),
        ("InternalServerError", 1),
        ("IncompatibleProtocolVersion", 1),
        ("FileDigestsMissing", 1),
        ("InvalidCookie", 3),
        ("InvalidAuthorizationCookie", 3),
        ("ServerBusy", 6),
    ],
)
def test_faults_are_understood_and_repeated_as_often_as_makes_sense(
    upstream: WsdlUpstream, visitor: Visitor, code: str, calls: int
) -> None:
    upstream.faults["GetRevisionIdList"] = [soap_fault(code, "filter", "GetRevisionIdList")] * 20
    with pytest.raises(SourceFault) as raised:
        visitor.source.list_configuration(None)
    assert upstream.refused == []
    assert (raised.value.code, raised.value.parameter) == (code, "filter")
    assert raised.value.fault_id == "94327110-fc7e-4c3c-878d-186ab273d9fd"
    assert len(upstream.asked("GetRevisionIdList")) == calls


def test_a_changed_server_is_understood(upstream: WsdlUpstream, visitor: Visitor) -> None:
    upstream.faults["GetRevisionIdList"] = [soap_fault("ServerChanged", "", "GetRevisionIdList")]
    with pytest.raises(SourceChanged):
        visitor.source.list_configuration("7,2026-10-01 00:00:00.000")


def _captured_faults() -> list[Path]:
    if CAPTURES is None:
        return []
    headers = sorted((CAPTURES / "wsusss").glob("exchanges*/*/response.headers"))
    return [one.parent for one in headers if b" 500 " in one.read_bytes().splitlines()[0]]


@pytest.mark.parametrize("exchange", _captured_faults(), ids=lambda path: path.name)
def test_faults_of_a_real_server_are_understood(
    upstream: WsdlUpstream, visitor: Visitor, exchange: Path
) -> None:
    body = (exchange / "response.body").read_bytes()
    code = etree.fromstring(body).findtext(".//detail/ErrorCode")
    upstream.faults["GetConfigData"] = [body] * 5
    with pytest.raises(SourceFault) as raised:
        visitor.source.describe(None)
    assert raised.value.code == code
    assert code in str(raised.value)


@pytest.mark.parametrize(
    "wrong",
    [
        "<GetConfig>true</GetConfig>",
        "<Get63LanguageOnly>false</Get63LanguageOnly><GetConfig>true</GetConfig>",
        "<GetConfig>true</GetConfig><Get63LanguageOnly>false</Get63LanguageOnly><Anchor>1</Anchor>",
    ],
)
def test_the_wsdl_does_refuse_wrong_requests(upstream: WsdlUpstream, wrong: str) -> None:
    """Were it not so, everything above would prove little."""
    cookie = base64.b64encode(b"x").decode()
    upstream.cookies = [b"x"]
    request = soap(
        etree.fromstring(
            f'<GetRevisionIdList xmlns="{SYNC}"><cookie>'
            "<Expiration>2026-11-20T12:00:00Z</Expiration>"
            f"<EncryptedData>{cookie}</EncryptedData></cookie>"
            f"<filter>{wrong}</filter></GetRevisionIdList>"
        )
    )
    action = f'"{SYNC}/GetRevisionIdList"'
    status, _ = upstream.answer("/ServerSyncWebService/ServerSyncWebService.asmx", action, request)
    assert status == 400
    assert upstream.refused
