"""GetExtendedUpdateInfo: what a computer needs to show and install ([MS-WUSP] 3.1.5.9; FACTS §5.1).

``deviceAttributes`` is undocumented; agents send it between ``locales`` and ``GeoId``.
"""

from dataclasses import dataclass

from headgate.wire import answers, cookie, soap, values, xmltree
from headgate.wire.clientsync import namespaces, update_info
from headgate.wire.clientsync.arrays import write_ids, write_strings
from headgate.wire.clientsync.file_locations import FileLocation, read_locations, write_locations
from headgate.wire.clientsync.parts import Parts
from headgate.wire.clientsync.update_data import UpdateData, answer_pieces, read_data
from headgate.wire.clientsync.update_info import Pieces
from headgate.wire.cookie import ShownCookie
from headgate.wire.soap import Envelope, SoapVersion, Style

NAME = "GetExtendedUpdateInfo"


@dataclass(frozen=True, slots=True, kw_only=True)
class GetExtendedUpdateInfoRequest:
    """Asks for fragments of revisions; None for what was absent."""

    cookie: ShownCookie | None
    revision_ids: tuple[int, ...] | None
    info_types: tuple[str, ...] | None  #: XmlUpdateFragmentType, such as ``Extended``
    locales: tuple[str, ...] | None  #: best first, ``en-US``
    device_attributes: str | None = None
    geo_id: str | None = None
    caller_attributes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedUpdateInfo:
    """[MS-WUSP] 2.2.2.2.6 ExtendedUpdateInfo. Empty lists are left out (FACTS §1.3)."""

    updates: tuple[UpdateData, ...] = ()
    file_locations: tuple[FileLocation, ...] = ()
    out_of_scope_revision_ids: tuple[int, ...] = ()


def encode_request(
    request: GetExtendedUpdateInfoRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    content = (
        cookie.write_cookie(request.cookie)
        + write_ids("revisionIDs", request.revision_ids)
        + write_strings("infoTypes", request.info_types, "XmlUpdateFragmentType")
        + write_strings("locales", request.locales)
        + values.write_text("deviceAttributes", request.device_attributes)
        + values.write_text("GeoId", request.geo_id)
        + values.write_text("callerAttributes", request.caller_attributes)
    )
    return soap.write_request(namespaces.message(NAME, content), version, Style.WCF)


def decode_request(envelope: Envelope) -> GetExtendedUpdateInfoRequest:
    """Return the request. Raises MalformedMessage."""
    parts = Parts(envelope.message)
    return GetExtendedUpdateInfoRequest(
        cookie=parts.shown_cookie(),
        revision_ids=parts.ids("revisionIDs"),
        info_types=parts.strings("infoTypes", "XmlUpdateFragmentType"),
        locales=parts.strings("locales"),
        device_attributes=parts.text("deviceAttributes"),
        geo_id=parts.text("GeoId"),
        caller_attributes=parts.text("callerAttributes"),
    )


def response_pieces(
    result: ExtendedUpdateInfo, version: SoapVersion = SoapVersion.SOAP_11
) -> Pieces:
    """Yield the answer; whoever sends it puts stored fragments where placeholders stand."""
    rest = write_locations(result.file_locations) + write_ids(
        "OutOfScopeRevisionIDs", result.out_of_scope_revision_ids or None
    )
    return update_info.gathered(answer_pieces(NAME, result.updates, rest, version))


def encode_response(
    response: ExtendedUpdateInfo, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes. Raises TypeError when it has placeholders."""
    return update_info.whole(response_pieces(response, version))


def decode_response(body: bytes) -> ExtendedUpdateInfo:
    """Return the answer, fragments escaped. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    parts = Parts(xmltree.required_child(message, f"{NAME}Result"))
    return ExtendedUpdateInfo(
        updates=read_data(parts),
        file_locations=read_locations(parts),
        out_of_scope_revision_ids=parts.ids("OutOfScopeRevisionIDs") or (),
    )
