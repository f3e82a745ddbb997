"""An update source whose every answer a test may script, over real HTTP on 127.0.0.1.

It is no product code and shares none with it: SOAP is written here by hand, in the shape of the
captured exchanges, and requests are read with regular expressions. Left alone it behaves like a
WSUS: it shakes hands, checks cookies against its own clock, and faults a whole GetUpdateData for
one identity it does not know. ``next`` puts answers in front of that; ``always`` replaces it.
"""

import re
import struct
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

from headgate.catalogue.identity import RevisionIdentity

SYNC_SERVICE = "/ServerSyncWebService/ServerSyncWebService.asmx"
AUTH_SERVICE = "/DssAuthWebService/DssAuthWebService.asmx"
SYNC = "http://www.microsoft.com/SoftwareDistribution"
AUTH = "http://www.microsoft.com/SoftwareDistribution/Server/DssAuthWebService"
START = datetime(2026, 11, 20, 12, 0, 0, 500_000, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass
class Asked:
    """A request as it arrived."""

    operation: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def cookie(self) -> str:
        return _first(r"<cookie>.*?<EncryptedData>([^<]*)</EncryptedData></cookie>", self.body)

    @property
    def expiration(self) -> datetime:
        found = _first(r"<cookie><Expiration>([^<]*)</Expiration>", self.body)
        return datetime.fromisoformat(found)

    @property
    def identities(self) -> list[RevisionIdentity]:
        return [
            RevisionIdentity(update_id, int(revision))
            for update_id, revision in re.findall(
                r"<UpdateID>([^<]*)</UpdateID><RevisionNumber>(\d+)</RevisionNumber>", self.body
            )
        ]


@dataclass
class Reply:
    """An answer; ``announced`` is the Content-Length when it is not the body's."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "text/xml; charset=utf-8"
    announced: int | None = None


Script = Callable[[Asked], Reply]


class ScriptedSource:
    """The source: what it has been asked, what it knows, and what it will say."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.ahead = timedelta()  #: how far its clock is ahead of ours
        self.lifetime = timedelta(minutes=240)
        self.tells_date = True
        self.asked: list[Asked] = []
        self.known: dict[RevisionIdentity, str] = {}
        self.listed: list[RevisionIdentity] = []
        self.anchor = "9438,2026-11-20 12:00:00.500"
        self.most_updates = 100
        self.service_url = AUTH_SERVICE.lstrip("/")
        self.expired_uses = 0
        self.base_url = ""
        self._queued: dict[str, list[Reply | Script]] = defaultdict(list)
        self._scripts: dict[str, Script] = {}
        self._cookies: set[str] = set()
        self._lock = threading.Lock()

    def next(self, operation: str, *replies: Reply | Script) -> None:
        """Answer the next calls of ``operation`` with these, then as always."""
        self._queued[operation] += replies

    def always(self, operation: str, script: Script) -> None:
        """Answer ``operation`` like this from now on."""
        self._scripts[operation] = script

    def forget_sessions(self) -> None:
        """Refuse every cookie given so far, as after a restart with new keys."""
        with self._lock:
            self._cookies.clear()

    def calls(self, operation: str) -> list[Asked]:
        """Return what was asked of one operation."""
        return [one for one in self.asked if one.operation == operation]

    @property
    def operations(self) -> list[str]:
        return [one.operation for one in self.asked]

    @property
    def now(self) -> datetime:
        return self.clock() + self.ahead

    def answer(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
            queued = self._queued[asked.operation]
            script = queued.pop(0) if queued else self._scripts.get(asked.operation)
        if isinstance(script, Reply):
            return script
        return script(asked) if script else self.ordinary(asked)

    def ordinary(self, asked: Asked) -> Reply:
        """What a healthy WSUS says."""
        if asked.operation in ("GetAuthConfig", "GetAuthorizationCookie", "GetCookie"):
            return {
                "GetAuthConfig": self._auth_config,
                "GetAuthorizationCookie": self._authorization_cookie,
                "GetCookie": self._cookie,
            }[asked.operation]()
        with self._lock:
            if asked.cookie not in self._cookies:
                return fault("InvalidCookie", asked)
            if asked.expiration <= self.now:
                self.expired_uses += 1
        return {
            "GetConfigData": self._config_data,
            "GetRevisionIdList": self._revision_id_list,
            "GetUpdateData": self.update_data,
        }[asked.operation](asked)

    def _auth_config(self) -> Reply:
        return message(
            "GetAuthConfig",
            "<LastChange>2026-10-04T13:16:35.433Z</LastChange><AuthInfo><AuthPlugInInfo>"
            f"<PlugInID>DssTargeting</PlugInID><ServiceUrl>{self.service_url}</ServiceUrl>"
            "<Parameter /></AuthPlugInInfo></AuthInfo>",
        )

    def _authorization_cookie(self) -> Reply:
        return message(
            "GetAuthorizationCookie",
            "<PlugInId>DssTargeting</PlugInId><CookieData>cGVybWl0</CookieData>",
            AUTH,
        )

    def _cookie(self) -> Reply:
        with self._lock:
            token = f"Y29v{len(self._cookies) + len(self.asked):04d}"
            self._cookies.add(token)
        expires = (self.now + self.lifetime).strftime("%Y-%m-%dT%H:%M:%S.%f")
        return message(
            "GetCookie",
            f"<Expiration>{expires}Z</Expiration><EncryptedData>{token}</EncryptedData>",
        )

    def _config_data(self, asked: Asked) -> Reply:
        zeros = "".join(
            f"<MaxNumberOf{name}>0</MaxNumberOf{name}>"
            for name in (
                "ComputerIdsInRequest",
                "DriverSetsPerRequest",
                "PnpHardwareIdsInRequest",
            )
        )
        language = (
            "<ServerSyncLanguageData><LanguageID>1033</LanguageID><ShortLanguage>en</ShortLanguage>"
            "<LongLanguage>English</LongLanguage><Enabled>true</Enabled></ServerSyncLanguageData>"
        )
        return message(
            "GetConfigData",
            "<CatalogOnlySync>false</CatalogOnlySync><LazySync>true</LazySync>"
            f"<ServerHostsPsfFiles>false</ServerHostsPsfFiles>{zeros}"
            f"<MaxNumberOfUpdatesPerRequest>{self.most_updates}</MaxNumberOfUpdatesPerRequest>"
            f"<NewConfigAnchor>{self.anchor}</NewConfigAnchor><ProtocolVersion>1.20"
            f"</ProtocolVersion><LanguageUpdateList>{language}</LanguageUpdateList>"
            "<MaxUpdatesPerRequestInGetUpdateDecryptionData>100"
            "</MaxUpdatesPerRequestInGetUpdateDecryptionData>",
        )

    def _revision_id_list(self, asked: Asked) -> Reply:
        revisions = "".join(identity(one, "UpdateIdentity") for one in self.listed)
        array = f"<NewRevisions>{revisions}</NewRevisions>" if revisions else "<NewRevisions />"
        return message("GetRevisionIdList", f"<Anchor>{self.anchor}</Anchor>{array}")

    def update_data(self, asked: Asked) -> Reply:
        """Deliver what is asked; one unknown identity, or too many, and nothing is delivered."""
        if len(asked.identities) > self.most_updates:
            return fault("InvalidParameters", asked, "updateIds")
        if any(one not in self.known for one in asked.identities):
            return fault("InternalServerError", asked)
        return documents({one: self.known[one] for one in asked.identities})


def message(operation: str, result: str, namespace: str = SYNC) -> Reply:
    """Return a successful answer."""
    return Reply(
        envelope(
            f'<{operation}Response xmlns="{namespace}"><{operation}Result>{result}'
            f"</{operation}Result></{operation}Response>"
        )
    )


def envelope(content: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">'
        f"<soap:Body>{content}</soap:Body></soap:Envelope>"
    ).encode()


def fault(code: str, asked: Asked, parameter: str = "", status: int = 500) -> Reply:
    """Return a fault as captured: unqualified children, the action in quotes."""
    at_fault = "Server" if code == "InternalServerError" else "Client"
    error_code = f"<ErrorCode>{code}</ErrorCode>" if code else ""
    return Reply(
        envelope(
            f"<soap:Fault><faultcode>soap:{at_fault}</faultcode>"
            "<faultstring>Fault occurred</faultstring>"
            f"<detail>{error_code}<Message>{escape(parameter)}</Message>"
            "<ID>6ea693bc-a66e-4334-a797-043728561c7d</ID>"
            f'<Method>"{asked.headers.get("soapaction", "").strip(chr(34))}"</Method></detail>'
            "</soap:Fault>"
        ),
        status=status,
        headers={"Connection": "close"},
    )


def faulting(code: str, parameter: str = "") -> Script:
    """Return a script that answers with a fault."""
    return lambda asked: fault(code, asked, parameter)


def documents(found: dict[RevisionIdentity, str], urls: dict[str, str] | None = None) -> Reply:
    """Return a GetUpdateData answer with these documents as text, and base64 digests to URLs."""
    return message("GetUpdateData", delivered(list(found.items()), urls or {}))


def delivered(found: list[tuple[RevisionIdentity, str]], urls: dict[str, str]) -> str:
    updates = "".join(
        f"<ServerSyncUpdateData>{identity(one, 'Id')}"
        f"<XmlUpdateBlob>{escape(text)}</XmlUpdateBlob></ServerSyncUpdateData>"
        for one, text in found
    )
    files = "".join(
        f"<ServerSyncUrlData><FileDigest>{digest}</FileDigest><MUUrl>{escape(url)}</MUUrl>"
        "<UssUrl /></ServerSyncUrlData>"
        for digest, url in urls.items()
    )
    return f"<updates>{updates}</updates><fileUrls>{files}</fileUrls>"


def identity(one: RevisionIdentity, name: str) -> str:
    return (
        f"<{name}><UpdateID>{one.update_id}</UpdateID>"
        f"<RevisionNumber>{one.revision_number}</RevisionNumber></{name}>"
    )


def revision(number: int) -> RevisionIdentity:
    """Return an identity of our own making."""
    return RevisionIdentity(f"5e55{number:04x}-0000-4000-8000-{number:012x}", 1 + number % 200)


def xpress(body: bytes, block: int = 16_352, stored_tail: bool = True) -> Reply:
    """Return ``body`` in blocks of literals (plain LZ77), the last one stored, as FACTS §1.5."""
    pieces = [body[start : start + block] for start in range(0, len(body), block)]
    framed = [_literals(piece) for piece in pieces]
    if stored_tail:
        framed[-1] = pieces[-1]
    blocks = (
        struct.pack("<ii", len(plain), len(packed)) + packed
        for plain, packed in zip(pieces, framed, strict=True)
    )
    return Reply(b"".join(blocks), headers={"Content-Encoding": "xpress"})


def _literals(plain: bytes) -> bytes:
    """Thirty-two literals after each word of flags; the unused flags of the last one are set."""
    packed = bytearray()
    for start in range(0, len(plain), 32):
        group = plain[start : start + 32]
        unused = 32 - len(group)
        packed += struct.pack("<I", (1 << unused) - 1) + group
    return bytes(packed)


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else ""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Pass over connections that the client gave up; anything else is a fault of a test."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def scripted_source(clock: Clock | None = None) -> Iterator[ScriptedSource]:
    """Run a source on a free port of 127.0.0.1; it listens before this returns."""
    source = ScriptedSource(clock or Clock())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet per answer: two would wait for each other's acknowledgement

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            body = self.rfile.read(length).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            operation = _first(r"<soap:Body><(\w+)", body)
            self.send(source.answer(Asked(operation, self.path, headers, body)))

        def send(self, reply: Reply) -> None:
            self.send_response_only(reply.status)
            length = len(reply.body) if reply.announced is None else reply.announced
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(length))
            if source.tells_date:
                date = format_datetime(source.now.replace(microsecond=0), usegmt=True)
                self.send_header("Date", date)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)
            self.wfile.flush()
            if length != len(reply.body) or reply.headers.get("Connection") == "close":
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    source.base_url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield source
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
