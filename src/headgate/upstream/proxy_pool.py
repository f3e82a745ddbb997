"""Connections through the proxy: plain http in absolute form, https inside CONNECT.

Built on httpcore2's public connection interface. Decides how one request is repeated until the
proxy lets it through; what to answer to a 407 is ``proxy_auth``'s affair. Three facts it keeps to,
all seen with squid: NTLM holds for a connection, so a request is repeated on the same one; a
first message travels without a body; a 407 may close the connection.
"""

import threading
from collections.abc import AsyncIterable, Iterable, MutableMapping
from typing import Any

import httpcore2

from headgate.sentences import Sentence
from headgate.upstream.failures import ProxyCannotReach, ProxyRefused
from headgate.upstream.proxy import read_challenges
from headgate.upstream.proxy_auth import Authenticator
from headgate.upstream.proxy_schemes import Answer
from headgate.upstream.tls import TlsContexts
from headgate.upstream.translation import Peer, translated

Content = bytes | Iterable[bytes] | AsyncIterable[bytes]

#: Four schemes of at most three messages each, and a stale nonce: no honest proxy needs more.
_ROUNDS = 14
#: No honest 407 page is near it; whoever sends more loses the connection.
_LONGEST_REFUSAL = 256 * 1024


class _ThroughProxy(httpcore2.ConnectionInterface):
    """One connection to the proxy with its conversation about who we are.

    While a request is being repeated the pool sees a busy, connected connection, whatever happens
    to the socket underneath; otherwise it would let go of a connection that is only being renewed.
    """

    def __init__(self, authenticator: Authenticator, keepalive: float) -> None:
        self._authenticator = authenticator
        self._keepalive = keepalive
        self._conversation = authenticator.conversation()
        self._busy = threading.Lock()
        self._peer = Peer(
            host=authenticator.proxy.host, port=authenticator.proxy.port, is_proxy=True
        )
        self._inner: httpcore2.ConnectionInterface = self._dial()

    def handle_request(self, request: httpcore2.Request) -> httpcore2.Response:
        """Send one request; the pool gives a connection one at a time."""
        if not self._busy.acquire(blocking=False):
            raise httpcore2.ConnectionNotAvailable
        try:
            return self._send(request)
        except httpcore2.ConnectionNotAvailable:
            raise
        except BaseException:
            self._inner.close()
            raise
        finally:
            self._busy.release()

    def _send(self, request: httpcore2.Request) -> httpcore2.Response:
        raise NotImplementedError

    def _dial(self) -> httpcore2.HTTPConnection:
        return httpcore2.HTTPConnection(
            origin=_proxy_origin(self._authenticator), keepalive_expiry=self._keepalive
        )

    def _exchange(self, request: httpcore2.Request) -> httpcore2.Response:
        """Repeat ``request`` with what the proxy asks for until the answer is not 407."""
        with self._authenticator.turn():
            return self._repeat(request)

    def _repeat(self, request: httpcore2.Request) -> httpcore2.Response:
        method, target = request.method.decode(), request.url.target.decode()
        answer = self._conversation.opening(method, target)
        offered: list[str] = []
        for _ in range(_ROUNDS):
            response = self._deliver(_with_answer(request, answer))
            if response.status != 407 and (answer is None or answer.with_body):
                self._conversation.accepted()
                return response
            kept = _drain(response) and self._inner.is_idle()
            if response.status != 407:  # nobody asked: the request itself has yet to be sent
                self._conversation.unneeded()
                answer = None
            else:
                challenges = read_challenges(response.headers)
                offered = [challenge.scheme for challenge in challenges]
                answer = self._conversation.reply(challenges, method, target)
            if not kept or (answer is not None and answer.on_new_connection):
                self._redial()
        raise self._authenticator.refuse(offered, tried=True)

    def _deliver(self, request: httpcore2.Request) -> httpcore2.Response:
        try:
            return self._inner.handle_request(request)
        except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as exc:
            with translated(self._peer):
                raise exc

    def _redial(self) -> None:
        old, self._inner = self._inner, self._dial()
        old.close()

    def close(self) -> None:
        """Close the socket."""
        self._inner.close()

    def info(self) -> str:
        """Describe the state for ``repr`` of the pool."""
        return self._inner.info()

    def is_connected(self) -> bool:
        """Tell whether the pool should keep this connection."""
        return self._busy.locked() or self._inner.is_connected()

    def is_available(self) -> bool:
        """Tell whether another request can be sent now."""
        return not self._busy.locked() and self._inner.is_available()

    def has_expired(self) -> bool:
        """Tell whether an idle connection was closed by the proxy or has waited too long."""
        return not self._busy.locked() and self._inner.has_expired()

    def is_idle(self) -> bool:
        """Tell whether no request is under way."""
        return not self._busy.locked() and self._inner.is_idle()

    def is_closed(self) -> bool:
        """Tell whether the connection is of no more use."""
        return not self._busy.locked() and self._inner.is_closed()


