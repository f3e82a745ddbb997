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
from headgate.upstream import certificates, failures

# OpenSSL's X509_V_ERR_* numbers, as ssl.SSLCertVerificationError.verify_code carries them.
_NOT_YET_VALID, _EXPIRED, _NAME_MISMATCH, _ADDRESS_MISMATCH = 9, 10, 62, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """With whom we speak; ``role`` goes before the address, such as "the proxy server"."""

    host: str
    port: int
    role: str = ""

    def __str__(self) -> str:
        return f"{self.role} {self.host}:{self.port}".lstrip()


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
        raise translate(exc, peer) from exc


def translate(exc: Exception, peer: Peer) -> SourceError:
    """Return the ``SourceError`` that says what ``exc`` means when speaking with ``peer``."""
    cause = _cause(exc)
    if isinstance(cause, ssl.SSLError) and not _is_cut_tls(exc, cause):
        return explain_tls(cause, peer, certificate=None)
    # Who cannot even be reached is looked for where its name and port were set.
    look = failures.CHECK_PROXY if peer.role else None
    if isinstance(cause, socket.gaierror | UnicodeError):
        return failures.NameNotResolved(f"The name of {peer} does not resolve.", next_step=look)
    if isinstance(exc, httpcore2.ConnectTimeout):
        return failures.SourceTimeout(
            f"No connection to {peer} within the time allowed.", next_step=look
        )
    if isinstance(exc, httpcore2.TimeoutException | TimeoutError):
        return failures.SourceTimeout(f"{_capital(peer)} did not answer within the time allowed.")
    if isinstance(exc, httpcore2.ConnectError):
        return failures.ConnectionRefused(
            f"Cannot connect to {peer}: {_reason(cause)}.", next_step=look
        )
    if isinstance(exc, httpcore2.ProtocolError) and not _is_cut(exc):
        return failures.NotHttp(f"{_capital(peer)} does not answer in HTTP: {exc}.")
    return failures.ConnectionCut(f"{_capital(peer)} cut the connection: {_reason(cause)}.")


def certificate_refused(exc: BaseException) -> ssl.SSLCertVerificationError | None:
    """Return the refusal of a certificate inside ``exc``, None for any other error."""
    cause = _cause(exc)
    return cause if isinstance(cause, ssl.SSLCertVerificationError) else None


def explain_tls(
    error: ssl.SSLError, peer: Peer, *, certificate: x509.Certificate | None
) -> failures.TlsError:
    """Return what a failed handshake means; ``certificate`` is the one seen, if it was."""
    if not isinstance(error, ssl.SSLCertVerificationError):
        return failures.TlsError(f"{_capital(peer)} does not agree on TLS: {_reason(error)}.")
    if error.verify_code in (_NAME_MISMATCH, _ADDRESS_MISMATCH):
        return _wrong_name(peer, certificate)
    if error.verify_code in (_NOT_YET_VALID, _EXPIRED):
        return _out_of_date(peer, certificate, expired=error.verify_code == _EXPIRED)
    return _untrusted(error, peer, certificate)


def _wrong_name(peer: Peer, certificate: x509.Certificate | None) -> failures.WrongCertificateName:
    names = certificates.names(certificate) if certificate else []
    shown = f" (it is for {', '.join(names[:5])})" if names else ""
    return failures.WrongCertificateName(
        f"The certificate of {peer} was issued for another name{shown}.", names=names
    )


def _out_of_date(
    peer: Peer, certificate: x509.Certificate | None, *, expired: bool
) -> failures.CertificateExpired:
    until = certificate.not_valid_after_utc if certificate else None
    when = f" (it ended {until:%Y-%m-%d %H:%M} UTC)" if until and expired else ""
    what = "has expired" if expired else "is not valid yet"
    return failures.CertificateExpired(f"A certificate of {peer} {what}{when}.", until=until)


def _untrusted(
    error: ssl.SSLCertVerificationError, peer: Peer, certificate: x509.Certificate | None
) -> failures.UntrustedCertificate:
    issuer = certificates.issuer_name(certificate) if certificate else None
    by = f"was issued by '{issuer}', which" if issuer else "comes from an authority that"
    return failures.UntrustedCertificate(
        f"The certificate of {peer} {by} is not trusted here ({error.verify_message}).",
        issuer=issuer,
        next_step=what_to_do_about_issuer(peer.host, certificate),
    )


def what_to_do_about_issuer(host: str, certificate: x509.Certificate | None) -> str:
    """Return the step to take when ``host`` shows a certificate nobody here trusts."""
    microsoft = host.lower().endswith((".microsoft.com", ".windowsupdate.com"))
    if microsoft and certificate and certificates.issued_by_microsoft(certificate):
        return failures.RootUnavailable.next_step
    if microsoft:
        return (
            "A proxy or firewall seems to inspect TLS. Exempt these hosts from inspection: "
            f"{host}, {', '.join(failures.MICROSOFT_HOSTS)}."
        )
    return (
        "If this is your own authority, name its certificate in `source.ca_file`; if a proxy or "
        f"firewall inspects TLS, exempt {host} from inspection."
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


def _capital(peer: Peer) -> str:
    return str(peer).replace("the ", "The ", 1) if peer.role else str(peer)
