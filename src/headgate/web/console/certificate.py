"""The certificate page: whom computers have to trust, and how they learn it. Open to everybody.

What it offers is public by nature. Whether it is genuine, people find out by comparing the
fingerprint with the one in the terminal.
"""

from starlette.responses import Response

from headgate.services.way_in.certificate_facts import CertificateFacts
from headgate.web.console.visit import Console, Visit

#: How files are called in people's download folders, and in the commands on the page.
FILE_NAME = "headgate-ca"


def in_use(console: Console) -> CertificateFacts | None:
    """Return what the certificate says; None when the server listens without TLS."""
    return console.certificates.describe() if console.addresses.tls_port else None


def show(console: Console, visit: Visit) -> Response:
    """Show the certificate, its CA and how to deploy it."""
    return visit.page("certificate.html", certificate=in_use(console))


def windows_file(console: Console, visit: Visit) -> Response:
    """Send the CA the way Windows imports it."""
    found = in_use(console)
    if found is None or found.authority is None:
        return _nothing_to_trust(visit, found)
    return _file(found.authority.der, "application/x-x509-ca-cert", "crt")


def pem_file(console: Console, visit: Visit) -> Response:
    """Send the CA the way most other systems import it."""
    found = in_use(console)
    if found is None or found.authority is None:
        return _nothing_to_trust(visit, found)
    return _file(found.authority.pem, "application/x-pem-file", "pem")


def _file(content: bytes, kind: str, ending: str) -> Response:
    attached = f'attachment; filename="{FILE_NAME}.{ending}"'
    return Response(content, media_type=kind, headers={"Content-Disposition": attached})


def _nothing_to_trust(visit: Visit, found: CertificateFacts | None) -> Response:
    return visit.page("certificate.html", status=404, certificate=found)
