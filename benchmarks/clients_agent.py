"""A Windows computer that costs next to nothing: what it sends is written once, little is read.

The pretend computers of ``headgate lab clients`` evaluate what they are sent; two cores that also
serve have no time for that. These here say what was prepared, count what comes, and take from
answers the cookies and the numbers of revisions alone.
"""

import http.client
import re
import struct
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from benchmarks import clients_requests as requests
from benchmarks.clients_requests import Described
from headgate.wire.xpress import expand_block

CLIENT = "/ClientWebService/client.asmx"
SIMPLE_AUTH = "/SimpleAuthWebService/SimpleAuth.asmx"
REPORTING = "/ReportingWebService/ReportingWebService.asmx"

_NAMESPACE = uuid.UUID("2b1d6a1e-78ad-4f11-9d3f-6f2f8f3c1a77")
_COOKIE = re.compile(rb"<Expiration>[^<]*</Expiration><EncryptedData>[^<]*</EncryptedData>")
_TICKET = re.compile(rb"<CookieData>([^<]*)</CookieData>")
_LAST_CHANGE = re.compile(rb"<LastChange>([^<]*)</LastChange>")
_NEW = re.compile(rb"<NewUpdates>.*</NewUpdates>", re.DOTALL)
_NUMBER = re.compile(rb"<UpdateInfo><ID>(\d+)</ID>")
_FRAME = struct.Struct("<ii")
_LAST_BLOCKS = 4  #: of an answer that are read: the new cookie stands at its end
_CHUNK = 1 << 20
_HEADERS = {
    "Content-Type": "text/xml; charset=utf-8",
    "User-Agent": "Windows-Update-Agent/1507.2601.30012.0 Client-Protocol/2.90",
}


class Refused(Exception):
    """The server did not answer a request with 200."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer, as much of it as is of use."""

    body: bytes  #: with xpress the text of its last blocks
    size: int  #: bytes that came over the wire
    seconds: float  #: from the first byte of the request to the last of the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Cached:
    """What a computer has and tells in every scan."""

    installed: tuple[int, ...] = ()  #: installed non-leaf revisions
    others: tuple[int, ...] = ()
    drivers: tuple[int, ...] = ()

    def with_new(self, numbers: Sequence[int], installed: frozenset[int]) -> "Cached":
        """Return it with what a software pass brought."""
        return replace(
            self,
            installed=tuple(sorted({*self.installed, *installed.intersection(numbers)})),
            others=tuple(sorted({*self.others, *numbers} - installed)),
        )


