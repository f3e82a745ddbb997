"""GetRequiredInventoryType: which inventory a server wants ([MS-WUSP] 6.3).

From the WSDL; computers ask only where ``IsInventoryRequired`` is 1.
"""

from dataclasses import dataclass

from headgate.wire import answers, cookie, soap, values, xmltree
from headgate.wire.clientsync import namespaces
from headgate.wire.clientsync.parts import Parts
from headgate.wire.cookie import ShownCookie
from headgate.wire.soap import Envelope, SoapVersion, Style

NAME = "GetRequiredInventoryType"


@dataclass(frozen=True, slots=True, kw_only=True)
class GetRequiredInventoryTypeRequest:
    """Names the inventory rules that the computer has."""

    cookie: ShownCookie | None
    rules_id: str
    rules_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetRequiredInventoryTypeResponse:
    """0: none."""

    inventory_type: int


def encode_request(
    request: GetRequiredInventoryTypeRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    content = (
        cookie.write_cookie(request.cookie)
        + values.write_text("rulesId", request.rules_id)
        + values.write_text("rulesVersion", request.rules_version)
    )
    message = namespaces.message(NAME, content, namespaces.REPORTING)
    return soap.write_request(message, version, Style.WCF)


def decode_request(envelope: Envelope) -> GetRequiredInventoryTypeRequest:
    """Return the request. Raises MalformedMessage."""
    parts = Parts(envelope.message)
    return GetRequiredInventoryTypeRequest(
        cookie=parts.shown_cookie(),
        rules_id=xmltree.guid(envelope.message, "rulesId"),
        rules_version=parts.text("rulesVersion"),
    )


def encode_response(
    response: GetRequiredInventoryTypeResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    result = values.write_integer(f"{NAME}Result", response.inventory_type)
    message = namespaces.message(f"{NAME}Response", result, namespaces.REPORTING)
    return soap.write_response(message, version)


def decode_response(body: bytes) -> GetRequiredInventoryTypeResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    return GetRequiredInventoryTypeResponse(
        inventory_type=xmltree.integer(message, f"{NAME}Result")
    )
