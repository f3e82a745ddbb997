"""Looking at certificates: what a host presents, who issued it, and where the issuer can be had.

A chain that is not trusted yet can only be read by a handshake without verification. That is done
here and nowhere else, on a connection of its own that is closed after the handshake: no request
and no credential ever travels over it, and what is read decides about nothing but a sentence or
which address to fetch an issuer from. Trust is decided elsewhere (``trust``, ``tls``).
"""

from typing import Any

import httpcore2
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID, NameOID

from headgate.upstream.tls import looking_only


def presented_chain(
    stream: httpcore2.NetworkStream, host: str, *, timeout: float
) -> list[x509.Certificate]:
    """Return the certificates ``host`` presents over ``stream``, its own first; closes ``stream``.

    Raises what httpcore2 raises when the handshake itself fails, ``ValueError`` for certificates
    that cannot be read.
    """
    secured = stream.start_tls(ssl_context=looking_only(), server_hostname=host, timeout=timeout)
    try:
        return _certificates(secured.get_extra_info("ssl_object"))
    finally:
        secured.close()


def _certificates(ssl_object: Any) -> list[x509.Certificate]:
    """Return the unverified chain; the object has offered it since Python 3.10."""
    chain = [one.public_bytes() for one in ssl_object.get_unverified_chain() or ()]
    return [x509.load_pem_x509_certificate(pem.encode("ascii")) for pem in chain]


def read_certificate(data: bytes) -> x509.Certificate:
    """Read one certificate, PEM or DER. Raises ``ValueError``."""
    if data.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_certificate(data)
    return x509.load_der_x509_certificate(data)


def pem(certificate: x509.Certificate) -> bytes:
    """Return the certificate as PEM."""
    return certificate.public_bytes(Encoding.PEM)


def issuer_addresses(certificate: x509.Certificate) -> list[str]:
    """Return the http addresses of the issuer's certificate (RFC 5280, 4.2.2.1 caIssuers)."""
    try:
        access = certificate.extensions.get_extension_for_oid(
            ExtensionOID.AUTHORITY_INFORMATION_ACCESS
        ).value
    except x509.ExtensionNotFound:
        return []
    assert isinstance(access, x509.AuthorityInformationAccess)
    found = [
        entry.access_location.value
        for entry in access
        if entry.access_method == AuthorityInformationAccessOID.CA_ISSUERS
        and isinstance(entry.access_location, x509.UniformResourceIdentifier)
    ]
    return [address for address in found if address.lower().startswith("http://")]


def issuer_name(certificate: x509.Certificate) -> str:
    """Return the issuer's name as one line (RFC 4514)."""
    return certificate.issuer.rfc4514_string()


def issued_by_microsoft(certificate: x509.Certificate) -> bool:
    """Tell whether the issuer calls itself Microsoft: good for a hint, never for trust."""
    organisations = certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return any(str(one.value).startswith("Microsoft") for one in organisations)


def names(certificate: x509.Certificate) -> list[str]:
    """Return the host names and addresses the certificate was issued for."""
    try:
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    addresses = [str(one) for one in alternative.value.get_values_for_type(x509.IPAddress)]
    return [*alternative.value.get_values_for_type(x509.DNSName), *addresses]