class ForwardConnection(_ThroughProxy):
    """Plain http in absolute form. One connection serves every http origin.

    Never CONNECT to port 80: squid's default rules refuse it.
    """

    def can_handle_request(self, origin: httpcore2.Origin) -> bool:
        """Tell whether ``origin`` is reached this way."""
        return origin.scheme == b"http"

    def _send(self, request: httpcore2.Request) -> httpcore2.Response:
        return self._exchange(
            _to_proxy(
                self._authenticator,
                method=request.method,
                target=bytes(request.url),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        )


class TunnelConnection(_ThroughProxy):
    """One https origin inside CONNECT."""

    def __init__(
        self,
        authenticator: Authenticator,
        keepalive: float,
        origin: httpcore2.Origin,
        contexts: TlsContexts,
    ) -> None:
        super().__init__(authenticator, keepalive)
        self._origin = origin
        self._contexts = contexts
        self._tunnelled = False

    def can_handle_request(self, origin: httpcore2.Origin) -> bool:
        """Tell whether this is the tunnel's origin."""
        return origin == self._origin

    def _send(self, request: httpcore2.Request) -> httpcore2.Response:
        if not self._tunnelled:
            timeouts = request.extensions.get("timeout", {})
            host = self._origin.host.decode("ascii")
            stream = self.open_stream(timeouts).start_tls(
                ssl_context=self._contexts.for_host(host),
                server_hostname=host,
                timeout=timeouts.get("connect"),
            )
            self._inner = httpcore2.HTTP11Connection(
                origin=self._origin, stream=stream, keepalive_expiry=self._keepalive
            )
            self._tunnelled = True
        return self._inner.handle_request(request)

    def open_stream(self, timeouts: dict[str, float | None]) -> httpcore2.NetworkStream:
        """Return the bytes' way to the origin, before TLS.

        Raises ``ProxyRefused``, ``ProxyCannotReach``, ``ProxyAuthenticationError`` or what
        ``translated`` makes of a proxy that cannot be reached.
        """
        host = self._origin.host
        target = b"%b:%d" % (b"[%b]" % host if b":" in host else host, self._origin.port)
        request = _to_proxy(
            self._authenticator,
            method=b"CONNECT",
            target=target,
            headers=[(b"Host", target)],
            stream=b"",
            extensions={"timeout": timeouts},
        )
        with translated(self._peer):
            response = self._exchange(request)
        if not 200 <= response.status < 300:
            _drain(response)
            raise self._refusal(response.status, target.decode())
        stream: httpcore2.NetworkStream = response.extensions["network_stream"]
        return stream

    def _refusal(self, status: int, target: str) -> ProxyRefused | ProxyCannotReach:
        proxy = self._authenticator.proxy.address
        if status in (502, 503, 504):
            return ProxyCannotReach(
                Sentence(
                    "The proxy server {proxy} cannot reach {target} (it answers {status}).",
                    proxy=proxy,
                    target=target,
                    status=str(status),
                )
            )
        return ProxyRefused(
            Sentence(
                "The proxy server {proxy} refuses a connection to {target} (it answers {status}).",
                proxy=proxy,
                target=target,
                status=str(status),
            ),
            status=status,
        )


def _proxy_origin(authenticator: Authenticator) -> httpcore2.Origin:
    proxy = authenticator.proxy
    return httpcore2.Origin(scheme=b"http", host=proxy.host.encode("idna"), port=proxy.port)


def _to_proxy(
    authenticator: Authenticator,
    *,
    method: bytes,
    target: bytes,
    headers: Iterable[tuple[bytes, bytes]],
    stream: Content,
    extensions: MutableMapping[str, Any],
) -> httpcore2.Request:
    origin = _proxy_origin(authenticator)
    url = httpcore2.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=target)
    return httpcore2.Request(
        method=method, url=url, headers=list(headers), content=stream, extensions=extensions
    )


def _with_answer(request: httpcore2.Request, answer: Answer | None) -> httpcore2.Request:
    """Return the request as it goes out this time: with credentials, perhaps without its body."""
    if answer is None:
        return request
    headers = list(request.headers)
    content: Content = request.stream
    if not answer.with_body:
        lengths = (b"content-length", b"transfer-encoding")
        had_body = any(name.lower() in lengths for name, _ in headers)
        headers = [(name, value) for name, value in headers if name.lower() not in lengths]
        headers += [(b"Content-Length", b"0")] if had_body else []
        content = b""
    return httpcore2.Request(
        method=request.method,
        url=request.url,
        headers=[*headers, (b"Proxy-Authorization", answer.header.encode("latin-1"))],
        content=content,
        extensions=request.extensions,
    )


def _drain(response: httpcore2.Response) -> bool:
    """Read a refusal to its end, so that the connection can be used again; False if it cannot."""
    seen = 0
    try:
        for chunk in response.iter_stream():
            seen += len(chunk)
            if seen > _LONGEST_REFUSAL:
                return False
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException):
        return False
    finally:
        response.close()
    return True
