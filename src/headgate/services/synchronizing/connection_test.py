"""*Test connection*: the way to the update source as it is typed, told apart step by step.

1. The name is resolved: the proxy server's where one is used (which resolves the source's itself).
2. The proxy server takes connections.
3. It lets us through, with the user given.
4. TLS is agreed on with the source, whose certificate is trusted.
5. The source answers the first question of every synchronization.

Nothing is kept of it, and the source does not learn who we are. The first step that fails is the
one to mend; those behind it were not tried.
"""

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from headgate.errors import HeadgateError, SourceError
from headgate.sentences import Sentence
from headgate.services.synchronizing import connecting
from headgate.services.synchronizing.reachability import CONNECT_SECONDS, READ_SECONDS, side_by_side
from headgate.settings.shared import Shared
from headgate.upstream import failures
from headgate.upstream.exchange import NoSourceThere, UnreadableAnswer
from headgate.upstream.reachability import ask_source
from headgate.upstream.transport import open_client

#: Seconds for the whole test; a name server alone may take its time.
ALL_SECONDS = 30.0
#: Addresses of a name that are told; some names have dozens.
_ADDRESSES_TOLD = 3


class What(StrEnum):
    """What is told apart, in the order it is tried."""

    NAME = "name"
    PROXY = "proxy"
    SIGN_IN = "sign-in"
    TLS = "tls"
    ANSWER = "answer"


class Verdict(StrEnum):
    """How a step went."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"  #: not tried, because an earlier one failed
    NOT_NEEDED = "not needed"  #: the settings do without


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the way."""

    what: What
    verdict: Verdict
    sentence: str
    next_step: str = ""  #: what to do about it, where it failed


def try_connection(shared: Shared, *, directory: Path, seconds: float = ALL_SECONDS) -> list[Step]:
    """Try the way to the source under settings that need not be saved; every step is told.

    ``directory`` is the data directory, where Microsoft's root certificate is kept. Takes
    ``seconds`` at most. Raises SettingsError when the settings name no source or proxy.
    """
    connecting.base_url(shared.source)
    connecting.transport_settings(shared)
    trial = _Trial(shared, directory)
    answer = side_by_side({"connection": trial.run}, seconds).get("connection")
    if answer is None:
        return trial.given_up(seconds)
    if isinstance(answer, HeadgateError):
        return trial.stopped(_where(answer), answer.message, _next_step(answer))
    return trial.well()


class _Trial:
    """One try, and how far it has come."""

    def __init__(self, shared: Shared, directory: Path) -> None:
        self._shared = shared
        self._directory = directory
        self._url = connecting.base_url(shared.source)
        self._addresses: Sequence[str] | None = None  #: None: not resolved yet

    def run(self) -> bool:
        """Go all the way. Raises SourceError and SettingsError where it ends."""
        self._addresses = _resolved(self._first_name(), self._first_port())
        way = replace(
            connecting.transport_settings(self._shared),
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
        )
        with open_client(connecting.with_trust(way, self._shared, self._directory)) as client:
            ask_source(client, self._url)
        return True

    def well(self) -> list[Step]:
        """Return the steps when everything went well."""
        return [self._passed(what) for what in What]

    def stopped(self, at: What, sentence: str, next_step: str) -> list[Step]:
        """Return the steps when one of them failed."""
        order = list(What)
        failed = Step(what=at, verdict=Verdict.FAILED, sentence=sentence, next_step=next_step)
        return [
            *(self._passed(what) for what in order[: order.index(at)]),
            failed,
            *(self._not_tried(what) for what in order[order.index(at) + 1 :]),
        ]

    def given_up(self, seconds: float) -> list[Step]:
        """Return the steps when time ran out; what lies between is not known then."""
        at = What.NAME if self._addresses is None else What.ANSWER
        sentence = Sentence("No answer within {seconds} s.", seconds=round(seconds))
        steps = self.stopped(at, sentence, _CHECK_WAY)
        known = (What.NAME, at)
        return [step if step.what in known else self._not_tried(step.what) for step in steps]

    def _passed(self, what: What) -> Step:
        needed = self._needed(what)
        verdict = Verdict.OK if needed is None else Verdict.NOT_NEEDED
        return Step(what=what, verdict=verdict, sentence=needed or self._praise(what))

    def _not_tried(self, what: What) -> Step:
        needed = self._needed(what)
        if needed is not None:
            return Step(what=what, verdict=Verdict.NOT_NEEDED, sentence=needed)
        sentence = Sentence("Something before it failed.")
        return Step(what=what, verdict=Verdict.SKIPPED, sentence=sentence)

    def _needed(self, what: What) -> Sentence | None:
        """Return why the settings do without a step, None when they do not."""
        if what in (What.PROXY, What.SIGN_IN) and not self._shared.proxy.enabled:
            return Sentence("No proxy server is used.")
        if what is What.TLS and not self._shared.source.tls:
            return Sentence("SSL is not used.")
        return None

    def _praise(self, what: What) -> Sentence:
        proxy = self._shared.proxy
        match what:
            case What.NAME:
                return self._praise_name()
            case What.PROXY:
                return Sentence("{proxy} takes connections.", proxy=f"{proxy.host}:{proxy.port}")
            case What.SIGN_IN if proxy.use_credentials:
                return Sentence("The proxy server lets us through as {user}.", user=proxy.user)
            case What.SIGN_IN:
                return Sentence("The proxy server lets us through without signing in.")
            case What.TLS:
                return Sentence("The certificate of {source} is trusted.", source=self._url)
            case What.ANSWER:
                return Sentence("{source} answers as an update source.", source=self._url)

    def _praise_name(self) -> Sentence:
        name, found = self._first_name(), tuple(self._addresses or ())
        if not found:
            return Sentence("{name} is an address; no name has to be resolved.", name=name)
        return Sentence(
            "The name {name} resolves to {addresses}.",
            name=name,
            addresses=found[:_ADDRESSES_TOLD],
        )

    def _first_name(self) -> str:
        proxy, source = self._shared.proxy, self._shared.source
        return (proxy.host if proxy.enabled else source.host) or ""

    def _first_port(self) -> int:
        proxy, source = self._shared.proxy, self._shared.source
        return proxy.port if proxy.enabled else source.port


