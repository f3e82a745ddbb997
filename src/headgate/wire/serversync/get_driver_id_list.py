"""GetDriverIdList: driver revisions and driver sets for given hardware ([MS-WSUSSS] 3.1.4.7).

From the specification's text (its WSDL lacks the operation); nobody has observed one. Microsoft
alone answers it, a WSUS announces a limit of 0.
"""

from dataclasses import dataclass

from headgate.wire import answers, cookie, soap, values, xmltree
from headgate.wire.cookie import Cookie
from headgate.wire.lexical import escape
from headgate.wire.serversync import namespaces
from headgate.wire.serversync.get_revision_id_list import IdAndDelta
from headgate.wire.soap import Envelope, SoapVersion
from headgate.wire.values import UpdateIdentity
from headgate.wire.xmltree import Element

NAME = "GetDriverIdList"
ACTION = namespaces.action(NAME)


@dataclass(frozen=True, slots=True)
class HardwareIdAndDelta:
    """[MS-WSUSSS] 3.1.4.7.3.3: one device hardware id."""

    id: str
    delta: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSyncDriverFilter:
    """[MS-WSUSSS] 3.1.4.7.3.4; the anchor to keep is that of the first of several calls."""

    anchor: str | None
    categories: tuple[IdAndDelta, ...]  #: empty: whatever the operating system
    computer_ids: tuple[IdAndDelta, ...]
    pnp_hardware_ids: tuple[HardwareIdAndDelta, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDriverIdListRequest:
    """Asks for drivers that match a filter."""

    cookie: Cookie | None
    filter: ServerSyncDriverFilter | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDriverIdListResponse:
    """[MS-WSUSSS] 3.1.4.7.3.1 DriverSetAndRevisionIdList."""

    anchor: str
    new_revisions: tuple[UpdateIdentity, ...]
    new_driver_sets: tuple[str, ...]
    removed_driver_sets: tuple[str, ...]


def encode_request(
    request: GetDriverIdListRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    shown = cookie.write_cookie(request.cookie)
    wanted = "" if request.filter is None else _write_filter(request.filter)
    return soap.write_request(namespaces.message(NAME, shown + wanted), version)


def _write_filter(wanted: ServerSyncDriverFilter) -> str:
    return (
        f"<filter>{values.write_text('Anchor', wanted.anchor)}"
        f"{values.write_array('Categories', map(_write_entry, wanted.categories))}"
        f"{values.write_array('ComputerIds', map(_write_entry, wanted.computer_ids))}"
        f"{values.write_array('PnpHardwareIds', map(_write_entry, wanted.pnp_hardware_ids))}"
        "</filter>"
    )


def _write_entry(entry: IdAndDelta | HardwareIdAndDelta) -> str:
    name = type(entry).__name__
    delta = values.write_boolean("Delta", entry.delta)
    return f"<{name}><Id>{escape(entry.id)}</Id>{delta}</{name}>"


def decode_request(envelope: Envelope) -> GetDriverIdListRequest:
    """Return the request. Raises MalformedMessage."""
    wanted = xmltree.child(envelope.message, "filter")
    return GetDriverIdListRequest(
        cookie=cookie.read_cookie(envelope.message),
        filter=None if wanted is None else _read_filter(wanted),
    )


def _read_filter(element: Element) -> ServerSyncDriverFilter:
    return ServerSyncDriverFilter(
        anchor=xmltree.text(element, "Anchor"),
        categories=_read_ids(element, "Categories"),
        computer_ids=_read_ids(element, "ComputerIds"),
        pnp_hardware_ids=tuple(
            HardwareIdAndDelta(xmltree.text(entry, "Id") or "", xmltree.boolean(entry, "Delta"))
            for entry in xmltree.items(element, "PnpHardwareIds", "HardwareIdAndDelta")
        ),
    )


def _read_ids(element: Element, array: str) -> tuple[IdAndDelta, ...]:
    return tuple(
        IdAndDelta(xmltree.guid(entry, "Id"), xmltree.boolean(entry, "Delta"))
        for entry in xmltree.items(element, array, "IdAndDelta")
    )


def encode_response(
    response: GetDriverIdListResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    parts = (
        values.write_text("Anchor", response.anchor),
        values.write_identities("NewRevisions", response.new_revisions),
        values.write_guids("NewDriverSets", response.new_driver_sets),
        values.write_guids("RemovedDriverSets", response.removed_driver_sets),
    )
    result = f"<{NAME}Result>{''.join(parts)}</{NAME}Result>"
    return soap.write_response(namespaces.message(f"{NAME}Response", result), version)


def decode_response(body: bytes) -> GetDriverIdListResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    result = xmltree.required_child(message, f"{NAME}Result")
    return GetDriverIdListResponse(
        anchor=xmltree.text(result, "Anchor") or "",
        new_revisions=values.read_identities(result, "NewRevisions"),
        new_driver_sets=values.read_guids(result, "NewDriverSets"),
        removed_driver_sets=values.read_guids(result, "RemovedDriverSets"),
    )
