"""GetAuthConfig: how does one authorize here? ([MS-WSUSSS] 3.1.4.1; captured exchange 000001)."""

from dataclasses import dataclass
from datetime import datetime

from headgate.wire import answers, lexical, soap, values, xmltree
from headgate.wire.serversync import namespaces
from headgate.wire.soap import Envelope, SoapVersion
from headgate.wire.xmltree import Element

NAME = "GetAuthConfig"
ACTION = namespaces.action(NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetAuthConfigRequest:
    """The request carries nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthPlugInInfo:
    """[MS-WSUSSS] 3.1.4.1.3.3: one way to authorize; servers offer ``DssTargeting`` alone."""

    plug_in_id: str
    service_url: str  #: relative to the server, ``DssAuthWebService/DssAuthWebService.asmx``
    parameter: str | None  #: captured as empty


@dataclass(frozen=True, slots=True, kw_only=True)
class GetAuthConfigResponse:
    """The ways to authorize and when they last changed."""

    last_change: datetime
    auth_info: tuple[AuthPlugInInfo, ...]


def encode_request(
    request: GetAuthConfigRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    return soap.write_request(namespaces.empty_message(NAME), version)


def decode_request(envelope: Envelope) -> GetAuthConfigRequest:
    """Return the request."""
    return GetAuthConfigRequest()


def encode_response(
    response: GetAuthConfigResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    changed = f"<LastChange>{lexical.write_datetime(response.last_change)}</LastChange>"
    plug_ins = values.write_array("AuthInfo", map(_write_plug_in, response.auth_info))
    result = f"<{NAME}Result>{changed}{plug_ins}</{NAME}Result>"
    return soap.write_response(namespaces.message(f"{NAME}Response", result), version)


def _write_plug_in(plug_in: AuthPlugInInfo) -> str:
    return (
        f"<AuthPlugInInfo>{values.write_text('PlugInID', plug_in.plug_in_id)}"
        f"{values.write_text('ServiceUrl', plug_in.service_url)}"
        f"{values.write_text('Parameter', plug_in.parameter)}</AuthPlugInInfo>"
    )


def decode_response(body: bytes) -> GetAuthConfigResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    result = xmltree.required_child(message, f"{NAME}Result")
    plug_ins = xmltree.items(result, "AuthInfo", "AuthPlugInInfo")
    return GetAuthConfigResponse(
        last_change=xmltree.moment(result, "LastChange"),
        auth_info=tuple(map(_read_plug_in, plug_ins)),
    )


def _read_plug_in(element: Element) -> AuthPlugInInfo:
    return AuthPlugInInfo(
        plug_in_id=xmltree.text(element, "PlugInID") or "",
        service_url=xmltree.text(element, "ServiceUrl") or "",
        parameter=xmltree.text(element, "Parameter"),
    )