class Agent:
    """One computer with one connection."""

    def __init__(self, address: str, number: int) -> None:
        """``number`` makes its id: the same number is the same computer."""
        self.client_id = str(uuid.uuid5(_NAMESPACE, str(number)))
        self.name = f"pc-{number:05d}.bench.example"
        host, port = urlsplit(address).hostname, urlsplit(address).port
        assert host is not None
        self._connection = http.client.HTTPConnection(host, port, timeout=300)
        self._cookie = b""
        self._last_change = ""
        self._sign_on = requests.authorization(self.client_id, self.name)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def post(self, path: str, body: bytes, *, xpress: bool = True) -> Answer:
        """Return the answer to a request. Raises Refused."""
        headers = {**_HEADERS, "Accept-Encoding": "xpress" if xpress else "identity"}
        began = time.perf_counter()
        self._connection.request("POST", path, body, headers)
        answer = self._connection.getresponse()
        packed = answer.getheader("Content-Encoding") == "xpress"
        raw = answer.read()
        seconds = time.perf_counter() - began
        text = end_of(raw) if packed else raw
        if answer.status != 200:
            raise Refused(f"{path}: {answer.status} {text[:1000]!r}")
        return Answer(body=text, size=len(raw), seconds=seconds)

    def raw(self, path: str, body: bytes) -> bytes:
        """Return an answer's body as it came, compressed."""
        self._connection.request("POST", path, body, {**_HEADERS, "Accept-Encoding": "xpress"})
        return self._connection.getresponse().read()

    def prepared(self, path: str, body: bytes) -> bytes:
        """Return the whole message of a request, for those who write to sockets themselves."""
        host = f"{self._connection.host}:{self._connection.port}"
        fields = {
            "Host": host,
            **_HEADERS,
            "Accept-Encoding": "xpress",
            "Content-Length": str(len(body)),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body

    def discard(self, path: str, body: bytes) -> int:
        """Ask, throw the answer away as it comes, and return how many bytes it had."""
        headers = {**_HEADERS, "Accept-Encoding": "xpress"}
        self._connection.request("POST", path, body, headers)
        answer = self._connection.getresponse()
        size = 0
        while chunk := answer.read(_CHUNK):
            size += len(chunk)
        if answer.status != 200:
            raise Refused(f"{path}: {answer.status}")
        return size

    def sign_on(self) -> int:
        """Do the whole handshake of a new computer; return how many calls that took."""
        config = self.post(CLIENT, requests.CONFIG)
        self._last_change = _found(_LAST_CHANGE, config)[1].decode()
        self.renew()
        self.post(CLIENT, self.filled(requests.registration(self.name)))
        return 4

    def renew(self) -> None:
        """Get an authorization cookie, and for it and the cookie of before a new one."""
        ticket = _found(_TICKET, self.post(SIMPLE_AUTH, self._sign_on))[1]
        old = self._cookie or requests.NO_COOKIE
        self._take(self.post(CLIENT, requests.cookie(ticket, old, self._last_change)))

    def filled(self, template: bytes) -> bytes:
        """Return a prepared request with the cookie of now."""
        return template.replace(requests.COOKIE_HERE, self._cookie, 1)

    def scan(self, template: bytes, *, xpress: bool = True) -> Answer:
        """Do one pass and keep the cookie of its answer."""
        answer = self.post(CLIENT, self.filled(template), xpress=xpress)
        self._take(answer)
        return answer

    def report(self, template: bytes) -> Answer:
        """Send a prepared batch of events, each under an id nobody has used."""
        parts = self.filled(template).split(requests.INSTANCE_HERE)
        body = parts[0] + b"".join(str(uuid.uuid4()).encode() + one for one in parts[1:])
        return self.post(REPORTING, body)

    def _take(self, answer: Answer) -> None:
        self._cookie = _found(_COOKIE, answer)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explored:
    """What a first scan came to."""

    calls: tuple[bytes, ...]  #: prepared requests, the software pass first
    cached: Cached


def explore(agent: Agent, installed: frozenset[int], devices: Sequence[Described] = ()) -> Explored:
    """Do the first scan of a computer, page after page, uncompressed, to learn what it has then.

    ``installed``: revisions that count as installed as soon as they have come.
    """
    calls, cached, brought = [], Cached(), True
    while brought:
        calls.append(requests.software(cached.installed, cached.others))
        numbers = _new_in(agent.scan(calls[-1], xpress=False))
        cached, brought = cached.with_new(numbers, installed), bool(numbers)
    brought = True
    while brought:
        calls.append(requests.drivers(cached.installed, cached.drivers, devices))
        numbers = _new_in(agent.scan(calls[-1], xpress=False))
        cached = replace(cached, drivers=(*cached.drivers, *numbers))
        brought = bool(numbers)
    return Explored(calls=tuple(calls), cached=cached)


def _new_in(answer: Answer) -> list[int]:
    new = _NEW.search(answer.body)
    return [int(number) for number in _NUMBER.findall(new[0])] if new else []


def _found(pattern: re.Pattern[bytes], answer: Answer) -> re.Match[bytes]:
    found = None
    for found in pattern.finditer(answer.body):  # noqa: B007 - the last one is wanted
        pass
    if found is None:
        raise Refused(f"{pattern.pattern!r} is missing in {answer.body[-1000:]!r}")
    return found


def end_of(body: bytes) -> bytes:
    """Return the text of an xpress body's last blocks; unpacking all in Python takes too long."""
    frames, at = [], 0
    while at < len(body):
        size, packed = _FRAME.unpack_from(body, at)
        frames.append((at + _FRAME.size, size, packed))
        at += _FRAME.size + packed
    return b"".join(
        body[at : at + packed] if size == packed else expand_block(body[at : at + packed], size)
        for at, size, packed in frames[-_LAST_BLOCKS:]
    )
