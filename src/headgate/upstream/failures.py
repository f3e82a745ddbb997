"""What can go wrong on the way to the update source, one class per meaning.

    SourceError
    ├── PassingTrouble              worth another try after a pause
    │   ├── ConnectionRefused       nobody listens there, or a firewall says no
    │   ├── SourceTimeout           no answer within the time allowed
    │   ├── ConnectionCut           the answer ended in the middle, or never began
    │   ├── BusyAnswer              HTTP 408, 425, 429 or 5xx to a file request
    │   └── ProxyCannotReach        the proxy answers, but cannot reach the source
    ├── NameNotResolved             of the source, or of the proxy
    ├── NotHttp                     something answers, and it is not HTTP
    ├── TlsError                    the handshake failed
    │   ├── UntrustedCertificate    unknown authority; carries the issuer that was seen
    │   ├── WrongCertificateName    a certificate for somebody else
    │   └── CertificateExpired      or not valid yet: the clock may be wrong
    ├── RootUnavailable             Microsoft's root cannot be fetched, or is not the one expected
    ├── ProxyRefused                the proxy answers 403 or the like to CONNECT
    ├── FileNotAtSource             404 at every address of an update file
    ├── UnusableAddress             no address at all, or not http
    ├── WrongSize                   an update file of another size than announced
    ├── UnexpectedAnswer            an HTTP status that makes no sense for an update file
    └── ProxyAuthenticationError    407: the proxy refused name and password
        ├── ProxyCredentialsMissing the proxy asks for them and none are set
        └── BasicNotAllowed         it offers Basic alone, which sends the password in clear text

No message ever contains a password: none of these classes is given one.
"""

from collections.abc import Sequence
from datetime import datetime

from headgate.errors import SourceError
from headgate.sentences import Sentence

CHECK_PROXY = Sentence(
    "Check the settings of the proxy (`headgate settings show proxy`), then run `headgate doctor`."
)
RUN_DOCTOR = Sentence(
    "Run `headgate doctor`: it tries the source and the content hosts one by one."
)

#: What a TLS inspecting proxy has to leave alone for Microsoft Update to work.
MICROSOFT_HOSTS = (
    "*.update.microsoft.com",
    "*.windowsupdate.com",
    "*.windowsupdate.microsoft.com",
    "*.delivery.mp.microsoft.com",
)


class PassingTrouble(SourceError):
    """Trouble that may pass by itself: worth another try after a pause."""

    next_step = RUN_DOCTOR


class ConnectionRefused(PassingTrouble):
    """The connection was refused or could not be routed."""


class SourceTimeout(PassingTrouble):
    """Nothing came within the time allowed."""


class ConnectionCut(PassingTrouble):
    """The connection ended before the answer did."""


class BusyAnswer(PassingTrouble):
    """The source answered a file request with HTTP 408, 425, 429 or 5xx."""


class ProxyCannotReach(PassingTrouble):
    """The proxy answered CONNECT with 502, 503 or 504: it cannot reach the source itself."""

    next_step = Sentence(
        "Check on the proxy that it can resolve and reach this host, then run `headgate doctor`."
    )


class NameNotResolved(SourceError):
    """A name has no address."""

    next_step = Sentence("Check the spelling and this machine's DNS, then run `headgate doctor`.")


class NotHttp(SourceError):
    """Something answers at that port, and it does not speak HTTP."""

    next_step = Sentence(
        "Check name, port and TLS of the source and of the proxy: `headgate settings show`."
    )


class TlsError(SourceError):
    """TLS could not be agreed on."""

    next_step = Sentence("Check port and TLS of the source (`source.port`, `source.tls`).")


class UntrustedCertificate(TlsError):
    """The certificate comes from an authority nobody here trusts.

    ``issuer`` names it as the certificate does (RFC 4514), None when it could not be looked at.
    """

    def __init__(self, message: str, *, issuer: str | None, next_step: str) -> None:
        super().__init__(message, next_step=next_step)
        self.issuer = issuer


class WrongCertificateName(TlsError):
    """The certificate was issued for other names (``names``)."""

    next_step = Sentence(
        "Use a name from the certificate in `source.host`, or renew the certificate there."
    )

    def __init__(self, message: str, *, names: Sequence[str]) -> None:
        super().__init__(message)
        self.names = tuple(names)


class CertificateExpired(TlsError):
    """The certificate is past its end (``until``), or not valid yet."""

    next_step = Sentence(
        "Check this machine's clock first; then have the certificate renewed there."
    )

    def __init__(self, message: str, *, until: datetime | None) -> None:
        super().__init__(message)
        self.until = until


class RootUnavailable(SourceError):
    """The expected root certificate cannot be had from where the chain points."""

    next_step = Sentence(
        "Fetch 'Microsoft Root Certificate Authority 2011' on another machine and name the file in "
        "`source.root_file`."
    )


class ProxyRefused(SourceError):
    """The proxy does not let us through to this host (``status`` of its answer to CONNECT)."""

    next_step = Sentence("Have the proxy allow CONNECT to this host and port.")

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class FileNotAtSource(SourceError):
    """The source does not have an update file it has announced."""

    next_step = Sentence(
        "Synchronize again: an expired update's files are taken away at the source."
    )


class UnusableAddress(SourceError):
    """The source, or a redirection, names an address that is none, or not http."""

    next_step = Sentence("Check name and port of the source: `headgate settings show source`.")


class WrongSize(SourceError):
    """An address of an update file sends more or fewer bytes than the metadata announce."""

    next_step = Sentence(
        "A proxy or firewall may answer in the source's place: open the address there."
    )


class UnexpectedAnswer(SourceError):
    """An HTTP status no update file is answered with (``status``), such as a proxy's 403."""

    next_step = RUN_DOCTOR

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class ProxyAuthenticationError(SourceError):
    """The proxy refused name and password in every scheme both sides speak.

    ``host`` and ``port`` are the proxy's, ``offered`` the schemes it named.
    """

    next_step = CHECK_PROXY

    def __init__(self, message: str, *, host: str, port: int, offered: Sequence[str]) -> None:
        super().__init__(message)
        self.host = host
        self.port = port
        self.offered = tuple(offered)


class ProxyCredentialsMissing(ProxyAuthenticationError):
    """The proxy asks who we are, and no user is set."""

    next_step = Sentence(
        "Set `proxy.use_credentials`, `proxy.user` and `proxy.password`, then run `headgate "
        "doctor`."
    )


class BasicNotAllowed(ProxyAuthenticationError):
    """The proxy offers nothing but Basic, and `proxy.allow_basic` is off."""

    next_step = Sentence(
        "Have the proxy offer Negotiate, NTLM or Digest, or set `proxy.allow_basic=true` if the "
        "way to the proxy can be trusted with the password in clear text."
    )
