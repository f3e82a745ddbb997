"""Whom TLS trusts: this machine's authorities, the operator's own, and one extra per host.

Verification is never off for anything that carries a request. The one context without
verification, ``looking_only``, is for reading what certificate somebody presents; no byte of HTTP
is ever sent over it (see ``certificates``).
"""

import ssl
from collections.abc import Mapping
from pathlib import Path

from headgate.errors import SettingsError
from headgate.sentences import Sentence


class TlsContexts:
    """The contexts of one client: a shared one, and one for each host with its own anchor.

    ``anchors`` are roots (PEM, several allowed) trusted for that host alone, beside the others.
    """

    def __init__(self, *, ca_file: Path | None, anchors: Mapping[str, bytes]) -> None:
        self._shared = _context(ca_file)
        self._own = {host.lower(): _context(ca_file, pem) for host, pem in anchors.items()}

    def for_host(self, host: str) -> ssl.SSLContext:
        """Return the context to use with ``host``."""
        return self._own.get(host.lower(), self._shared)


def looking_only() -> ssl.SSLContext:
    """Return a context that accepts any certificate, to look at one and hang up."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _context(ca_file: Path | None, anchor: bytes | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    # Python 3.13 switched this on; private authorities often lack the key identifiers it demands.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as exc:  # ssl.SSLError is one
            damaged = isinstance(exc, ssl.SSLError)
            why = Sentence("it holds none") if damaged else exc.strerror
            raise SettingsError(
                Sentence(
                    "The CA file {ca_file} cannot be read as PEM certificates: {why}.",
                    ca_file=ca_file,
                    why=why,
                ),
                next_step=Sentence(
                    "Set `source.ca_file` to a readable PEM file, or clear it with `headgate "
                    "settings set source.ca_file=`."
                ),
            ) from exc
    if anchor is not None:
        context.load_verify_locations(cadata=anchor.decode("ascii"))
    return context
