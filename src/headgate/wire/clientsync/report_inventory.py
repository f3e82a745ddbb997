"""ReportInventory: hardware and software of a computer ([MS-WUSP] 6.3). From the WSDL; not seen."""

from dataclasses import dataclass
from datetime import datetime

from headgate.wire import answers, cookie, lexical, soap, values, xmltree
from headgate.wire.clientsync import namespaces
from headgate.wire.clientsync.parts import Parts
from headgate.wire.cookie import ShownCookie
from headgate.wire.soap import Envelope, SoapVersion, Style

NAME = "ReportInventory"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingInventory:
    """The inventory, as text or compressed; nothing is unpacked here."""

    is_compressed: bool
    raw_xml: str | None = None
    compressed_xml: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInventoryRequest:
    """The inventory of one computer."""

    cookie: ShownCookie | None
    client_time: datetime | None  #: None also for what is no time
    inventory: ReportingInventory | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInventoryResponse:
    """Whether the inventory was taken."""

    accepted: bool = True


def encode_request(
    request: ReportInventoryRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    content = cookie.write_cookie(request.cookie)
    content += values.write_moment("clientTime", request.client_time)
    inventory = request.inventory
    if inventory is not None:
        content += (
            f"<inventory>{values.write_boolean('IsCompressed', inventory.is_compressed)}"
            f"{values.write_text('RawXml', inventory.raw_xml)}"
            f"{values.write_bytes('CompressedXml', inventory.compressed_xml)}</inventory>"
        )
    message = namespaces.message(NAME, content, namespaces.REPORTING)
    return soap.write_request(message, version, Style.WCF)


def decode_request(envelope: Envelope) -> ReportInventoryRequest:
    """Return the request. Raises MalformedMessage."""
    parts = Parts(envelope.message)
    inventory = parts.parts("inventory")
    return ReportInventoryRequest(
        cookie=parts.shown_cookie(),
        client_time=parts.readable("clientTime", lexical.read_datetime),
        inventory=None if inventory is None else _read(inventory),
    )


def _read(inventory: Parts) -> ReportingInventory:
    return ReportingInventory(
        is_compressed=inventory.boolean("IsCompressed") or False,
        raw_xml=inventory.text("RawXml"),
        compressed_xml=inventory.value("CompressedXml", lexical.read_base64),
    )


def encode_response(
    response: ReportInventoryResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    result = f"<{NAME}Result>{lexical.write_boolean(response.accepted)}</{NAME}Result>"
    message = namespaces.message(f"{NAME}Response", result, namespaces.REPORTING)
    return soap.write_response(message, version)


def decode_response(body: bytes) -> ReportInventoryResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    return ReportInventoryResponse(accepted=xmltree.boolean(message, f"{NAME}Result"))
