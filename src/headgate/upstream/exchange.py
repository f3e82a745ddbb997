"""One question and one answer: SOAP 1.1 over HTTP, as a Windows computer asks (FACTS §1.3, §1.4).

Decides what an HTTP answer is: a message, a fault, trouble that may pass, or an address where no
update source is. ``Accept-Encoding`` is exactly what Windows sends, because that is what every
source has been seen to understand; a plain answer is as good. Bodies are read while they arrive.
Repeating and reacting is left to :mod:`headgate.upstream.session`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Generic, TypeVar

import httpx2

from headgate.errors import MalformedMessage, SourceError
from headgate.sentences import Sentence, said_by
from headgate.upstream.failures import PassingTrouble
from headgate.wire import answers
from headgate.wire.soap import SoapVersion
from headgate.wire.xpress import XpressReader

_Message = TypeVar("_Message")

#: Turns the pieces of a body into a message; raises SoapFault and MalformedMessage.
Reader = Callable[[Iterable[bytes]], _Message]

#: The largest body read as a whole: 150,000 identities take 19 MB, two million 254.
MOST_BYTES = 256 * 1024 * 1024

#: A fault has less than a kilobyte; a web page seldom more.
_MOST_BYTES_OF_A_REFUSAL = 1024 * 1024

#: How much of an answer is looked at to tell a web page from SOAP.
_BEGINNING = 1024

_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))

_CHECK_ADDRESS = Sentence(
    "Check name, port and TLS of the source (`headgate settings show source`)."
)
_CHECK_REDIRECTION = Sentence(
    "If that address is the update source, set it as such; else check what is in between."
)
_CHECK_FILTERS = Sentence(
    "Check whether the source requires TLS or a proxy or filter forbids its address."
)
_ALLOW_ANONYMOUS = Sentence(
    "Allow anonymous access to ServerSyncWebService and DssAuthWebService in the upstream "
    "server's IIS."
)


class SourceUnavailable(PassingTrouble):
    """HTTP 5xx, 408, 425 or 429 without a fault in it: something in between, or a restart.

    ``status`` is the HTTP status, ``retry_after`` how long we are asked to stay away, if said.
    """

    next_step = Sentence(
        "Look at the upstream server (or the proxy in between), and synchronize later."
    )

    def __init__(self, message: str, *, status: int, retry_after: timedelta | None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


class UnreadableAnswer(PassingTrouble):
    """An answer that came to its end and cannot be understood; ``raw`` is its beginning."""

    next_step = Sentence(
        "Run `headgate doctor`; if a proxy or filter is in between, exempt the source."
    )

    def __init__(self, message: str, *, raw: bytes, next_step: str | None = None) -> None:
        super().__init__(message, next_step=next_step)
        self.raw = raw


class NotSoap(UnreadableAnswer):
    """A web page, or nothing at all: somebody else than the source has answered."""


class NoSourceThere(SourceError):
    """A web server that is no update source, or one that does not let us in (``status``)."""

    def __init__(self, message: str, *, status: int, next_step: str) -> None:
        super().__init__(message, next_step=next_step)
        self.status = status


@dataclass(slots=True)
class Traffic:
    """Bytes of answers as they came over the wire, compressed or not, failed ones included."""

    received_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[_Message]):
    """A message and when it was given."""

    message: _Message
    asked: datetime  #: our clock, before the question left
    server_time: datetime | None  #: the source's clock (``Date``), to the second, if it told


class Exchange:
    """Asks one update source; any number of threads may."""

    def __init__(self, client: httpx2.Client, base_url: str, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._base_url = base_url.rstrip("/")
        self._clock = clock

    def ask(
        self, path: str, action: str, body: bytes, read: Reader[_Message], traffic: Traffic
    ) -> Answer[_Message]:
        """Return the answer of the service at ``path`` below the source's address.

        ``traffic`` counts what arrives, whatever becomes of it. Raises SoapFault for a fault and
        SourceError for everything else.
        """
        headers = {
            "Content-Type": SoapVersion.SOAP_11.content_type(),
            "Accept-Encoding": "xpress",
            "SOAPAction": f'"{action}"',
        }
        asked = self._clock()
        url = f"{self._base_url}/{path.lstrip('/')}"
        with self._client.stream("POST", url, content=body, headers=headers) as response:
            pieces = _counted(response, traffic)
            if response.status_code != httpx2.codes.OK:
                raise self._refusal(response, pieces)
            message = _understand(response, pieces, read)
        return Answer(message=message, asked=asked, server_time=_date(response, "Date"))

    def _refusal(self, response: httpx2.Response, pieces: Iterator[bytes]) -> Exception:
        """Return what an answer without success means; a fault in it says more than its status."""
        try:
            body = _joined(_plain(response, pieces), _MOST_BYTES_OF_A_REFUSAL)
            return answers.decode_fault(body)
        except MalformedMessage:
            return self._without_fault(response)

    def _without_fault(self, response: httpx2.Response) -> SourceError:
        status = response.status_code
        said = f"HTTP {status} {response.reason_phrase}".rstrip()
        if status in _PASSING:
            return SourceUnavailable(
                Sentence(
                    "The update source {address} answered {said}.",
                    address=self._base_url,
                    said=said,
                ),
                status=status,
                retry_after=self._retry_after(response),
            )
        sentence, next_step = _explain(response, self._base_url, said)
        return NoSourceThere(sentence, status=status, next_step=next_step)

    def _retry_after(self, response: httpx2.Response) -> timedelta | None:
        """Return what ``Retry-After`` says, in seconds or as a date (RFC 9110, 10.2.3)."""
        said = response.headers.get("Retry-After", "").strip()
        if said.isascii() and said.isdigit():
            return timedelta(seconds=min(int(said[:9]), 10**9))
        until = _date(response, "Retry-After")
        if until is None:
            return None
        now = _date(response, "Date") or self._clock()
        return max(until - now, timedelta())


def whole(decode: Callable[[bytes], _Message]) -> Reader[_Message]:
    """Return a reader for messages that are decoded in one piece."""
    return lambda pieces: decode(_joined(pieces, MOST_BYTES))


def _joined(pieces: Iterable[bytes], most: int) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > most:
            raise MalformedMessage(
                Sentence("The answer is longer than {most} MiB.", most=most >> 20),
                raw=bytes(body[:4096]),
            )
    return bytes(body)


def _counted(response: httpx2.Response, traffic: Traffic) -> Iterator[bytes]:
    for piece in response.iter_raw():
        traffic.received_bytes += len(piece)
        yield piece


def _understand(
    response: httpx2.Response, pieces: Iterator[bytes], read: Reader[_Message]
) -> _Message:
    try:
        return read(_no_page(_plain(response, pieces)))
    except MalformedMessage as error:
        raise UnreadableAnswer(
            Sentence(
                "The update source answered with something unreadable. {reason}",
                reason=said_by(error),
            ),
            raw=error.raw,
            next_step=error.next_step or None,
        ) from error


def _no_page(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the pieces, unless together they begin like a web page. Raises NotSoap."""
    beginning = b""
    for piece in pieces:
        beginning += piece
        if len(beginning) >= _BEGINNING:
            break
    try:
        answers.refuse_page(beginning)
    except MalformedMessage as error:
        raise NotSoap(
            Sentence(
                "Something else than the update source answered. {reason}", reason=said_by(error)
            ),
            raw=error.raw,
            next_step=error.next_step or None,
        ) from error
    yield beginning
    yield from pieces


