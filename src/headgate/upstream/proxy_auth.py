"""Which scheme to use with the proxy, in which order, and when to give up. No I/O.

An ``Authenticator`` belongs to one client and is shared by its threads; a ``Conversation`` belongs
to one connection. The order is Negotiate, NTLM, Digest, Basic; the next one is tried on a new
connection. Basic is left out unless it is allowed, before anything is looked at.

Once name and password have been refused they are not sent again by this client: every further
try would count towards a lockout of the account. For the same reason the first exchange of a
client is made by one thread alone.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from headgate.sentences import Sentence, Sentences
from headgate.upstream.failures import (
    BasicNotAllowed,
    ProxyAuthenticationError,
    ProxyCredentialsMissing,
)
from headgate.upstream.proxy import Challenge, ProxySettings
from headgate.upstream.proxy_schemes import Answer, Scheme, start_scheme

_ORDER = ("negotiate", "ntlm", "digest", "basic")
_WRITTEN = {"negotiate": "Negotiate", "ntlm": "NTLM", "digest": "Digest", "basic": "Basic"}


class Authenticator:
    """What all connections of one client know about the proxy."""

    def __init__(self, proxy: ProxySettings) -> None:
        self.proxy = proxy
        self.usable = _usable_schemes(proxy)
        self._first_exchange = threading.Lock()
        self._settled = False
        self._accepted: str | None = None
        self._refused: tuple[str, ...] | None = None

    def conversation(self) -> "Conversation":
        """Return the conversation of a new connection."""
        return Conversation(self)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold back other threads until the first exchange has shown what the proxy wants."""
        if self._settled:
            yield
        else:
            with self._first_exchange:
                yield

    @property
    def likely_scheme(self) -> str | None:
        """Return the scheme that was accepted last, None when none was needed yet."""
        return self._accepted

    def accept(self, scheme: str | None) -> None:
        """Note that the proxy let a request through, with ``scheme`` or without any."""
        self._settled = True
        if scheme is not None:
            self._accepted = scheme

    def insist_on_credentials(self) -> None:
        """Raise what was raised before when the proxy has already refused name and password."""
        if self._refused is not None:
            raise self._refusal(self._refused)

    def refuse(self, offered: Sequence[str], *, tried: bool) -> ProxyAuthenticationError:
        """Return the error for a proxy that offers ``offered`` and is not satisfied.

        ``tried``: name and password were sent in some form and refused.
        """
        names = tuple(dict.fromkeys(_WRITTEN.get(name, name) for name in offered))
        if tried:
            self._refused = names
            return self._refusal(names)
        return self._unanswerable(names)

    def _refusal(self, offered: tuple[str, ...]) -> ProxyAuthenticationError:
        refused = Sentence(
            "The proxy server {proxy} refused the user name and password (407; it offers "
            "{offered}).",
            proxy=self.proxy.address,
            offered=_enumerated(offered),
        )
        untried = ""
        if "Basic" in offered and not self.proxy.allow_basic:
            untried = Sentence("Basic was not tried, because `proxy.allow_basic` is off.")
        return ProxyAuthenticationError(
            Sentences((refused, untried)),
            host=self.proxy.host,
            port=self.proxy.port,
            offered=offered,
        )

    def _unanswerable(self, offered: tuple[str, ...]) -> ProxyAuthenticationError:
        """Return the error for challenges nothing was sent to."""
        host, port = self.proxy.host, self.proxy.port
        proxy = self.proxy.address
        if not self.proxy.has_credentials:
            return ProxyCredentialsMissing(
                Sentence(
                    "The proxy server {proxy} asks for a user name and password (407; it offers "
                    "{offered}), and they are not set.",
                    proxy=proxy,
                    offered=_enumerated(offered),
                ),
                host=host,
                port=port,
                offered=offered,
            )
        if offered == ("Basic",) and not self.proxy.allow_basic:
            return BasicNotAllowed(
                Sentence(
                    "The proxy server {proxy} offers only Basic authentication, which sends the "
                    "password in clear text; `proxy.allow_basic` is off, so nothing was sent.",
                    proxy=proxy,
                ),
                host=host,
                port=port,
                offered=offered,
            )
        return ProxyAuthenticationError(
            Sentence(
                "The proxy server {proxy} asks for authentication (407) in no way Headgate speaks "
                "or may use (it offers {offered}).",
                proxy=proxy,
                offered=_enumerated(offered),
            ),
            host=host,
            port=port,
            offered=offered,
        )


