"""HTTP as the agent and its downloader speak it (FACTS §1.4, §1.5, §6.1).

Requests carry the headers of a real agent; answers may be ``xpress``, faults too, and are unpacked
before anything is read of them (FACTS §13, trap 12).
"""

import itertools
import uuid
from collections.abc import Iterable
from types import TracebackType
from typing import Final, TypeVar
from urllib.parse import urlsplit

import httpx2

from headgate.errors import MalformedMessage
from headgate.sentences import Sentence, said_by
from headgate.simulator.windows_client.agent_errors import (
    AnswerRefused,
    DownloadFailed,
    ServerSaidNo,
    ServerUnreachable,
)
from headgate.wire import answers
from headgate.wire.clientsync.operations import Operation
from headgate.wire.soap import SoapVersion
from headgate.wire.xpress import XpressReader

AGENT_VERSION = (1507, 2601, 30012, 0)
PROTOCOL = "2.90"
_USER_AGENT = f"Windows-Update-Agent/{'.'.join(map(str, AGENT_VERSION))} Client-Protocol/{PROTOCOL}"
_DOWNLOADER = "Microsoft-Delivery-Optimization/10.1"
_CONNECTIONS = 8
_TIMEOUT = httpx2.Timeout(120.0, connect=15.0, pool=None)
_LARGEST_ANSWER = 1 << 30
#: WU_E_PT_HTTP_STATUS_… by status; others are WU_E_PT_HTTP_STATUS_NOT_MAPPED.
_HTTP_CODES: Final = {
    400: 0x80244016,
    401: 0x80244017,
    403: 0x80244018,
    404: 0x80244019,
    405: 0x8024401A,
    407: 0x8024401B,
    408: 0x8024401C,
    500: 0x8024401F,
    502: 0x80244021,
    503: 0x80244022,
    504: 0x80244023,
}
_OTHER_STATUS = 0x8024402B
_UNREADABLE = 0x80244008  #: WU_E_PT_SOAPCLIENT_PARSE
#: No HTTP: nobody answers, or an address nobody can have (UnicodeError: a name DNS cannot carry).
_NO_ANSWER = (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError)

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


def wrong_address(server: str) -> Sentence | None:
    """Return why this cannot be the address of a server, None when it can."""
    if not server.isprintable() or " " in server:
        return Sentence("{server!r} has a blank or a control character in it.", server=server)
    if "?" in server or "#" in server:
        return Sentence(
            "{server!r} has a query or a fragment, and no call can be put behind that.",
            server=server,
        )
    try:
        parts = urlsplit(server)
        is_one = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        httpx2.URL(server).raw_host.decode("ascii").encode("idna")
    except (ValueError, httpx2.InvalidURL):  # a port that is no number, a name with a hole
        is_one = False
    return None if is_one else Sentence("{server!r} is no address of a server.", server=server)