def _resolved(name: str, port: int) -> list[str]:
    """Return the addresses of a name, none for what is an address. Raises NameNotResolved."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        pass
    else:
        return []
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as exc:
        raise failures.NameNotResolved(
            Sentence("The name {name} does not resolve.", name=name)
        ) from exc
    return list(dict.fromkeys(str(address[4][0]) for address in found))


def _where(error: HeadgateError) -> What:
    """Return the step an error belongs to."""
    if not isinstance(error, SourceError) or isinstance(error, _ABOUT_TRUST):
        return What.TLS  # a file with certificates that cannot be read
    if isinstance(error, failures.NameNotResolved):
        return What.NAME
    if isinstance(error, failures.ProxyAuthenticationError):
        return What.SIGN_IN
    return What.PROXY if error.at_proxy else What.ANSWER


_ABOUT_TRUST = (failures.TlsError, failures.RootUnavailable)

_CHECK_PROXY = Sentence(
    "Check name and port under Proxy server, that it runs, and the firewalls on the way."
)
_CHECK_SOURCE = Sentence(
    "Check name, port and SSL under Update source, that the source runs, and the firewalls on the "
    "way."
)
_CHECK_FILES = Sentence(
    "Check that the file with the certificate is on this server, and that Headgate may read it."
)
_CHECK_WAY = Sentence("Check this server's DNS, the firewall and the proxy server.")

#: What to do, in the words of the page; an error that is not here brings its own.
_NEXT_STEPS: tuple[tuple[type[SourceError], Sentence], ...] = (
    (
        failures.ProxyCredentialsMissing,
        Sentence(
            "Tick Use user credentials to connect to the proxy server, and type user name and "
            "password."
        ),
    ),
    (
        failures.BasicNotAllowed,
        Sentence(
            "Have the proxy server offer Negotiate, NTLM or Digest; or tick Allow basic "
            "authentication, if the way to it can be trusted with the password in clear text."
        ),
    ),
    (
        failures.ProxyAuthenticationError,
        Sentence("Check user name, domain and password under Proxy server."),
    ),
    (
        failures.ProxyCannotReach,
        Sentence("Check on the proxy server that it can resolve and reach the update source."),
    ),
    (failures.NameNotResolved, Sentence("Check the spelling, and this server's DNS.")),
    (
        failures.WrongCertificateName,
        Sentence("Use a name from the certificate, or have the certificate renewed there."),
    ),
    (
        UnreadableAnswer,
        Sentence(
            "A proxy server or filter may answer in the source's place: exempt the source there."
        ),
    ),
)
_OF_THE_WAY = (
    failures.ConnectionRefused,
    failures.SourceTimeout,
    failures.ConnectionCut,
    failures.NotHttp,
)
#: What a web server answers that is no update source, besides refusing and sending elsewhere.
_ELSEWHERE = range(404, 500)


def _next_step(error: HeadgateError) -> str:
    if isinstance(error, _OF_THE_WAY):
        return _CHECK_PROXY if error.at_proxy else _CHECK_SOURCE
    if not isinstance(error, SourceError):
        return _CHECK_FILES
    if isinstance(error, NoSourceThere) and error.status in _ELSEWHERE:
        return _CHECK_SOURCE
    if type(error) is failures.TlsError:
        return _CHECK_SOURCE
    return next((step for kind, step in _NEXT_STEPS if isinstance(error, kind)), error.next_step)