def _plain(response: httpx2.Response, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Return the body without its compression. Raises MalformedMessage."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding == "xpress":
        return _expanded(pieces)
    if encoding in ("", "identity"):
        return pieces
    raise MalformedMessage(
        Sentence(
            "It is compressed as '{encoding}', which nobody asked for.", encoding=encoding[:40]
        )
    )


def _expanded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    reader = XpressReader()
    for piece in pieces:
        yield reader.feed(piece)
    reader.close()


def _explain(response: httpx2.Response, address: str, said: str) -> tuple[Sentence, Sentence]:
    """Return what a status means that will not pass, and the next step."""
    status = response.status_code
    if response.is_redirect or 300 <= status < 400:
        target = response.headers.get("Location", "")[:200]
        return Sentence(
            "{address} sends us to {target} ({said}).",
            address=address,
            target=target or Sentence("another address"),
            said=said,
        ), _CHECK_REDIRECTION
    if status == httpx2.codes.UNAUTHORIZED:
        return Sentence(
            "{address} wants to know who we are before it talks ({said}).",
            address=address,
            said=said,
        ), _ALLOW_ANONYMOUS
    if status == httpx2.codes.FORBIDDEN:
        return Sentence(
            "{address} does not let us in ({said}).", address=address, said=said
        ), _CHECK_FILTERS
    if status == httpx2.codes.NOT_FOUND:
        return Sentence(
            "{address} is a web server without the services of an update source ({said}).",
            address=address,
            said=said,
        ), _CHECK_ADDRESS
    return Sentence(
        "{address} does not answer like an update source ({said}).", address=address, said=said
    ), _CHECK_ADDRESS


def _date(response: httpx2.Response, header: str) -> datetime | None:
    """Return a header that is an HTTP date, None when it is missing or none."""
    try:
        date = parsedate_to_datetime(response.headers.get(header, ""))
    except ValueError:
        return None
    return date if date.tzinfo is not None else None
