"""The proxy server as it is set, and what it says when it asks who we are.

Decides how ``Proxy-Authenticate`` is read (RFC 9110, 11.6.1: several challenges may share one
line). Trusts nothing it reads: what cannot be understood is left out.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxySettings:
    """Where the proxy is and who we are to it; the password is absent from ``repr``."""

    host: str
    port: int = 80
    user: str | None = None
    domain: str | None = None
    password: str | None = field(default=None, repr=False)
    allow_basic: bool = False  #: off: Basic is never sent, whatever the proxy offers

    @property
    def address(self) -> str:
        """Return ``host:port``, as sentences name the proxy."""
        return f"{self.host}:{self.port}"

    @property
    def account(self) -> str:
        r"""Return ``user`` or, with a domain, ``DOMAIN\user``; empty without a user."""
        if not self.user:
            return ""
        return f"{self.domain}\\{self.user}" if self.domain else self.user

    @property
    def has_credentials(self) -> bool:
        """Tell whether there is a user and a password (which may be the empty one)."""
        return bool(self.user) and self.password is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One challenge of a 407 answer: a scheme with a token (NTLM) or parameters (Digest)."""

    scheme: str  #: lower case
    token: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)  #: names in lower case


_ITEM = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*"?)+')
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - the grammar's word for a word
_PARAMETER = re.compile(rf'({_TOKEN})\s*=\s*(?:"((?:\\.|[^"\\])*)"|({_TOKEN}))')
_SCHEME = re.compile(rf"({_TOKEN})(?:\s+(.*))?", re.DOTALL)


def read_challenges(headers: Iterable[tuple[bytes, bytes]]) -> list[Challenge]:
    """Return the challenges of all ``Proxy-Authenticate`` headers, in the order sent.

    >>> [c.scheme for c in read_challenges([(b"Proxy-Authenticate", b'NTLM, Basic realm="a, b"')])]
    ['ntlm', 'basic']
    """
    lines = [value for name, value in headers if name.lower() == b"proxy-authenticate"]
    return [found for line in lines for found in _read_line(line.decode("latin-1"))]


def _read_line(line: str) -> list[Challenge]:
    found: list[Challenge] = []
    for item in (piece.strip() for piece in _ITEM.findall(line)):
        parameter = _PARAMETER.fullmatch(item)
        if parameter and found:
            found[-1] = _with_parameter(found[-1], parameter)
        elif not parameter and (scheme := _SCHEME.fullmatch(item)):
            found.append(_read_scheme(scheme[1].lower(), (scheme[2] or "").strip()))
    return found


def _read_scheme(scheme: str, rest: str) -> Challenge:
    """Read what follows a scheme's name: its first parameter, or its token."""
    challenge = Challenge(scheme=scheme)
    if parameter := _PARAMETER.fullmatch(rest):
        return _with_parameter(challenge, parameter)
    return Challenge(scheme=scheme, token=rest)


def _with_parameter(challenge: Challenge, parameter: re.Match[str]) -> Challenge:
    name, quoted, plain = parameter.groups()
    value = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
    return Challenge(
        scheme=challenge.scheme,
        token=challenge.token,
        parameters={**challenge.parameters, name.lower(): value},
    )
