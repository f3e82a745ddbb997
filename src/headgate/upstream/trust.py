"""Microsoft's root certificate: fetched once, kept only if it is exactly the one expected.

Microsoft Update's certificate chains to *Microsoft Root Certificate Authority 2011*, which Linux
trust stores lack (FACTS 11). What decides is the root alone: self-signed, with the fingerprint
below. The chain that leads to it is read without trust (see ``certificates``) and only followed
as far as each certificate is truly signed by the next; so a TLS inspecting proxy is noticed and
named. Where the root is kept is not this file's affair: bytes go in and out, always PEM.
"""

from collections.abc import Iterator
from pathlib import Path

import httpx2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes

from headgate.errors import SettingsError, SourceError
from headgate.sentences import Sentence, said_by
from headgate.upstream import certificates
from headgate.upstream.failures import RootUnavailable, UntrustedCertificate
from headgate.upstream.translation import what_to_do_about_issuer
from headgate.upstream.transport import TransportSettings, open_client, presented_chain

#: Microsoft Root Certificate Authority 2011, SHA-1 of its DER form.
MICROSOFT_ROOT_FINGERPRINT = "8F43288AD272F3103B6FB1428485EA3014C0BCFE"

#: Root, two intermediates and the server's own: nobody's chain is as long as this.
_LONGEST_CHAIN = 8
#: Certificates have a few kilobytes; the address comes from a chain nobody trusts yet.
_LARGEST_CERTIFICATE = 64 * 1024


def fetch_microsoft_root(
    settings: TransportSettings,
    host: str,
    port: int = 443,
    *,
    fingerprint: str = MICROSOFT_ROOT_FINGERPRINT,
) -> bytes:
    """Return the root ``host`` chains to as PEM, fetched from where the chain says it lies.

    Goes the way of ``settings``, through its proxy if it has one. Raises ``UntrustedCertificate``
    when the chain leads elsewhere (TLS inspection: the issuer and the hosts to exempt are named),
    ``RootUnavailable`` when it leads nowhere, or any other ``SourceError`` of the way there.
    """
    try:
        chain = presented_chain(settings, host, port)
    except ValueError as exc:
        raise RootUnavailable(
            Sentence(
                "The certificate of {host}:{port} cannot be read: {reason}.",
                host=host,
                port=str(port),
                reason=said_by(exc),
            )
        ) from exc
    if not chain:
        raise RootUnavailable(
            Sentence("{host}:{port} presents no certificate.", host=host, port=str(port))
        )
    with open_client(settings) as client:
        root = _follow(client, chain, f"{host}:{port}")
    if not _is_expected(root, fingerprint):
        raise UntrustedCertificate(
            Sentence(
                "The certificate of {host}:{port} was issued by '{issuer}', which does not "
                "lead to 'Microsoft Root Certificate Authority 2011'.",
                host=host,
                port=str(port),
                issuer=certificates.issuer_name(chain[0]),
            ),
            issuer=certificates.issuer_name(chain[0]),
            next_step=what_to_do_about_issuer(host, chain[0]),
        )
    return certificates.pem(root)


def check_root(data: bytes, *, fingerprint: str = MICROSOFT_ROOT_FINGERPRINT) -> bytes:
    """Return the root in ``data`` (PEM or DER) as PEM, if it is the one expected.

    For what was kept earlier. Raises ``RootUnavailable`` for any other certificate.
    """
    try:
        root = certificates.read_certificate(data)
    except ValueError as exc:
        raise RootUnavailable(
            Sentence("This is not a certificate: {reason}.", reason=said_by(exc))
        ) from exc
    if not _is_expected(root, fingerprint):
        raise RootUnavailable(
            Sentence(
                "'{subject}' (SHA-1 {sha1}) is not the root expected (SHA-1 {fingerprint}, "
                "self-signed).",
                subject=root.subject.rfc4514_string(),
                sha1=_sha1(root),
                fingerprint=fingerprint.upper(),
            )
        )
    return certificates.pem(root)


def read_root_file(path: Path, *, fingerprint: str = MICROSOFT_ROOT_FINGERPRINT) -> bytes:
    """Return the root in the file ``source.root_file`` names, as PEM.

    Raises ``SettingsError`` when it cannot be read, ``RootUnavailable`` when it is another one.
    """
    try:
        data = path.read_bytes()
    except OSError as exc:
        raise SettingsError(
            Sentence(
                "The root certificate {path} cannot be read: {strerror}.",
                path=path,
                strerror=exc.strerror,
            ),
            next_step=Sentence(
                "Set `source.root_file` to a readable certificate file, or clear it."
            ),
        ) from exc
    return check_root(data, fingerprint=fingerprint)


def _follow(client: httpx2.Client, chain: list[x509.Certificate], place: str) -> x509.Certificate:
    """Walk from the server's certificate to a self-signed one."""
    current = chain[0]
    for _ in range(_LONGEST_CHAIN):
        if _signed_by(current, current):
            return current
        presented = next((one for one in chain if _signed_by(current, one)), None)
        current = presented or _fetch_issuer(client, current, place)
    raise RootUnavailable(Sentence("The certificate chain of {place} does not end.", place=place))


def _fetch_issuer(
    client: httpx2.Client, certificate: x509.Certificate, place: str
) -> x509.Certificate:
    """Fetch the issuer's certificate from the addresses ``certificate`` names."""
    addresses = certificates.issuer_addresses(certificate)
    for address in addresses:
        issuer = _fetch(client, address)
        if _signed_by(certificate, issuer):
            return issuer
    if addresses:
        raise RootUnavailable(
            Sentence(
                "What lies at {addresses} did not issue the certificate of {place}.",
                addresses=tuple(addresses),
                place=place,
            )
        )
    issuer_name = certificates.issuer_name(certificate)
    raise UntrustedCertificate(
        Sentence(
            "The certificate of {place} was issued by '{issuer}', and does not say where that "
            "issuer's certificate lies.",
            place=place,
            issuer=issuer_name,
        ),
        issuer=issuer_name,
        next_step=what_to_do_about_issuer(place.rpartition(":")[0], certificate),
    )


def _fetch(client: httpx2.Client, address: str) -> x509.Certificate:
    try:
        with client.stream("GET", address) as answer:
            status, content = answer.status_code, _beginning(answer.iter_raw())
    except SourceError as exc:
        raise RootUnavailable(
            Sentence("The issuer's certificate cannot be fetched: {reason}", reason=said_by(exc))
        ) from exc
    if status != 200:
        raise RootUnavailable(
            Sentence(
                "The issuer's certificate cannot be fetched: {address} answers {status}.",
                address=address,
                status=str(status),
            )
        )
    try:
        return certificates.read_certificate(content)
    except ValueError as exc:
        raise RootUnavailable(
            Sentence("{address} answers with something else than a certificate.", address=address)
        ) from exc


def _beginning(pieces: Iterator[bytes]) -> bytes:
    """Return the body, but not more of it than any certificate needs."""
    content = b""
    for piece in pieces:
        content += piece
        if len(content) > _LARGEST_CERTIFICATE:
            break
    return content


def _is_expected(root: x509.Certificate, fingerprint: str) -> bool:
    return _sha1(root) == fingerprint.upper() and _signed_by(root, root)


def _signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Tell whether ``issuer`` has signed ``certificate``: names and signature both agree."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _sha1(certificate: x509.Certificate) -> str:
    # A fingerprint of one given certificate: forging another with it is beyond SHA-1's breakage.
    return certificate.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303
