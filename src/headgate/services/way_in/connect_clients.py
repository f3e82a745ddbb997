"""How a Windows computer is connected to this server: what to set there, and what must work.

Without TLS unless an administrator's certificate is in use: a computer that does not trust our own
CA yet refuses every call. TLS is the better choice once it does: over plain HTTP, somebody on the
way can offer a computer any program Microsoft has ever signed. Files go over plain HTTP either way;
their digests come by the safe one.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from headgate.errors import UsageError
from headgate.fleet.names import requested_group
from headgate.sentences import Sentence
from headgate.services.way_in.addresses import Addresses
from headgate.services.way_in.certificate_facts import Authority
from headgate.services.way_in.client_settings import RegistryValue, values_for
from headgate.services.way_in.own_certificates import OwnCertificates

#: Services of Windows without which nothing is scanned, downloaded or verified.
MUST_RUN = ("wuauserv", "UsoSvc", "BITS", "DoSvc", "CryptSvc")

#: How to begin at once instead of within a day, by system.
BEGIN = (
    ("Windows 10, Server 2016 and later", "usoclient StartScan"),
    ("PowerShell, any Windows", "(New-Object -ComObject Microsoft.Update.AutoUpdate).DetectNow()"),
)

_USUAL_PORTS = {"http": 80, "https": 443}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class NoTlsError(UsageError):
    """Connecting with TLS was asked for, and the server does not listen with it."""

    def __init__(self) -> None:
        super().__init__(
            Sentence("This server does not listen with TLS."),
            next_step=Sentence(
                "Set `listen.https` or start `headgate serve` with --listen-tls, or connect "
                "without --tls."
            ),
        )


class GroupNameError(UsageError):
    """The name cannot be a group's."""

    def __init__(self) -> None:
        super().__init__(
            Sentence("This cannot be the name of a group."),
            next_step=Sentence("Use up to 256 characters, none of them invisible."),
        )


class OnlyHereError(UsageError):
    """Computers were to be kept from Microsoft, where they fetch their files."""

    def __init__(self) -> None:
        super().__init__(
            Sentence(
                "Computers fetch update files from Microsoft (`content.store` is `microsoft`), so "
                "they must not be kept from it."
            ),
            next_step=Sentence("Connect without --only-here, or set `content.store=local` first."),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What to do on a computer, and what must be open on the way."""

    server: str  #: URL with scheme and port, without a path
    content_port: int  #: plain HTTP: what is downloaded comes from here
    values: tuple[RegistryValue, ...]
    authority: Authority | None  #: whom computers have to trust first; None: nobody new
    #: Where its certificate can be fetched: over plain HTTP, before anything is trusted.
    authority_url: str | None
    files_from_microsoft: bool  #: computers fetch update files there, and licences from here
    only_here: bool  #: computers are kept from Microsoft's own servers
    could_use_tls: bool  #: the server listens with TLS, and this connection goes without
    cautions: tuple[Sentence, ...]  #: what would keep computers away as things are

    @property
    def ports(self) -> tuple[int, ...]:
        """TCP ports a computer must reach on this server, in order."""
        return tuple(sorted({self.content_port, urlsplit(self.server).port or 0}))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectClients:
    """Tells how computers are connected to this installation."""

    addresses: Addresses
    certificates: OwnCertificates
    has_own_certificate: bool  #: the administrator's, which computers trust already
    files_from_microsoft: bool = False

    def connection(
        self, *, tls: bool | None = None, group: str | None = None, only_here: bool = False
    ) -> Connection:
        """Return what to do on a computer.

        ``tls``: None for what fits the certificate. ``group``: for client-side targeting.
        ``only_here``: it never asks Microsoft's own servers. Raises NoTlsError, GroupNameError,
        OnlyHereError.
        """
        if only_here and self.files_from_microsoft:
            raise OnlyHereError
        if group is not None and (group := requested_group(group)) is None:
            raise GroupNameError
        present = self.addresses.present()
        if tls is None:
            tls = self.has_own_certificate and bool(present.https)
        if tls and not present.https:
            raise NoTlsError
        server = _with_port((present.https if tls else present.http)[0])
        plain = _with_port(present.http[0])
        authority = self._authority() if tls else None
        return Connection(
            server=server,
            content_port=urlsplit(plain).port or _USUAL_PORTS["http"],
            values=values_for(server, group, only_here=only_here),
            authority=authority,
            authority_url=f"{plain}/console/certificate/headgate-ca.crt" if authority else None,
            files_from_microsoft=self.files_from_microsoft,
            only_here=only_here,
            could_use_tls=not tls and bool(present.https),
            cautions=self._cautions(server, running=present.running, tls=tls),
        )

    def _authority(self) -> Authority | None:
        facts = self.certificates.describe()
        return facts.authority if facts else None

    def _cautions(self, server: str, *, running: bool, tls: bool) -> tuple[Sentence, ...]:
        host = urlsplit(server).hostname or ""
        found = []
        if not running:
            found.append(
                Sentence("No server runs with this data directory yet; start `headgate serve`.")
            )
        if host in _LOOPBACK:
            found.append(
                Sentence(
                    "{host} is this machine alone. Set `listen.http` to an address other computers "
                    "reach, and `server.names` to the name they use.",
                    host=host,
                )
            )
        facts = self.certificates.describe() if tls else None
        if tls and facts is None:
            found.append(Sentence("There is no certificate yet; `headgate serve` makes one."))
        if facts is not None and not facts.covers(host):
            found.append(
                Sentence("The certificate is not for {host}; computers would refuse it.", host=host)
            )
        return tuple(found)


def _with_port(url: str) -> str:
    """Return an address with its port, even the usual one: agents take it literally."""
    parts = urlsplit(url)
    if parts.port is not None:
        return url
    return f"{url}:{_USUAL_PORTS[parts.scheme]}"