class Connection:
    """The way from one computer to its server; any number of its threads may use it."""

    def __init__(self, server: str) -> None:
        wrong = wrong_address(server)
        if wrong is not None:
            raise ServerUnreachable(wrong)
        self.server = server.rstrip("/")
        self._client = httpx2.Client(
            timeout=_TIMEOUT,
            trust_env=False,
            limits=httpx2.Limits(
                max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS
            ),
        )
        self._client.headers.clear()
        self._vector = f"{uuid.uuid4().hex[:16]}.0."
        self._calls = itertools.count(1)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()

    def call(
        self, operation: Operation[_Request, _Response], request: _Request, path: str
    ) -> _Response:
        """Return the answer to a request that is posted to ``path`` of the server.

        Raises SoapFault, ServerSaidNo for other refusals, ServerUnreachable, and AnswerRefused when
        the answer cannot be read.
        """
        status, body = self._post(path, operation.action, self._encoded(operation, request))
        try:
            if status == 500:
                raise answers.decode_fault(body)
            if status != 200:
                raise _refused(status)
            return operation.decode_response(body)
        except MalformedMessage as error:
            if status != 200:
                raise _refused(status) from error
            raise AnswerRefused(
                Sentence(
                    "The answer to {operation} cannot be read: {reason}",
                    operation=operation.name,
                    reason=said_by(error),
                ),
                hresult=_UNREADABLE,
            ) from error

    @staticmethod
    def _encoded(operation: Operation[_Request, _Response], request: _Request) -> bytes:
        return operation.encode_request(request, SoapVersion.SOAP_11)

    def _post(self, path: str, action: str, body: bytes) -> tuple[int, bytes]:
        headers = {
            "Cache-Control": "no-cache",
            "Connection": "Keep-Alive",
            "Pragma": "no-cache",
            "Content-Type": "text/xml; charset=utf-8",
            "Accept-Encoding": "xpress",
            "User-Agent": _USER_AGENT,
            "SOAPAction": f'"{action}"',
            "MS-CV": f"{self._vector}{next(self._calls)}",
        }
        url = f"{self.server}/{path.lstrip('/')}"
        try:
            with self._client.stream("POST", url, content=body, headers=headers) as answer:
                encoding = answer.headers.get("Content-Encoding", "identity").lower()
                return answer.status_code, _unpacked(encoding, answer.iter_raw())
        except _NO_ANSWER as error:
            raise ServerUnreachable(
                Sentence("{url} does not answer: {reason}", url=url, reason=str(error))
            ) from error

    def fetch(self, url: str, first: int, last: int, size: int) -> tuple[bytes, str]:
        """Return bytes ``first`` to ``last`` of a file of ``size`` bytes, and the file's ETag.

        Raises DownloadFailed when the answer is not exactly those bytes.
        """
        headers = {
            "Connection": "Keep-Alive",
            "Accept": "*/*",
            "Range": f"bytes={first}-{last}",
            "User-Agent": _DOWNLOADER,
            "MS-CV": f"{self._vector}{next(self._calls)}",
            "Content-Length": "0",
        }
        try:
            answer = self._client.get(url, headers=headers)
        except _NO_ANSWER as error:
            raise DownloadFailed(
                Sentence("{url} does not answer: {reason}", url=url, reason=str(error))
            ) from error
        wrong = _what_is_wrong(answer, f"bytes {first}-{last}/{size}", last - first + 1)
        if wrong is not None:
            raise DownloadFailed(Sentence("{url}: {reason}", url=url, reason=wrong))
        return answer.content, answer.headers.get("ETag", "")


def _what_is_wrong(answer: httpx2.Response, wanted: str, size: int) -> str | None:
    """Return why a range is refused, None when it is as asked for."""
    if answer.status_code != 206:
        return Sentence("a range was answered with status {status}", status=answer.status_code)
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        return Sentence("the file was sent compressed")
    if "Transfer-Encoding" in answer.headers:
        return Sentence("the file was sent in chunks, without a length")
    if answer.headers.get("Content-Range") != wanted:
        found = answer.headers.get("Content-Range", "")
        return Sentence("asked for {wanted} and received {found!r}", wanted=wanted, found=found)
    if len(answer.content) != size:
        return Sentence(
            "asked for {size} bytes and received {found}", size=size, found=len(answer.content)
        )
    return None


def _refused(status: int) -> ServerSaidNo:
    return ServerSaidNo(
        Sentence("The server answered with HTTP status {status}.", status=str(status)),
        hresult=_HTTP_CODES.get(status, _OTHER_STATUS),
    )


def _unpacked(encoding: str, chunks: Iterable[bytes]) -> bytes:
    if encoding not in {"identity", "xpress"}:
        raise AnswerRefused(
            Sentence("The answer is encoded as {encoding!r}.", encoding=encoding),
            hresult=_UNREADABLE,
        )
    reader = XpressReader() if encoding == "xpress" else None
    body = bytearray()
    try:
        for chunk in chunks:
            body += chunk if reader is None else reader.feed(chunk)
            if len(body) > _LARGEST_ANSWER:
                raise AnswerRefused(Sentence("The answer does not end."), hresult=_UNREADABLE)
        if reader is not None:
            reader.close()
    except MalformedMessage as error:
        raise AnswerRefused(said_by(error), hresult=_UNREADABLE) from error
    return bytes(body)
