"""The one place where errors of sockets, TLS and HTTP become sentences an operator can use.

Decides which class of ``failures`` an error of httpcore2 (or of what lies below it) is. Needs to
be told with whom we were speaking, because the same error means different things at the proxy.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpcore2
from cryptography import x509

from headgate.errors import SourceError
from headgate.sentences import Sentence, said_by
from headgate.upstream import certificates, failures

# OpenSSL's X509_V_ERR_* numbers, as ssl.SSLCertVerificationError.verify_code carries them.
_NOT_YET_VALID, _EXPIRED, _NAME_MISMATCH, _ADDRESS_MISMATCH = 9, 10, 62, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """With whom we speak, and whether that is the proxy server on the way."""

    host: str
    port: int
    is_proxy: bool = False

    @property
    def name(self) -> str:
        """How the middle of a sentence calls it."""
        address = f"{self.host}:{self.port}"
        return Sentence("the proxy server {address}", address=address) if self.is_proxy else address

    @property
    def first_name(self) -> str:
        """How the beginning of a sentence calls it."""
        address = f"{self.host}:{self.port}"
        return Sentence("The proxy server {address}", address=address) if self.is_proxy else address


@contextmanager
def translated(peer: Peer) -> Iterator[None]:
    """Turn network errors raised inside into ``SourceError``; those already turned pass through."""
    try:
        yield
    except (
        httpcore2.NetworkError,
        httpcore2.TimeoutException,
        httpcore2.ProtocolError,
        OSError,
        UnicodeError,
    ) as exc:
        error = translate(exc, peer)
        error.at_proxy = bool(peer.is_proxy)
        raise error from exc


def translate(exc: Exception, peer: Peer) -> SourceError:
    """Return the ``SourceError`` that says what ``exc`` means when speaking with ``peer``."""
    cause = _cause(exc)
    if isinstance(cause, ssl.SSLError) and not _is_cut_tls(exc, cause):
        return explain_tls(cause, peer, certificate=None)
    # Who cannot even be reached is looked for where its name and port were set.
    look = failures.CHECK_PROXY if peer.is_proxy else None
    if isinstance(cause, socket.gaierror | UnicodeError):
        return failures.NameNotResolved(
            Sentence("The name of {peer} does not resolve.", peer=peer.name), next_step=look
        )
    if isinstance(exc, httpcore2.ConnectTimeout):
        return failures.SourceTimeout(
            Sentence("No connection to {peer} within the time allowed.", peer=peer.name),
            next_step=look,
        )
    if isinstance(exc, httpcore2.TimeoutException | TimeoutError):
        return failures.SourceTimeout(
            Sentence("{peer} did not answer within the time allowed.", peer=peer.first_name)
        )
    if isinstance(exc, httpcore2.ConnectError):
        return failures.ConnectionRefused(
            Sentence("Cannot connect to {peer}: {reason}.", peer=peer.name, reason=_reason(cause)),
            next_step=look,
        )
    if isinstance(exc, httpcore2.ProtocolError) and not _is_cut(exc):
        return failures.NotHttp(
            Sentence(
                "{peer} does not answer in HTTP: {reason}.",
                peer=peer.first_name,
                reason=said_by(exc),
            )
        )
    return failures.ConnectionCut(
        Sentence(
            "{peer} cut the connection: {reason}.", peer=peer.first_name, reason=_reason(cause)
        )
    )


def certificate_refused(exc: BaseException) -> ssl.SSLCertVerificationError | None:
    """Return the refusal of a certificate inside ``exc``, None for any other error."""
    cause = _cause(exc)
    return cause if isinstance(cause, ssl.SSLCertVerificationError) else None


def explain_tls(
    error: ssl.SSLError, peer: Peer, *, certificate: x509.Certificate | None
) -> failures.TlsError:
    """Return what a failed handshake means; ``certificate`` is the one seen, if it was."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return failures.TlsError(
            Sentence(
                "{peer} does not agree on TLS: {reason}.",
                peer=peer.first_name,
                reason=_reason(error),
            )
        )
    if error.verify_code in (_NAME_MISMATCH, _ADDRESS_MISMATCH):
        return _wrong_name(peer, certificate)
    if error.verify_code in (_NOT_YET_VALID, _EXPIRED):
        return _out_of_date(peer, certificate, expired=error.verify_code == _EXPIRED)
    return _untrusted(error, peer, certificate)


