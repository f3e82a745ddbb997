"""GetConfig: what every computer must know first ([MS-WUSP] 3.1.5.2; FACTS §2.2)."""

from dataclasses import dataclass

from headgate.wire import answers, soap, values, xmltree
from headgate.wire.clientsync import namespaces
from headgate.wire.clientsync.arrays import write_ids
from headgate.wire.clientsync.parts import Parts
from headgate.wire.soap import Envelope, SoapVersion, Style
from headgate.wire.xmltree import Element

NAME = "GetConfig"


@dataclass(frozen=True, slots=True, kw_only=True)
class GetConfigRequest:
    """Asks with the computer's protocol version, two numbers such as ``2.90``."""

    protocol_version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthPlugInInfo:
    """Where a computer introduces itself; real servers send an empty ``parameter``."""

    plug_in_id: str
    service_url: str  #: relative to the server's root
    parameter: str | None = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GetConfigResponse:
    """[MS-WUSP] 2.2.2.2.1 Config."""

    last_change: str  #: xs:dateTime; computers give it back to ``GetCookie`` letter by letter
    is_registration_required: bool
    auth_info: tuple[AuthPlugInInfo, ...]
    allowed_event_ids: tuple[int, ...] | None = None  #: real servers leave it out
    properties: tuple[tuple[str, str], ...] = ()  #: ConfigurationProperty: name and value


def encode_request(request: GetConfigRequest, version: SoapVersion = SoapVersion.SOAP_11) -> bytes:
    """Return the request's bytes."""
    protocol = values.write_text("protocolVersion", request.protocol_version)
    return soap.write_request(namespaces.message(NAME, protocol), version, Style.WCF)


def decode_request(envelope: Envelope) -> GetConfigRequest:
    """Return the request."""
    return GetConfigRequest(protocol_version=xmltree.text(envelope.message, "protocolVersion"))


def encode_response(
    response: GetConfigResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    properties = (
        f"<ConfigurationProperty>{values.write_text('Name', name)}"
        f"{values.write_text('Value', value)}</ConfigurationProperty>"
        for name, value in response.properties
    )
    result = (
        f"<{NAME}Result>{values.write_text('LastChange', response.last_change)}"
        f"{values.write_boolean('IsRegistrationRequired', response.is_registration_required)}"
        f"{values.write_array('AuthInfo', map(_write_plug_in, response.auth_info))}"
        f"{write_ids('AllowedEventIds', response.allowed_event_ids)}"
        f"{values.write_array('Properties', properties)}</{NAME}Result>"
    )
    return soap.write_response(namespaces.message(f"{NAME}Response", result), version, Style.WCF)


def _write_plug_in(plug_in: AuthPlugInInfo) -> str:
    return (
        f"<AuthPlugInInfo>{values.write_text('PlugInID', plug_in.plug_in_id)}"
        f"{values.write_text('ServiceUrl', plug_in.service_url)}"
        f"{values.write_text('Parameter', plug_in.parameter)}</AuthPlugInInfo>"
    )


def decode_response(body: bytes) -> GetConfigResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    result = xmltree.required_child(message, f"{NAME}Result")
    parts = Parts(result)
    properties = parts.each("Properties", "ConfigurationProperty") or ()
    return GetConfigResponse(
        last_change=xmltree.value(result, "LastChange", str.strip),
        is_registration_required=xmltree.boolean(result, "IsRegistrationRequired"),
        auth_info=tuple(map(_read_plug_in, parts.each("AuthInfo", "AuthPlugInInfo") or ())),
        allowed_event_ids=parts.ids("AllowedEventIds"),
        properties=tuple(
            (xmltree.text(one, "Name") or "", xmltree.text(one, "Value") or "")
            for one in properties
        ),
    )


def _read_plug_in(element: Element) -> AuthPlugInInfo:
    return AuthPlugInInfo(
        plug_in_id=xmltree.text(element, "PlugInID") or "",
        service_url=xmltree.text(element, "ServiceUrl") or "",
        parameter=xmltree.text(element, "Parameter"),
    )
