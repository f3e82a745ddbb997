"""Trying one address: name, connection, proxy, TLS, answer, clock.

Decides nothing about the synchronization. For ``headgate doctor`` (:func:`probe`) any HTTP answer
below 500 means the way there is open, because service addresses answer a plain GET with 403, 404 or
405 as they like. *Test connection* (:func:`ask_source`) asks what a synchronization asks first.
"""

import enum
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from headgate import clock
from headgate.errors import SourceError
from headgate.sentences import Sentence
from headgate.upstream import failures, reactions
from headgate.upstream.exchange import Exchange, Traffic, whole
from headgate.upstream.handshake import SERVICE_PATH
from headgate.wire.faults import SoapFault
from headgate.wire.serversync import operations
from headgate.wire.serversync.get_auth_config import GetAuthConfigRequest
from headgate.wire.soap import SoapVersion


class Outcome(enum.Enum):
    """How far a probe came."""

    REACHED = "reached"
    NAME_NOT_RESOLVED = "name not resolved"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    CUT = "cut"
    TLS = "tls"
    PROXY = "proxy"
    ANSWERED_WITH_ERROR = "answered with error"
    OTHER = "other"


_OUTCOMES: dict[type[SourceError], Outcome] = {
    failures.NameNotResolved: Outcome.NAME_NOT_RESOLVED,
    failures.ConnectionRefused: Outcome.REFUSED,
    failures.SourceTimeout: Outcome.TIMEOUT,
    failures.ConnectionCut: Outcome.CUT,
    failures.TlsError: Outcome.TLS,
    failures.ProxyAuthenticationError: Outcome.PROXY,
    failures.ProxyRefused: Outcome.PROXY,
    failures.ProxyCannotReach: Outcome.PROXY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What came of trying one address."""

    url: str
    outcome: Outcome
    sentence: str  #: what happened, for an operator
    next_step: str  #: what to do about it, empty when nothing is wrong
    seconds: float
    status: int | None = None  #: of the HTTP answer
    certificate_issuer: str | None = None  #: also of one that is not trusted
    certificate_ends: datetime | None = None
    clock_ahead: timedelta | None = None  #: our clock minus theirs, to a second or so

    @property
    def reached(self) -> bool:
        """Tell whether the way there is open."""
        return self.outcome is Outcome.REACHED


def probe(client: httpx2.Client, url: str) -> Probe:
    """Try ``url`` with a GET whose body is not read. Never raises ``SourceError``."""
    began = time.monotonic()
    try:
        with client.stream("GET", url) as answer:
            return _answered(url, answer, time.monotonic() - began)
    except SourceError as exc:
        return Probe(
            url=url,
            outcome=_outcome(exc),
            sentence=exc.message,
            next_step=exc.next_step,
            seconds=time.monotonic() - began,
            certificate_issuer=getattr(exc, "issuer", None),
            certificate_ends=getattr(exc, "until", None),
        )


def ask_source(client: httpx2.Client, base_url: str) -> None:
    """Ask an update source the first question of every synchronization, once.

    It names nobody: the source does not learn who we are from a trial. Raises SourceError when
    anything but an update source answers, or nobody does.
    """
    operation = operations.GET_AUTH_CONFIG
    body = operation.encode_request(GetAuthConfigRequest(), SoapVersion.SOAP_11)
    exchange = Exchange(client, base_url, clock.now)
    read = whole(operation.decode_response)
    try:
        exchange.ask(SERVICE_PATH, operation.action, body, read, Traffic())
    except SoapFault as fault:
        raise reactions.failure(fault, operation.name) from fault


def _answered(url: str, answer: httpx2.Response, seconds: float) -> Probe:
    issuer, ends = _certificate(answer)
    fails = answer.status_code >= 500
    trouble = Sentence("The source or the proxy has trouble of its own; try later.")
    return Probe(
        url=url,
        outcome=Outcome.ANSWERED_WITH_ERROR if fails else Outcome.REACHED,
        sentence=_how(url, answer.status_code, seconds, issuer, ends),
        next_step=trouble if fails else "",
        seconds=seconds,
        status=answer.status_code,
        certificate_issuer=issuer,
        certificate_ends=ends,
        clock_ahead=_clock_ahead(answer),
    )


def _how(
    url: str, status: int, seconds: float, issuer: str | None, ends: datetime | None
) -> Sentence:
    if ends is None:
        return Sentence(
            "{url} answers {status} after {seconds} s.",
            url=url,
            status=str(status),
            seconds=f"{seconds:.2f}",
        )
    return Sentence(
        "{url} answers {status} after {seconds} s, certificate issued by {issuer} until {day}.",
        url=url,
        status=str(status),
        seconds=f"{seconds:.2f}",
        issuer=issuer,
        day=f"{ends:%Y-%m-%d}",
    )


def _outcome(exc: SourceError) -> Outcome:
    return next((out for kind, out in _OUTCOMES.items() if isinstance(exc, kind)), Outcome.OTHER)


def _certificate(answer: httpx2.Response) -> tuple[str | None, datetime | None]:
    """Return issuer and end of the verified certificate, None for plain http."""
    stream = answer.extensions.get("network_stream")
    ssl_object: Any = stream.get_extra_info("ssl_object") if stream is not None else None
    if ssl_object is None:
        return None, None
    verified = ssl_object.getpeercert()
    issuer = {name: value for part in verified["issuer"] for name, value in part}
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(verified["notAfter"]), UTC)
    name = (
        issuer.get("commonName")
        or issuer.get("organizationName")
        or Sentence("an unnamed authority")
    )
    return name, ends


def _clock_ahead(answer: httpx2.Response) -> timedelta | None:
    """Return by how much our clock is ahead of the ``Date`` of the answer."""
    try:
        theirs = parsedate_to_datetime(answer.headers["Date"])
    except (KeyError, ValueError):
        return None
    return clock.now() - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC))
