"""What a computer carries between its calls: sealed, so that nobody else can read or make it.

A cookie is ``1 | key number (4 bytes) | nonce (12 bytes) | box``. The box is ChaCha20-Poly1305 over
MessagePack of one fixed shape; what stands in front of it and what it is for are bound to it, so
that a ticket is no cookie. Opened data is decoded into that shape or refused: nothing in it can
make objects of any other kind.

What a cookie says was true when we sealed it; whether it still counts (expired? another server? new
configuration?) is judged by :mod:`headgate.services.clients.handshake`. Whoever has somebody else's
cookie can use it: the protocol authenticates nobody.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidTag

from headgate.services.clients.cookie_keys import CookieKeys
from headgate.services.clients.refusals import ComputerRefused, Refusal

_FORMAT = b"\x01"
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_TAG_BYTES = 16
_HEADER_BYTES = len(_FORMAT) + _KEY_ID_BYTES + _NONCE_BYTES

#: No cookie of ours is longer: ids and names have limits, and a computer is in few groups.
_LONGEST = 64 * 1024

_COOKIE = b"headgate client cookie"
_TICKET = b"headgate authorization cookie"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCookie:
    """What we know of a session ([MS-WUSP] 3.1.5.4)."""

    client_id: str  #: SusClientId, lower case
    groups: tuple[str, ...]
    expires: datetime  #: UTC, whole milliseconds
    protocol: tuple[int, int]  #: what the agent said it speaks
    last_change: str  #: the configuration it has been told
    server_id: str  #: who gave its numbers their meaning
    catalogue_version: int
    software_anchor: int  #: counter of the overlay its last software answer was made from; 0: none
    driver_anchor: int
    category_anchor: int  #: what category scans told before the first software answer; 0: nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What the authorization call hands over to ``GetCookie``."""

    client_id: str
    server_id: str
    issued: datetime  #: UTC, whole milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedCookie:
    """A cookie as it goes out."""

    expiration: datetime
    data: bytes


class _SealedClientCookie(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    client_id: str
    groups: tuple[str, ...]
    expires: int
    protocol: tuple[int, int]
    last_change: str
    server_id: str
    catalogue_version: int
    software_anchor: int
    driver_anchor: int
    category_anchor: int


class _SealedTicket(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    client_id: str
    server_id: str
    issued: int


_Sealed = TypeVar("_Sealed", _SealedClientCookie, _SealedTicket)

_encode = msgspec.msgpack.Encoder().encode
_cookie_decoder = msgspec.msgpack.Decoder(_SealedClientCookie)
_ticket_decoder = msgspec.msgpack.Decoder(_SealedTicket)


class Cookies:
    """Seals and opens. One for the process: it remembers the keys."""

    def __init__(self, keys: CookieKeys) -> None:
        self._keys = keys

    def seal(self, cookie: ClientCookie) -> bytes:
        """Return the cookie sealed."""
        return self._seal(
            _encode(
                _SealedClientCookie(
                    client_id=cookie.client_id,
                    groups=cookie.groups,
                    expires=_milliseconds(cookie.expires),
                    protocol=cookie.protocol,
                    last_change=cookie.last_change,
                    server_id=cookie.server_id,
                    catalogue_version=cookie.catalogue_version,
                    software_anchor=cookie.software_anchor,
                    driver_anchor=cookie.driver_anchor,
                    category_anchor=cookie.category_anchor,
                )
            ),
            _COOKIE,
        )

    def open(self, data: bytes | None) -> ClientCookie:
        """Return what we sealed, however old it is.

        Raises ComputerRefused (InvalidCookie) for anything else.
        """
        found = self._open(data, _COOKIE, _cookie_decoder)
        if found is None:
            raise ComputerRefused(Refusal.INVALID_COOKIE)
        return ClientCookie(
            client_id=found.client_id,
            groups=found.groups,
            expires=_moment(found.expires),
            protocol=found.protocol,
            last_change=found.last_change,
            server_id=found.server_id,
            catalogue_version=found.catalogue_version,
            software_anchor=found.software_anchor,
            driver_anchor=found.driver_anchor,
            category_anchor=found.category_anchor,
        )

    def seal_ticket(self, ticket: Ticket) -> bytes:
        """Return the ticket sealed."""
        sealed = _SealedTicket(
            client_id=ticket.client_id,
            server_id=ticket.server_id,
            issued=_milliseconds(ticket.issued),
        )
        return self._seal(_encode(sealed), _TICKET)

    def open_ticket(self, data: bytes | None) -> Ticket:
        """Return the ticket we sealed; raises ComputerRefused (InvalidAuthorizationCookie)."""
        found = self._open(data, _TICKET, _ticket_decoder)
        if found is None:
            raise ComputerRefused(Refusal.INVALID_AUTHORIZATION_COOKIE)
        return Ticket(
            client_id=found.client_id, server_id=found.server_id, issued=_moment(found.issued)
        )

    def _seal(self, plain: bytes, purpose: bytes) -> bytes:
        key = self._keys.sealing()
        header = _FORMAT + key.key_id.to_bytes(_KEY_ID_BYTES, "big")
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return header + nonce + key.cipher.encrypt(nonce, plain, purpose + header)

    def _open(
        self, data: bytes | None, purpose: bytes, decoder: "msgspec.msgpack.Decoder[_Sealed]"
    ) -> _Sealed | None:
        if data is None or not _HEADER_BYTES + _TAG_BYTES < len(data) <= _LONGEST:
            return None
        header = data[: _HEADER_BYTES - _NONCE_BYTES]
        nonce = data[len(header) : _HEADER_BYTES]
        if not header.startswith(_FORMAT):
            return None
        key = self._keys.opening(int.from_bytes(header[len(_FORMAT) :], "big"))
        if key is None:
            return None
        try:
            return decoder.decode(key.cipher.decrypt(nonce, data[_HEADER_BYTES:], purpose + header))
        except (InvalidTag, msgspec.DecodeError):
            return None  # the latter: sealed by another release, which had another shape


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MILLISECOND


def _moment(milliseconds: int) -> datetime:
    return _EPOCH + milliseconds * _MILLISECOND
