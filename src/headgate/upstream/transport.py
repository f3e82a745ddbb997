"""How every byte of a synchronization travels: proxy or direct, TLS, timeouts, one user agent.

Metadata and files go the same way. Nothing is taken from the environment: no proxy chosen means
direct, and ``HTTP_PROXY`` and its kin are ignored. Every error leaves as a ``SourceError`` of
``failures``, from sending a request as from reading its answer; callers need to catch no other.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpcore2
import httpx2
from cryptography import x509

from headgate import __version__
from headgate.errors import SourceError
from headgate.sentences import Sentence
from headgate.upstream import certificates
from headgate.upstream.failures import UnusableAddress
from headgate.upstream.proxy import ProxySettings
from headgate.upstream.proxy_auth import Authenticator
from headgate.upstream.proxy_pool import ForwardConnection, TunnelConnection
from headgate.upstream.tls import TlsContexts
from headgate.upstream.translation import (
    Peer,
    certificate_refused,
    explain_tls,
    translate,
    translated,
)

USER_AGENT = f"Headgate/{__version__}"

#: Idle connections are given up before the common limits of proxies and of IIS (2 minutes).
_KEEPALIVE = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportSettings:
    """The way to the source. Times are in seconds."""

    proxy: ProxySettings | None = None  #: None: direct
    ca_file: Path | None = None  #: the operator's own authorities, beside the machine's
    anchors: Mapping[str, bytes] = field(default_factory=dict)  #: host -> PEM, for that host alone
    connect_timeout: float = 15.0
    read_timeout: float = 300.0  #: between two pieces; a WSUS thinks long before a full list
    connections: int = 8


def open_client(settings: TransportSettings) -> httpx2.Client:
    """Return a client any number of threads may use; close it when done.

    It asks for no compression by itself, follows no redirects, and raises ``SourceError`` only.
    Bodies of requests have to be bytes: the proxy may make us send them twice. Once the proxy has
    refused name and password this client sends them no more; open another with the right ones.
    Raises ``SettingsError`` when the CA file cannot be read.
    """
    client = httpx2.Client(
        transport=SourceTransport(settings),
        headers={"User-Agent": USER_AGENT},
        timeout=httpx2.Timeout(
            connect=settings.connect_timeout,
            read=settings.read_timeout,
            write=settings.read_timeout,
            pool=None,
        ),
        trust_env=False,
    )
    del client.headers["Accept-Encoding"]
    return client


class SourceTransport(httpx2.BaseTransport):
    """httpx2's requests over our connections, with our errors."""

    def __init__(self, settings: TransportSettings) -> None:
        self._settings = settings
        self._pool = _Pool(settings)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request. Raises ``SourceError``."""
        if request.url.scheme not in ("http", "https") or not request.url.host:
            raise UnusableAddress(
                Sentence("'{url}' is not an address of http or https.", url=request.url)
            )
        assert isinstance(request.stream, httpx2.SyncByteStream)
        outgoing = httpcore2.Request(
            method=request.method,
            url=httpcore2.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        peer = _source(outgoing.url.origin)
        with translated(peer):
            try:
                answer = self._pool.handle_request(outgoing)
            except httpcore2.ConnectError as exc:
                raise self._explain(exc, peer) from exc
        assert isinstance(answer.stream, Iterable)
        return httpx2.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(answer.stream, peer),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def _explain(self, exc: httpcore2.ConnectError, peer: Peer) -> SourceError:
        """Return the error; where a certificate was refused, with what it says about itself."""
        refused = certificate_refused(exc)
        if refused is None:
            return translate(exc, peer)
        try:
            chain = self._pool.look(peer.host, peer.port)
        except (SourceError, ValueError):
            chain = []
        return explain_tls(refused, peer, certificate=chain[0] if chain else None)


def presented_chain(settings: TransportSettings, host: str, port: int) -> list[x509.Certificate]:
    """Return the certificates ``host`` presents on this way to it, its own first, unverified.

    No request is sent (see ``certificates``). Raises ``SourceError``.
    """
    with _Pool(settings) as pool:
        return pool.look(host, port)


class _Pool(httpcore2.ConnectionPool):
    """A connection pool whose connections go through the proxy, or trust one host more."""

    def __init__(self, settings: TransportSettings) -> None:
        super().__init__(max_connections=settings.connections, keepalive_expiry=_KEEPALIVE)
        self._settings = settings
        self._contexts = TlsContexts(ca_file=settings.ca_file, anchors=settings.anchors)
        self._authenticator = Authenticator(settings.proxy) if settings.proxy else None

    def create_connection(self, origin: httpcore2.Origin) -> httpcore2.ConnectionInterface:
        """Return a connection to ``origin``, not opened yet."""
        if self._authenticator is None:
            return httpcore2.HTTPConnection(
                origin=origin,
                ssl_context=self._contexts.for_host(origin.host.decode("ascii")),
                keepalive_expiry=_KEEPALIVE,
            )
        if origin.scheme == b"http":
            return ForwardConnection(self._authenticator, _KEEPALIVE)
        return TunnelConnection(self._authenticator, _KEEPALIVE, origin, self._contexts)

    def look(self, host: str, port: int) -> list[x509.Certificate]:
        """Return the certificates ``host`` presents. Raises ``SourceError``, ``ValueError``."""
        origin = httpcore2.Origin(scheme=b"https", host=host.encode("idna"), port=port)
        timeout = self._settings.connect_timeout
        with translated(_source(origin)):
            if self._authenticator is None:
                stream = httpcore2.SyncBackend().connect_tcp(host, port, timeout=timeout)
                return certificates.presented_chain(stream, host, timeout=timeout)
            tunnel = TunnelConnection(self._authenticator, _KEEPALIVE, origin, self._contexts)
            try:
                stream = tunnel.open_stream(dict.fromkeys(("connect", "read", "write"), timeout))
                return certificates.presented_chain(stream, host, timeout=timeout)
            finally:
                tunnel.close()


class _Body(httpx2.SyncByteStream):
    """The body of an answer, whose errors are sentences too."""

    def __init__(self, stream: Iterable[bytes], peer: Peer) -> None:
        self._stream = stream
        self._peer = peer

    def __iter__(self) -> Iterator[bytes]:
        with translated(self._peer):
            yield from self._stream

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()


def _source(origin: httpcore2.Origin) -> Peer:
    return Peer(host=origin.host.decode("ascii"), port=origin.port)
