"""GetUpdateDecryptionData: keys of encrypted files ([MS-WSUSSS] 3.1.4.18).

From the WSDL; nobody has observed one. Asked for updates whose document has a SecuredFragment.
"""

from dataclasses import dataclass

from headgate.wire import answers, cookie, lexical, soap, values, xmltree
from headgate.wire.cookie import Cookie
from headgate.wire.serversync import namespaces
from headgate.wire.soap import Envelope, SoapVersion
from headgate.wire.values import UpdateIdentity
from headgate.wire.xmltree import Element

NAME = "GetUpdateDecryptionData"
ACTION = namespaces.action(NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetUpdateDecryptionDataRequest:
    """Asks for the keys of some revisions' files."""

    cookie: Cookie | None
    update_ids: tuple[UpdateIdentity, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDecryption:
    """The key of one file."""

    file_digest: bytes
    decryption_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateFileDecryption:
    """The keys of one revision's files."""

    update_id: UpdateIdentity
    file_decryption_data: tuple[FileDecryption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GetUpdateDecryptionDataResponse:
    """The keys, revision by revision."""

    update_file_decryption_data: tuple[UpdateFileDecryption, ...]


def encode_request(
    request: GetUpdateDecryptionDataRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    shown = cookie.write_cookie(request.cookie)
    wanted = values.write_identities("updateIds", request.update_ids)
    return soap.write_request(namespaces.message(NAME, shown + wanted), version)


def decode_request(envelope: Envelope) -> GetUpdateDecryptionDataRequest:
    """Return the request. Raises MalformedMessage."""
    return GetUpdateDecryptionDataRequest(
        cookie=cookie.read_cookie(envelope.message),
        update_ids=values.read_identities(envelope.message, "updateIds"),
    )


def encode_response(
    response: GetUpdateDecryptionDataResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    updates = values.write_array(
        "UpdateFileDecryptionData", map(_write_update, response.update_file_decryption_data)
    )
    result = f"<{NAME}Result>{updates}</{NAME}Result>"
    return soap.write_response(namespaces.message(f"{NAME}Response", result), version)


def _write_update(update: UpdateFileDecryption) -> str:
    files = values.write_array("FileDecryptionData", map(_write_file, update.file_decryption_data))
    identity = values.write_identity("UpdateId", update.update_id)
    return f"<ServerSyncUpdateFileDecryption>{identity}{files}</ServerSyncUpdateFileDecryption>"


def _write_file(file: FileDecryption) -> str:
    digest = values.write_bytes("FileDigest", file.file_digest)
    key = values.write_bytes("DecryptionKey", file.decryption_key)
    return f"<ServerSyncFileDecryption>{digest}{key}</ServerSyncFileDecryption>"


def decode_response(body: bytes) -> GetUpdateDecryptionDataResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    result = xmltree.required_child(message, f"{NAME}Result")
    updates = xmltree.items(result, "UpdateFileDecryptionData", "ServerSyncUpdateFileDecryption")
    return GetUpdateDecryptionDataResponse(
        update_file_decryption_data=tuple(map(_read_update, updates))
    )


def _read_update(element: Element) -> UpdateFileDecryption:
    files = xmltree.items(element, "FileDecryptionData", "ServerSyncFileDecryption")
    return UpdateFileDecryption(
        update_id=values.read_identity(xmltree.required_child(element, "UpdateId")),
        file_decryption_data=tuple(map(_read_file, files)),
    )


def _read_file(element: Element) -> FileDecryption:
    return FileDecryption(
        file_digest=xmltree.value(element, "FileDigest", lexical.read_base64),
        decryption_key=xmltree.value(element, "DecryptionKey", lexical.read_base64),
    )
