"""GetUpdateData: the documents themselves ([MS-WSUSSS] 3.1.4.6; exchanges 000013 to 000016).

The one big answer of the protocol: hundreds of megabytes are possible. A client reads it with
:class:`headgate.wire.serversync.update_data_reader.ServerUpdateDataReader`, a server joins items
that it has written once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from headgate.wire import cookie, soap, values
from headgate.wire.cookie import Cookie
from headgate.wire.serversync import namespaces, update_data
from headgate.wire.serversync.update_data import ServerSyncUpdateData, ServerSyncUrlData
from headgate.wire.serversync.update_data_reader import ServerUpdateDataReader
from headgate.wire.soap import Envelope, SoapVersion
from headgate.wire.values import UpdateIdentity

NAME = "GetUpdateData"
ACTION = namespaces.action(NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetUpdateDataRequest:
    """Asks for the documents of at most ``MaxNumberOfUpdatesPerRequest`` identities."""

    cookie: Cookie | None
    update_ids: tuple[UpdateIdentity, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GetUpdateDataResponse:
    """Some of the documents asked for (fewer is normal) and the addresses of their files."""

    updates: tuple[ServerSyncUpdateData, ...]
    file_urls: tuple[ServerSyncUrlData, ...]


def encode_request(
    request: GetUpdateDataRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    shown = cookie.write_cookie(request.cookie)
    wanted = values.write_identities("updateIds", request.update_ids)
    return soap.write_request(namespaces.message(NAME, shown + wanted), version)


def decode_request(envelope: Envelope) -> GetUpdateDataRequest:
    """Return the request; no ids when it names none. Raises MalformedMessage."""
    return GetUpdateDataRequest(
        cookie=cookie.read_cookie(envelope.message),
        update_ids=values.read_identities(envelope.message, "updateIds"),
    )


def encode_response(
    response: GetUpdateDataResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    updates = map(update_data.write_update, response.updates)
    return join_response(updates, map(update_data.write_url, response.file_urls), version)


def join_response(
    updates: Iterable[bytes],
    file_urls: Iterable[bytes],
    version: SoapVersion = SoapVersion.SOAP_11,
) -> bytes:
    """Return the answer around items written before.

    They come from :func:`headgate.wire.serversync.update_data.write_update` and ``write_url``.
    """
    opening, closing = soap.response_frame(version)
    return b"".join(
        (
            opening,
            f'<{NAME}Response xmlns="{namespaces.SERVER_SYNC}"><{NAME}Result>'.encode(),
            _array(b"updates", b"".join(updates)),
            _array(b"fileUrls", b"".join(file_urls)),
            f"</{NAME}Result></{NAME}Response>".encode(),
            closing,
        )
    )


def _array(name: bytes, inside: bytes) -> bytes:
    return b"<%b>%b</%b>" % (name, inside, name) if inside else b"<%b />" % name


def decode_response(body: bytes) -> GetUpdateDataResponse:
    """Return a whole answer. Raises SoapFault and MalformedMessage."""
    reader = ServerUpdateDataReader()
    updates = tuple(reader.feed(body))
    reader.close()
    return GetUpdateDataResponse(updates=updates, file_urls=tuple(reader.file_urls))
