"""Who calls, when reverse proxies may stand between; and where a sign-in has to go over TLS.

Anybody can write ``X-Forwarded-…`` headers. They count only when the connection itself comes from
a proxy of ``listen.trusted_proxies``, and then from the right: each proxy appends what it saw, so
what stands left of the first stranger is that stranger's invention.
"""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

from starlette.requests import HTTPConnection

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: ``host[:port]`` as it may stand in a Host header; nothing else is led anywhere.
_HOST = re.compile(r"(?P<name>[A-Za-z0-9_.-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?P<port>:[0-9]{0,5})?")
_PORT_BEHIND = re.compile(r"\[(?P<v6>[^\]]*)\](:\d+)?|(?P<v4>[0-9.]+):\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Where a request comes from, as far as it can be believed."""

    address: str  #: of the visitor's machine; "" when not known
    scheme: str  #: http | https, as the visitor's browser uses it
    host: str  #: host[:port] as the browser names us; "" when missing or malformed
    by_proxy: bool  #: a trusted proxy stands between: its user header counts
    browser: str = ""  #: what the visitor's browser calls itself

    @property
    def is_here(self) -> bool:
        """Whether the visitor is on this very machine."""
        found = _address(self.address)
        return found is not None and found.is_loopback

    @property
    def host_name(self) -> str:
        """The host without its port; an IPv6 address keeps its brackets."""
        found = _HOST.fullmatch(self.host)
        return found["name"] if found else ""

    @classmethod
    def of(cls, request: HTTPConnection, trusted_proxies: Sequence[Network]) -> Self:
        """Return who makes a request. ``trusted_proxies``: networks whose headers count."""
        peer = _address(request.client.host) if request.client else None
        headers = request.headers
        scheme = "https" if request.url.scheme in ("https", "wss") else "http"
        host = headers.get("host", "")
        by_proxy = _is_among(peer, trusted_proxies)
        if by_proxy:
            peer, hops = _visitor(peer, _listed(request, "x-forwarded-for"), trusted_proxies)
            said = _said_by_hop(_listed(request, "x-forwarded-proto"), hops).lower()
            scheme = said if said in ("http", "https") else scheme
            host = _said_by_hop(_listed(request, "x-forwarded-host"), hops) or host
        return cls(
            address=str(peer) if peer else "",
            scheme=scheme,
            host=host if _HOST.fullmatch(host) else "",
            by_proxy=by_proxy,
            browser=headers.get("user-agent", ""),
        )


def where_to_sign_in(
    caller: Caller, path: str, *, tls_port: int | None, plain_http: str, server_name: str
) -> str | None:
    """Return the HTTPS address a visitor without a session is led to; None: may stay here.

    ``path``: the path asked for with its query, unquoted. ``tls_port``: where this server listens
    with TLS, None when it does not. ``plain_http``: the setting ``console.plain_http``.
    ``server_name`` stands in when the request names no host that can be believed.

    Passwords must not cross a network in clear text. Nothing crosses one from this very machine,
    and a proxy that says ``https`` has carried it safely: leading that on would never end.
    """
    if caller.scheme == "https" or caller.is_here:
        return None
    if plain_http == "allow" or tls_port is None:
        return None
    name = caller.host_name or (f"[{server_name}]" if ":" in server_name else server_name)
    # One slash only: "//other.example" would name another host.
    target = quote("/" + path.lstrip("/\\"), safe="/?&=#:@!$'()*+,;%-._~")
    return f"https://{name}{'' if tls_port == 443 else f':{tls_port}'}{target}"


def _visitor(
    peer: Address | None, forwarded_for: Sequence[str], trusted: Sequence[Network]
) -> tuple[Address | None, int]:
    """Return the first address from the right that is no trusted proxy, and whose entry it is."""
    seen, hops = peer, 0
    for hops, text in enumerate(reversed(forwarded_for)):
        found = _address(text)
        if found is None:
            return seen, hops  # "unknown", or damaged: what stands behind it is not to be believed
        seen = found
        if not _is_among(found, trusted):
            return seen, hops
    return seen, hops


def _said_by_hop(values: Sequence[str], hop: int) -> str:
    """Return what the proxy nearest to the visitor said; one value may stand for all proxies."""
    if not values:
        return ""
    return values[-1 - hop] if hop < len(values) else values[0]


def _listed(request: HTTPConnection, name: str) -> list[str]:
    joined = ",".join(request.headers.getlist(name))
    return [part.strip() for part in joined.split(",") if part.strip()]


def _address(text: str) -> Address | None:
    """Return an address without the port some proxies append; IPv4 in IPv6 as IPv4."""
    if with_port := _PORT_BEHIND.fullmatch(text):
        text = with_port["v6"] or with_port["v4"] or ""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        return found.ipv4_mapped
    return found


def _is_among(address: Address | None, networks: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in networks)
