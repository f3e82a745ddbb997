"""GetExtendedUpdateInfo2: the same by update identity ([MS-WUSP] 2.2.2.2.10; FACTS §5.2).

Meant for encrypted files. The answer's two newest lists, ``FileDecryptionData2`` and
``UpdateEncryptionDetails``, are neither written nor read: a WSUS has no use for them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from headgate.wire import answers, cookie, lexical, soap, values, xmltree
from headgate.wire.clientsync import namespaces, update_info
from headgate.wire.clientsync.arrays import write_filled, write_strings
from headgate.wire.clientsync.file_locations import FileLocation, read_locations, write_locations
from headgate.wire.clientsync.identities import read_identities, write_identities
from headgate.wire.clientsync.parts import Parts
from headgate.wire.clientsync.update_data import UpdateData, answer_pieces, read_data
from headgate.wire.clientsync.update_info import Pieces
from headgate.wire.cookie import ShownCookie
from headgate.wire.soap import Envelope, SoapVersion, Style
from headgate.wire.values import UpdateIdentity
from headgate.wire.xmltree import Element

NAME = "GetExtendedUpdateInfo2"


@dataclass(frozen=True, slots=True, kw_only=True)
class GetExtendedUpdateInfo2Request:
    """Asks for fragments, addresses and keys of revisions; None for what was absent."""

    cookie: ShownCookie | None
    update_ids: tuple[UpdateIdentity, ...] | None
    info_types: tuple[str, ...] | None  #: besides the fragments ``FileUrl``, ``FileDecryption``
    locales: tuple[str, ...] | None
    caller_attributes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDecryption:
    """How a file is decrypted."""

    file_digest: bytes  #: SHA-1
    decryption_key: bytes
    security_data: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedUpdateInfo2:
    """[MS-WUSP] 2.2.2.2.10 ExtendedUpdateInfo2. Empty lists are left out."""

    updates: tuple[UpdateData, ...] = ()
    file_locations: tuple[FileLocation, ...] = ()
    file_decryption_data: tuple[FileDecryption, ...] = ()


def encode_request(
    request: GetExtendedUpdateInfo2Request, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    content = (
        cookie.write_cookie(request.cookie)
        + write_identities("updateIDs", request.update_ids)
        + write_strings("infoTypes", request.info_types, "XmlUpdateFragmentType")
        + write_strings("locales", request.locales)
        + values.write_text("callerAttributes", request.caller_attributes)
    )
    return soap.write_request(namespaces.message(NAME, content), version, Style.WCF)


def decode_request(envelope: Envelope) -> GetExtendedUpdateInfo2Request:
    """Return the request. Raises MalformedMessage."""
    parts = Parts(envelope.message)
    return GetExtendedUpdateInfo2Request(
        cookie=parts.shown_cookie(),
        update_ids=read_identities(parts, "updateIDs"),
        info_types=parts.strings("infoTypes", "XmlUpdateFragmentType"),
        locales=parts.strings("locales"),
        caller_attributes=parts.text("callerAttributes"),
    )


def response_pieces(
    result: ExtendedUpdateInfo2, version: SoapVersion = SoapVersion.SOAP_11
) -> Pieces:
    """Yield the answer; whoever sends it puts stored fragments where placeholders stand."""
    rest = write_locations(result.file_locations) + _write_decryption(result.file_decryption_data)
    return update_info.gathered(answer_pieces(NAME, result.updates, rest, version))


def _write_decryption(files: Iterable[FileDecryption]) -> str:
    return write_filled(
        "FileDecryptionData",
        (
            f"<FileDecryption>{values.write_bytes('FileDigest', one.file_digest)}"
            f"{values.write_bytes('DecryptionKey', one.decryption_key)}"
            f"{values.write_digests('SecurityData', one.security_data)}</FileDecryption>"
            for one in files
        ),
    )


def encode_response(
    response: ExtendedUpdateInfo2, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes. Raises TypeError when it has placeholders."""
    return update_info.whole(response_pieces(response, version))


def decode_response(body: bytes) -> ExtendedUpdateInfo2:
    """Return the answer, fragments escaped. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    parts = Parts(xmltree.required_child(message, f"{NAME}Result"))
    decryption = parts.each("FileDecryptionData", "FileDecryption") or ()
    return ExtendedUpdateInfo2(
        updates=read_data(parts),
        file_locations=read_locations(parts),
        file_decryption_data=tuple(map(_read_decryption, decryption)),
    )


def _read_decryption(element: Element) -> FileDecryption:
    parts = Parts(element)
    return FileDecryption(
        file_digest=parts.value("FileDigest", lexical.read_base64) or b"",
        decryption_key=parts.value("DecryptionKey", lexical.read_base64) or b"",
        security_data=parts.digests("SecurityData") or (),
    )