class Conversation:
    """The authentication of one connection to the proxy."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator
        self._scheme: Scheme | None = None
        self._settled = False
        self._failed: set[str] = set()
        self._offers: dict[str, list[Challenge]] = {}
        self._tried = False

    def opening(self, method: str, target: str) -> Answer | None:
        """Return what to send before being asked: what worked last time, or nothing."""
        self._authenticator.insist_on_credentials()
        if self._settled and self._scheme is not None:
            return self._scheme.again(method, target)
        likely = self._authenticator.likely_scheme
        if likely is None or likely == "digest":  # Digest needs the proxy's nonce first
            return None
        return self._start(likely, [Challenge(scheme=likely)], method, target)

    def reply(self, challenges: Sequence[Challenge], method: str, target: str) -> Answer:
        """Return the answer to a 407, or raise ``ProxyAuthenticationError`` when none is left."""
        ran_out, self._settled = self._settled, False
        self._remember(challenges)
        if self._scheme is None:
            return self._next_scheme(method, target, leave_connection=False)
        mine = [c for c in challenges if c.scheme == self._scheme.name]
        answer = _attempt(self._scheme, mine, method, target) if mine else None
        if answer is not None:
            return answer
        if not ran_out:  # what was accepted before may be begun again
            self._failed.add(self._scheme.name)
        return self._next_scheme(method, target, leave_connection=True)

    def accepted(self) -> None:
        """Note that the proxy let the last request through."""
        self._settled = True
        self._failed.clear()
        self._authenticator.accept(self._scheme.name if self._scheme else None)

    def unneeded(self) -> None:
        """Note that the proxy let a first message pass that only a challenge could answer."""
        self._scheme = None

    def _remember(self, challenges: Sequence[Challenge]) -> None:
        """Keep what was offered: squid names only the scheme it has just refused."""
        offers: dict[str, list[Challenge]] = {}
        for challenge in challenges:
            offers.setdefault(challenge.scheme, []).append(challenge)
        self._offers |= offers

    def _next_scheme(self, method: str, target: str, *, leave_connection: bool) -> Answer:
        for name in self._authenticator.usable:
            if name not in self._offers or name in self._failed:
                continue
            answer = self._start(name, self._offers[name], method, target)
            if answer is not None:
                return replace(answer, on_new_connection=leave_connection)
            self._failed.add(name)
        self._scheme = None
        raise self._authenticator.refuse(list(self._offers), tried=self._tried)

    def _start(
        self, name: str, challenges: Sequence[Challenge], method: str, target: str
    ) -> Answer | None:
        self._scheme = start_scheme(name, self._authenticator.proxy)
        answer = _attempt(self._scheme, challenges, method, target)
        self._tried = self._tried or answer is not None
        return answer


def _attempt(
    scheme: Scheme, challenges: Sequence[Challenge], method: str, target: str
) -> Answer | None:
    """Ask the scheme; a handshake that breaks is a refusal of this scheme, never of the run.

    The libraries below (SPNEGO, NTLM, GSSAPI) raise whatever they like over a stranger's bytes.
    """
    try:
        return scheme.answer(challenges, method, target)
    except Exception:
        return None


def _usable_schemes(proxy: ProxySettings) -> tuple[str, ...]:
    if not proxy.has_credentials:
        return ()
    return tuple(name for name in _ORDER if name != "basic" or proxy.allow_basic)


def _enumerated(names: tuple[str, ...]) -> tuple[str, ...] | Sentence:
    return names or Sentence("nothing")
