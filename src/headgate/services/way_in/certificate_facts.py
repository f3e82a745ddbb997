"""Reading certificates: what one says, in words and numbers people can compare."""

import ipaddress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.errors import SettingsError
from headgate.sentences import Sentence

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, Name

#: What changes when a file is replaced: device, inode, size, time of change.
Stamp = tuple[int, int, int, int]


class CertificateError(SettingsError):
    """The certificate cannot be read, made or used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The CA that computers have to trust; public in every part."""

    name: str
    fingerprint: str  #: SHA-256, as AA:BB:…
    not_before: datetime
    not_after: datetime
    pem: bytes
    der: bytes  #: what Windows imports as .crt


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What the certificate in use says."""

    names: tuple[str, ...]
    issuer: str
    not_before: datetime
    not_after: datetime
    days_left: int  #: whole days; negative when it has expired
    fingerprint: str  #: SHA-256, as AA:BB:…
    authority: Authority | None  #: None: the administrator's own certificate

    @property
    def is_ours(self) -> bool:
        """Whether Headgate made it, and renews it by itself."""
        return self.authority is not None

    def covers(self, name: str) -> bool:
        """Whether a computer that uses this name or address accepts the certificate for it."""
        return any(_matches(pattern, name.lower()) for pattern in self.names)


def stamp_of(file: Path) -> Stamp | None:
    """Return what tells one version of a file from another; None when there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def read_certificate(file: Path) -> "Certificate":
    """Return the first certificate of a PEM file; raises CertificateError."""
    stamp = stamp_of(file)
    if stamp is None:
        raise unreadable(file)
    return _parsed(file, stamp)


@lru_cache(maxsize=8)
def _parsed(file: Path, stamp: Stamp) -> "Certificate":
    """Return the first certificate of a file; pages ask often, files change rarely."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(file.read_bytes())[0]
    except (OSError, ValueError) as exc:
        raise unreadable(file) from exc


def unreadable(file: Path) -> CertificateError:
    """Return the error for a file that holds no certificate."""
    return CertificateError(
        Sentence("The certificate {file} cannot be read.", file=str(file)),
        next_step=Sentence(
            "It has to be a PEM file that the user running Headgate may read; restore it, or "
            "remove it where Headgate made it: computers then have to trust a new CA."
        ),
    )


def facts_of(
    certificate: "Certificate", authority: Authority | None, now: datetime
) -> CertificateFacts:
    """Return what a certificate says; ``authority``: our CA if that has signed it."""
    from cryptography.hazmat.primitives.hashes import SHA256

    return CertificateFacts(
        names=names_in(certificate),
        issuer=_common_name(certificate.issuer),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        days_left=(certificate.not_valid_after_utc - now).days,
        fingerprint=certificate.fingerprint(SHA256()).hex(":").upper(),
        authority=authority,
    )


def authority_of(certificate: "Certificate") -> Authority:
    """Return what is public of a CA."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    return Authority(
        name=_common_name(certificate.subject),
        fingerprint=certificate.fingerprint(SHA256()).hex(":").upper(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        pem=certificate.public_bytes(Encoding.PEM),
        der=certificate.public_bytes(Encoding.DER),
    )


def names_in(certificate: "Certificate") -> tuple[str, ...]:
    """Return the names and addresses a certificate is for, in lower case."""
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    names = [name.lower() for name in found.get_values_for_type(x509.DNSName)]
    return (*names, *map(str, found.get_values_for_type(x509.IPAddress)))


def is_signed_by(certificate: "Certificate", ca: "Certificate") -> bool:
    """Whether the CA's key made the certificate's signature."""
    from cryptography.exceptions import InvalidSignature

    try:
        certificate.verify_directly_issued_by(ca)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _common_name(name: "Name") -> str:
    from cryptography.x509.oid import NameOID

    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string()


def normal_name(name: str) -> str:
    """Return an address as certificates write it, any other name in lower case."""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name.lower().rstrip(".")


def _matches(pattern: str, name: str) -> bool:
    """Compare as TLS clients do: a star stands for the first label alone."""
    name = normal_name(name)
    if pattern.startswith("*."):
        return name.partition(".")[2] == pattern[2:]
    return normal_name(pattern) == name
