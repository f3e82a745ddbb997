"""Making a CA and a server certificate that Windows computers of all ages accept.

RSA with SHA-256, because Schannel before Windows 10 joins ECDSA certificates with few cipher
suites, and none of them where administrators have pinned the RSA ones. The CA signs once a year
and has to last ten: 3072 bits. The server's key signs every handshake, and 2048 bits cost a third
of that. Only bytes come in and go out; files are ``own_certificates``' affair.
"""

import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CA_BITS = 3072
CA_DAYS = 3652
SERVER_BITS = 2048
#: What browsers accept at most is 398.
SERVER_DAYS = 397

#: Clocks of a fleet differ: a certificate made now has to be valid for those that are behind.
_EARLIER = timedelta(days=1)
#: The longest common name X.509 allows.
_LONGEST_NAME = 64


def make_authority(host: str, *, at: datetime) -> bytes:
    """Return a new CA named after ``host``: its private key and its certificate, in PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=CA_BITS)
    name = _name(f"Headgate CA of {host}")
    point = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = (
        _builder(name, name, key.public_key(), at=at, until=at + timedelta(days=CA_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .add_extension(point, critical=False)
        .sign(key, hashes.SHA256())
    )
    return _pem(key, certificate)


def make_server_certificate(authority: bytes, names: Sequence[str], *, at: datetime) -> bytes:
    """Return a key and a certificate for ``names`` (at least one) signed by a CA of ours, in PEM.

    It never outlives the CA.
    """
    signer, ca = _read(authority)
    key = rsa.generate_private_key(public_exponent=65537, key_size=SERVER_BITS)
    until = min(at - _EARLIER + timedelta(days=SERVER_DAYS), ca.not_valid_after_utc)
    signed_by = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    certificate = (
        _builder(_name(names[0]), ca.subject, key.public_key(), at=at, until=until)
        .add_extension(
            x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(signed_by),
            critical=False,
        )
        .sign(signer, hashes.SHA256())
    )
    return _pem(key, certificate)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: rsa.RSAPublicKey,
    *,
    at: datetime,
    until: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _EARLIER)
        .not_valid_after(until)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:_LONGEST_NAME])])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        content_commitment=False,
        key_encipherment=not sign_certificates,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> bytes:
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def _read(authority: bytes) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = serialization.load_pem_private_key(authority, None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("a CA of ours has an RSA key")
    return key, x509.load_pem_x509_certificates(authority)[0]
