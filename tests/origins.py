"""Small web servers on 127.0.0.1, plain or TLS, and a certificate authority of our own.

They stand for the update source, for content hosts and for the address a certificate names as
its issuer's. What they are asked is kept in ``requests``.
"""

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Certified:
    """A key with its certificate: an authority, or a server."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def sha1(self) -> str:
        return self.certificate.fingerprint(hashes.SHA1()).hex()


def certify(
    name: str,
    *,
    issuer: Certified | None = None,
    authority: bool = False,
    hosts: Sequence[str] = ("localhost", "127.0.0.1"),
    issuer_address: str | None = None,
    begins: datetime.timedelta = -10 * DAY,
    ends: datetime.timedelta = 30 * DAY,
) -> Certified:
    """Issue a certificate; without ``issuer`` it is self-signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test Works"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False
        )
    if issuer_address:
        access = x509.AccessDescription(
            AuthorityInformationAccessOID.CA_ISSUERS,
            x509.UniformResourceIdentifier(issuer_address),
        )
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    signer = issuer.key if issuer else key
    return Certified(certificate=builder.sign(signer, hashes.SHA256()), key=key)


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def server_context(folder: Path, *chain: Certified) -> ssl.SSLContext:
    """Return a context that presents ``chain``, the server's own certificate first."""
    file = folder / f"{chain[0].sha1}.pem"
    key = chain[0].key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(key + b"".join(one.pem for one in chain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]  #: names in lower case
    body: bytes


@dataclass
class Origin:
    """A running server: what it serves, what it was asked, and how it misbehaves."""

    port: int
    tls: bool
    files: dict[str, bytes] = field(default_factory=dict)
    requests: list[Seen] = field(default_factory=list)
    #: Called first with the handler; True means it has answered (or cut the line) itself.
    misbehave: Callable[[BaseHTTPRequestHandler, Seen], bool] | None = None

    def url(self, path: str) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}{path}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20
    origin: Origin

    def do_GET(self) -> None:
        seen = self._note()
        if self.origin.misbehave and self.origin.misbehave(self, seen):
            return
        content = self.origin.files.get(seen.path)
        if content is None:
            self.answer(404, b"no such file")
        elif "range" in seen.headers:
            self._answer_range(content, seen.headers["range"])
        else:
            self.answer(200, content)

    def do_POST(self) -> None:
        seen = self._note()
        if not (self.origin.misbehave and self.origin.misbehave(self, seen)):
            self.answer(200, b"received %d" % len(seen.body))

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer_range(self, content: bytes, wanted: str) -> None:
        first = int(wanted.removeprefix("bytes=").split("-")[0])
        if first >= len(content):
            self.answer(416, b"", Content_Range=f"bytes */{len(content)}")
            return
        where = f"bytes {first}-{len(content) - 1}/{len(content)}"
        self.answer(206, content[first:], Content_Range=where)

    def _note(self) -> Seen:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen = Seen(self.command, self.path, headers, self.rfile.read(length))
        self.origin.requests.append(seen)
        return seen

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 32

    def handle_error(self, request: object, client_address: object) -> None:
        """Handshakes that fail are what some tests are about."""


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[Origin]:
    """Serve on a free port of 127.0.0.1, with TLS when a context is given."""
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    if context is not None:
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    origin = Origin(port=server.server_address[1], tls=context is not None)
    handler.origin = origin  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
