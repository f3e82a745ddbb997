"""Ping: is the service alive? ([MS-WSUSSS] 3.1.4.12; every service of both protocols has it).

From the WSDL; not used by servers. Only what a caller can make use of is read; the rest of
MonitoredServicesResponse is about the vendor's configuration files and written as neutral values.
"""

from dataclasses import dataclass
from datetime import datetime

from headgate.wire import answers, lexical, soap, values, xmltree
from headgate.wire.soap import Envelope, SoapVersion

NAME = "Ping"
NAMESPACE = "http://www.microsoft.com/SoftwareDistribution/Server/IMonitorable"
ACTION = f"{NAMESPACE}/{NAME}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PingRequest:
    """Asks with a level, which means nothing here."""

    ping_level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PingResponse:
    """MonitoredServicesResponse without the vendor's configuration files."""

    success_flag: bool
    services_time: datetime
    services_name: str
    services_machine: str
    is_https: bool


def encode_request(request: PingRequest, version: SoapVersion = SoapVersion.SOAP_11) -> bytes:
    """Return the request's bytes."""
    level = values.write_integer("pingLevel", request.ping_level)
    return soap.write_request(_message(NAME, level), version)


def decode_request(envelope: Envelope) -> PingRequest:
    """Return the request; a level that is missing or none is None."""
    level = xmltree.child(envelope.message, "pingLevel")
    return PingRequest(ping_level=xmltree.readable(level, lexical.read_integer))


def encode_response(response: PingResponse, version: SoapVersion = SoapVersion.SOAP_11) -> bytes:
    """Return the answer's bytes; times of configuration files are the service's own time."""
    time = lexical.write_datetime(response.services_time)
    result = (
        f"<PingResult>{values.write_boolean('SuccessFlag', response.success_flag)}"
        f"<ServicesTime>{time}</ServicesTime>"
        f"{values.write_text('ServicesName', response.services_name)}"
        f"{values.write_text('ServicesMachine', response.services_machine)}"
        f"{values.write_boolean('IsHttps', response.is_https)}"
        f"<ConfigFileLastModifiedTime>{time}</ConfigFileLastModifiedTime>"
        f"<ConfigFileNextExpirationTime>{time}</ConfigFileNextExpirationTime>"
        "<ConfigFileExpirationModuloInMinutes>0</ConfigFileExpirationModuloInMinutes></PingResult>"
    )
    return soap.write_response(_message(f"{NAME}Response", result), version)


def _message(name: str, content: str) -> str:
    return f'<{name} xmlns="{NAMESPACE}">{content}</{name}>'


def decode_response(body: bytes) -> PingResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    result = xmltree.required_child(message, f"{NAME}Result")
    return PingResponse(
        success_flag=xmltree.boolean(result, "SuccessFlag"),
        services_time=xmltree.moment(result, "ServicesTime"),
        services_name=xmltree.text(result, "ServicesName") or "",
        services_machine=xmltree.text(result, "ServicesMachine") or "",
        is_https=xmltree.boolean(result, "IsHttps"),
    )
