"""Whom a browser's Negotiate names, checked with the key in a keytab.

Needs the extra ``kerberos``, which is imported at the first sign-in. Kerberos alone is accepted;
a browser that offers NTLM instead is shown the form.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import structlog

_NTLM = b"NTLMSSP\x00"
_NEGOTIATE = "1.3.6.1.5.5.2"
_VERSION = b"\x05\x02"  # of a keytab

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody a ticket names."""

    principal: str  #: anna@CORP.EXAMPLE
    of_own_realm: bool  #: the realm is one the keytab has a key of; others may use the same names


class Kerberos:
    """The accepting side of Negotiate for one keytab."""

    def __init__(self, keytab: Path) -> None:
        self._keytab = keytab

    def identity(self, token: bytes) -> Identity | None:
        """Return whom a browser's token names; None when it proves nothing, which is logged."""
        if token.startswith(_NTLM):
            return None  # the browser has no ticket
        try:
            principal = self._accepted(token)
        except ImportError:
            _log.error("Negotiate needs the extra 'kerberos'", keytab=str(self._keytab))
            return None
        except Exception as exc:
            # The token is anybody's bytes, and the keytab anybody's file.
            _log.warning("Negotiate refused", reason=f"{type(exc).__name__}: {exc}"[:300])
            return None
        if principal is None:
            return None
        realm = principal.rpartition("@")[2]
        return Identity(principal=principal, of_own_realm=realm in realms_of(self._keytab))

    def _accepted(self, token: bytes) -> str | None:
        """Return the principal of a ticket; None when there is more to negotiate.

        libkrb5 itself unwraps Negotiate, and says best what is wrong with a ticket.
        """
        import gssapi

        kerberos, negotiate = gssapi.MechType.kerberos, gssapi.OID.from_int_seq(_NEGOTIATE)
        credentials = gssapi.Credentials(
            usage="accept",
            mechs=[kerberos, negotiate],
            store={"keytab": f"FILE:{self._keytab}"},
        )
        context = gssapi.SecurityContext(creds=credentials, usage="accept")
        context.step(token)
        if not context.complete or context.mech != kerberos:
            return None
        return str(context.initiator_name).rstrip("\x00")


def realms_of(keytab: Path) -> frozenset[str]:
    """Return the realms a keytab has keys of; none when it cannot be read.

    The format is MIT's, version 0x0502: records with a length in front, negative for a hole.
    """
    try:
        data = keytab.read_bytes()
        if data[:2] != _VERSION:
            return frozenset()
        return frozenset(_realms(data))
    except (OSError, struct.error, UnicodeDecodeError):
        return frozenset()


def _realms(data: bytes) -> list[str]:
    found, at = [], len(_VERSION)
    while at + 4 <= len(data):
        (length,) = struct.unpack_from(">i", data, at)
        at += 4
        if length > 0:
            _components, size = struct.unpack_from(">HH", data, at)
            found.append(data[at + 4 : at + 4 + size].decode())
        at += abs(length)
    return found
