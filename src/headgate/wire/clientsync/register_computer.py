"""RegisterComputer: what a computer is ([MS-WUSP] 3.1.5.5; FACTS §2.5)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from headgate.wire import answers, cookie, lexical, soap
from headgate.wire.clientsync import namespaces
from headgate.wire.clientsync.parts import Parts
from headgate.wire.cookie import ShownCookie
from headgate.wire.soap import Envelope, SoapVersion, Style

NAME = "RegisterComputer"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputerInfo:
    """[MS-WUSP] 2.2.2.2.3 ComputerInfo; None for what the computer left out or wrote oddly.

    The schema demands the numbers; a computer that forgets one is registered all the same.
    """

    dns_name: str | None = None
    os_major_version: int | None = None
    os_minor_version: int | None = None
    os_build_number: int | None = None
    os_service_pack_major_number: int | None = None
    os_service_pack_minor_number: int | None = None
    os_locale: str | None = None
    computer_manufacturer: str | None = None
    computer_model: str | None = None
    bios_version: str | None = None
    bios_name: str | None = None
    bios_release_date: datetime | None = None
    processor_architecture: str | None = None  #: ``AMD64``; another enumeration than in reports
    suite_mask: int | None = None
    old_product_type: int | None = None
    new_product_type: int | None = None
    system_metrics: int | None = None
    client_version_major_number: int | None = None
    client_version_minor_number: int | None = None
    client_version_build_number: int | None = None
    client_version_qfe_number: int | None = None
    os_description: str | None = None  #: this and the rest: Windows 10 and later
    oem: str | None = None
    device_type: str | None = None
    firmware_version: str | None = None
    mobile_operator: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterComputerRequest:
    """A computer describes itself."""

    cookie: ShownCookie | None
    computer_info: ComputerInfo | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterComputerResponse:
    """Registered; the answer says nothing else."""


_Reader = Callable[[str], Any]
_TEXT: Final[_Reader] = str
_NUMBER: Final[_Reader] = lexical.read_integer

#: Elements in the order of the schema: name, field, type.
_ELEMENTS: Final[tuple[tuple[str, str, _Reader], ...]] = (
    ("DnsName", "dns_name", _TEXT),
    ("OSMajorVersion", "os_major_version", _NUMBER),
    ("OSMinorVersion", "os_minor_version", _NUMBER),
    ("OSBuildNumber", "os_build_number", _NUMBER),
    ("OSServicePackMajorNumber", "os_service_pack_major_number", _NUMBER),
    ("OSServicePackMinorNumber", "os_service_pack_minor_number", _NUMBER),
    ("OSLocale", "os_locale", _TEXT),
    ("ComputerManufacturer", "computer_manufacturer", _TEXT),
    ("ComputerModel", "computer_model", _TEXT),
    ("BiosVersion", "bios_version", _TEXT),
    ("BiosName", "bios_name", _TEXT),
    ("BiosReleaseDate", "bios_release_date", lexical.read_datetime),
    ("ProcessorArchitecture", "processor_architecture", _TEXT),
    ("SuiteMask", "suite_mask", _NUMBER),
    ("OldProductType", "old_product_type", _NUMBER),
    ("NewProductType", "new_product_type", _NUMBER),
    ("SystemMetrics", "system_metrics", _NUMBER),
    ("ClientVersionMajorNumber", "client_version_major_number", _NUMBER),
    ("ClientVersionMinorNumber", "client_version_minor_number", _NUMBER),
    ("ClientVersionBuildNumber", "client_version_build_number", _NUMBER),
    ("ClientVersionQfeNumber", "client_version_qfe_number", _NUMBER),
    ("OSDescription", "os_description", _TEXT),
    ("OEM", "oem", _TEXT),
    ("DeviceType", "device_type", _TEXT),
    ("FirmwareVersion", "firmware_version", _TEXT),
    ("MobileOperator", "mobile_operator", _TEXT),
)


def encode_request(
    request: RegisterComputerRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    content = cookie.write_cookie(request.cookie)
    info = request.computer_info
    if info is not None:
        written = (_write(name, getattr(info, field)) for name, field, _ in _ELEMENTS)
        content += f"<computerInfo>{''.join(written)}</computerInfo>"
    return soap.write_request(namespaces.message(NAME, content), version, Style.WCF)


def _write(name: str, value: str | int | datetime | None) -> str:
    if value is None:
        return ""
    text = lexical.write_datetime(value) if isinstance(value, datetime) else str(value)
    return f"<{name}>{lexical.escape(text)}</{name}>"


def decode_request(envelope: Envelope) -> RegisterComputerRequest:
    """Return the request. Raises MalformedMessage."""
    parts = Parts(envelope.message)
    info = parts.parts("computerInfo")
    return RegisterComputerRequest(
        cookie=parts.shown_cookie(),
        computer_info=None if info is None else _read(info),
    )


def _read(info: Parts) -> ComputerInfo:
    return ComputerInfo(**{field: info.readable(name, read) for name, field, read in _ELEMENTS})


def encode_response(
    response: RegisterComputerResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    return soap.write_response(namespaces.message(f"{NAME}Response", ""), version, Style.WCF)


def decode_response(body: bytes) -> RegisterComputerResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    answers.read_answer(body, f"{NAME}Response")
    return RegisterComputerResponse()