def _wrong_name(peer: Peer, certificate: x509.Certificate | None) -> failures.WrongCertificateName:
    names = certificates.names(certificate) if certificate else []
    if names:
        said = Sentence(
            "The certificate of {peer} was issued for another name (it is for {names}).",
            peer=peer.name,
            names=tuple(names[:5]),
        )
    else:
        said = Sentence("The certificate of {peer} was issued for another name.", peer=peer.name)
    return failures.WrongCertificateName(said, names=names)


def _out_of_date(
    peer: Peer, certificate: x509.Certificate | None, *, expired: bool
) -> failures.CertificateExpired:
    until = certificate.not_valid_after_utc if certificate else None
    if not expired:
        said = Sentence("A certificate of {peer} is not valid yet.", peer=peer.name)
    elif until is None:
        said = Sentence("A certificate of {peer} has expired.", peer=peer.name)
    else:
        said = Sentence(
            "A certificate of {peer} has expired (it ended {moment} UTC).",
            peer=peer.name,
            moment=f"{until:%Y-%m-%d %H:%M}",
        )
    return failures.CertificateExpired(said, until=until)


def _untrusted(
    error: ssl.SSLCertVerificationError, peer: Peer, certificate: x509.Certificate | None
) -> failures.UntrustedCertificate:
    issuer = certificates.issuer_name(certificate) if certificate else None
    if issuer:
        said = Sentence(
            "The certificate of {peer} was issued by '{issuer}', which is not trusted here "
            "({reason}).",
            peer=peer.name,
            issuer=issuer,
            reason=error.verify_message,
        )
    else:
        said = Sentence(
            "The certificate of {peer} comes from an authority that is not trusted here "
            "({reason}).",
            peer=peer.name,
            reason=error.verify_message,
        )
    return failures.UntrustedCertificate(
        said, issuer=issuer, next_step=what_to_do_about_issuer(peer.host, certificate)
    )


def what_to_do_about_issuer(host: str, certificate: x509.Certificate | None) -> str:
    """Return the step to take when ``host`` shows a certificate nobody here trusts."""
    microsoft = host.lower().endswith((".microsoft.com", ".windowsupdate.com"))
    if microsoft and certificate and certificates.issued_by_microsoft(certificate):
        return failures.RootUnavailable.next_step
    if microsoft:
        return Sentence(
            "A proxy or firewall seems to inspect TLS. Exempt these hosts from inspection: "
            "{hosts}.",
            hosts=(host, *failures.MICROSOFT_HOSTS),
        )
    return Sentence(
        "If this is your own authority, name its certificate in `source.ca_file`; if a proxy or "
        "firewall inspects TLS, exempt {host} from inspection.",
        host=host,
    )


def _cause(exc: BaseException) -> BaseException:
    """Return the error of the operating system or of TLS that httpcore2 has wrapped."""
    while exc.args and isinstance(exc.args[0], BaseException):
        exc = exc.args[0]
    return exc


def _is_cut(exc: httpcore2.ProtocolError) -> bool:
    """Tell an answer that ended early from one that is no HTTP; h11 says so in words alone."""
    text = str(exc)
    return isinstance(exc, httpcore2.RemoteProtocolError) and (
        text.startswith("Server disconnected") or "closed connection" in text
    )


def _is_cut_tls(exc: Exception, cause: ssl.SSLError) -> bool:
    """Tell a connection that ended after the handshake from TLS nobody could agree on."""
    ended = isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError)
    return ended and isinstance(exc, httpcore2.ReadError | httpcore2.WriteError)


def _reason(cause: BaseException) -> str:
    if isinstance(cause, ssl.SSLError) and cause.reason:
        return cause.reason.replace("_", " ").lower()
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return str(cause).rstrip(".") or type(cause).__name__
