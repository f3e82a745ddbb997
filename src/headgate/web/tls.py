"""TLS of a listener: which clients may come, and new certificates without a restart.

TLS 1.2 is the least. Of its cipher suites OpenSSL's own default counts, not Python's shorter list:
Windows 7, 8.1 and Server 2012 R2 share none of the latter with an RSA certificate.
"""

import asyncio
import ssl
from dataclasses import dataclass

import structlog

from headgate.errors import HeadgateError
from headgate.sentences import Sentence
from headgate.services.way_in.own_certificates import CertificateFiles, OwnCertificates

#: Seconds between two looks at the names and files a certificate depends on.
LOOK_SECONDS = 5.0

log = structlog.get_logger()


class UnusableCertificateError(HeadgateError):
    """The files are no certificate and its key."""


@dataclass(slots=True)
class LiveCertificate:
    """The TLS context of a listener, which takes new certificates while it is in use."""

    certificates: OwnCertificates
    context: ssl.SSLContext
    loaded: CertificateFiles

    @classmethod
    def open(cls, certificates: OwnCertificates) -> "LiveCertificate":
        """Make or renew the certificate if that is due, and load it.

        Raises CertificateError or UnusableCertificateError.
        """
        files = certificates.ready()
        return cls(certificates, _context(files), files)

    async def follow(self) -> None:
        """Load every new certificate; never returns. A bad one is logged and the old one kept."""
        refused, said = None, ""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                files = await asyncio.to_thread(self.certificates.ready)
                if files not in (self.loaded, refused):
                    refused = files
                    await asyncio.to_thread(_context, files)  # one that fails must not be half in
                    # Here, in the thread of all handshakes, so that none sees it half loaded.
                    _load(self.context, files)
                    self.loaded = files
                    log.info("certificate taken up", certificate=str(files.certificate))
            except HeadgateError as error:
                if error.sentence() != said:
                    said = error.sentence()
                    log.warning("the certificate before is kept", reason=said)


def _context(files: CertificateFiles) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DEFAULT")
    _load(context, files)
    return context


def _load(context: ssl.SSLContext, files: CertificateFiles) -> None:
    try:
        # A key behind a password would be asked for on the terminal; nobody sits there.
        context.load_cert_chain(files.certificate, files.key, password=lambda: "")
    except OSError as exc:  # ssl.SSLError is one
        raise UnusableCertificateError(
            Sentence(
                "The certificate {file} cannot be used ({reason}).",
                file=str(files.certificate),
                reason=exc.strerror or str(exc),
            ),
            next_step=Sentence(
                "listen.certificate names a PEM file with the certificate and its chain, "
                "listen.key one with its private key and no password; both must be readable for "
                "this user."
            ),
        ) from exc
