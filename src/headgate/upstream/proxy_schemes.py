"""The four ways to prove to a proxy who we are: Negotiate, NTLM, Digest and Basic.

One object carries one scheme on one connection; it does no I/O. ``answer`` is called with the
proxy's challenges after each 407 and gives what to send, or None when this scheme is at its end;
``again`` gives what the next request on an accepted connection has to carry.
"""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import spnego

from headgate.upstream.proxy import Challenge, ProxySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One ``Proxy-Authorization`` header and how to send it."""

    header: str
    with_body: bool = True  #: False: a first message, which can only be answered with a challenge
    on_new_connection: bool = False  #: the last scheme failed, and squid ties a scheme to it


class Scheme(Protocol):
    """One scheme on one connection."""

    @property
    def name(self) -> str:
        """Return the scheme's name in lower case."""

    def answer(self, challenges: Sequence[Challenge], method: str, target: str) -> Answer | None:
        """Return what to send next, or None when the proxy has refused this scheme."""

    def again(self, method: str, target: str) -> Answer | None:
        """Return what the next request on an accepted connection carries, None for nothing."""


class Basic:
    """RFC 7617: name and password in clear text, so only where ``allow_basic`` says so."""

    name = "basic"

    def __init__(self, proxy: ProxySettings) -> None:
        self._proxy = proxy
        self._used = False

    def answer(self, challenges: Sequence[Challenge], method: str, target: str) -> Answer | None:
        """Return the only answer there is; a second 407 is a refusal."""
        if self._used:
            return None
        self._used = True
        return self.again(method, target)

    def again(self, method: str, target: str) -> Answer | None:
        """Return the same header for every request."""
        pair = f"{self._proxy.account}:{self._proxy.password or ''}".encode()
        return Answer(header="Basic " + base64.b64encode(pair).decode())


class Digest:
    """RFC 7616: a hash over password, nonce and request; MD5 or SHA-256, ``-sess`` or not.

    The nonce belongs to this connection alone: requests of other threads could overtake each
    other, and a proxy that counts (squid does) would call them stale.
    """

    name = "digest"
    _STRONGEST_FIRST = ("SHA-256-SESS", "SHA-256", "MD5-SESS", "MD5")

    def __init__(self, proxy: ProxySettings) -> None:
        self._proxy = proxy
        self._challenge: Challenge | None = None
        self._uses = 0

    def answer(self, challenges: Sequence[Challenge], method: str, target: str) -> Answer | None:
        """Answer the strongest challenge; refused is who used a fresh nonce and gets 407 again."""
        known = [c for c in challenges if _algorithm(c) in self._STRONGEST_FIRST and _qop_known(c)]
        if not known:
            return None
        best = min(known, key=lambda c: self._STRONGEST_FIRST.index(_algorithm(c)))
        stale = best.parameters.get("stale", "").lower() == "true"
        if self._uses == 1 and not stale:
            return None
        self._challenge, self._uses = best, 0
        return self.again(method, target)

    def again(self, method: str, target: str) -> Answer | None:
        """Return the header for one more request with the nonce at hand."""
        if self._challenge is None:
            return None
        self._uses += 1
        header = digest_header(
            self._challenge, self._proxy, method, target, count=self._uses, cnonce=_cnonce()
        )
        return Answer(header=header)


def digest_header(
    challenge: Challenge,
    proxy: ProxySettings,
    method: str,
    target: str,
    *,
    count: int,
    cnonce: str,
) -> str:
    """Return the value of ``Proxy-Authorization`` (RFC 7616, 3.4) for one request.

    ``count`` is how often the nonce has been used, this time included.
    """
    given = challenge.parameters
    # Challenges are read as latin-1, so everything is: what the proxy said goes back byte for byte.
    account, password = _as_latin_1(proxy.account), _as_latin_1(proxy.password or "")
    algorithm, realm, nonce = _algorithm(challenge), given.get("realm", ""), given.get("nonce", "")
    secret = _hash(algorithm, f"{account}:{realm}:{password}")
    if algorithm.endswith("-SESS"):
        secret = _hash(algorithm, f"{secret}:{nonce}:{cnonce}")
    request = _hash(algorithm, f"{method}:{target}")
    middle = f"{nonce}:{count:08x}:{cnonce}:auth" if "qop" in given else nonce
    fields = [
        f"username={_quoted(account)}",
        f"realm={_quoted(realm)}",
        f"nonce={_quoted(nonce)}",
        f"uri={_quoted(target)}",
        f'response="{_hash(algorithm, f"{secret}:{middle}:{request}")}"',
    ]
    if "algorithm" in given:
        fields.append(f"algorithm={given['algorithm']}")
    if "opaque" in given:
        fields.append(f"opaque={_quoted(given['opaque'])}")
    if "qop" in given:
        fields += ["qop=auth", f"nc={count:08x}"]
    if "qop" in given or algorithm.endswith("-SESS"):
        fields.append(f'cnonce="{cnonce}"')
    return "Digest " + ", ".join(fields)


def _algorithm(challenge: Challenge) -> str:
    return challenge.parameters.get("algorithm", "MD5").upper()


def _qop_known(challenge: Challenge) -> bool:
    """Tell whether ``auth`` is on offer; ``auth-int`` alone is not spoken here."""
    offered = challenge.parameters.get("qop", "auth")
    return "auth" in (word.strip().lower() for word in offered.split(","))


def _hash(algorithm: str, text: str) -> str:
    if algorithm.startswith("SHA-256"):
        return hashlib.sha256(text.encode("latin-1")).hexdigest()
    return hashlib.md5(text.encode("latin-1"), usedforsecurity=False).hexdigest()


def _as_latin_1(text: str) -> str:
    """Return the UTF-8 bytes of a text, each as the character latin-1 has for it."""
    return text.encode().decode("latin-1")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _cnonce() -> str:
    return secrets.token_hex(16)


class Token:
    """Negotiate (RFC 4559) and NTLM: a handshake of messages that then holds for the connection.

    Negotiate means Kerberos where ``pyspnego[kerberos]`` is installed and a realm answers, with
    NTLM inside otherwise.
    """

    def __init__(self, name: str, proxy: ProxySettings) -> None:
        self.name = name
        self._proxy = proxy
        self._context: spnego.ContextProxy | None = None

    def answer(self, challenges: Sequence[Challenge], method: str, target: str) -> Answer | None:
        """Return the next message; None when the proxy has none left to answer."""
        if self._context is None:
            return self._begin()
        token = challenges[0].token
        if self._context.complete or not token:
            return None
        return self._message(self._context.step(base64.b64decode(token)), with_body=True)

    def again(self, method: str, target: str) -> Answer | None:
        """Return nothing: the connection itself is authenticated."""
        return None

    def _begin(self) -> Answer | None:
        self._context = spnego.client(
            self._proxy.account,
            self._proxy.password,
            hostname=self._proxy.host,
            service="HTTP",
            protocol=self.name,
        )
        # Kerberos may be done with one message, and then the request itself goes with it.
        return self._message(self._context.step(), with_body=self._context.complete)

    def _message(self, token: bytes | None, *, with_body: bool) -> Answer | None:
        if token is None:
            return None
        label = "NTLM" if self.name == "ntlm" else "Negotiate"
        encoded = base64.b64encode(token).decode()
        return Answer(header=f"{label} {encoded}", with_body=with_body)


def start_scheme(name: str, proxy: ProxySettings) -> Scheme:
    """Return a fresh handshake of the scheme ``name`` (lower case)."""
    if name == "basic":
        return Basic(proxy)
    if name == "digest":
        return Digest(proxy)
    return Token(name, proxy)
