"""GetFileLocations: where files are, by digest ([MS-WUSP] 3.1.5.10; FACTS §5.2)."""

from dataclasses import dataclass

from headgate.wire import answers, cookie, lexical, soap, xmltree
from headgate.wire.clientsync import namespaces
from headgate.wire.clientsync.arrays import write_strings
from headgate.wire.clientsync.file_locations import FileLocation, read_locations, write_locations
from headgate.wire.clientsync.parts import Parts
from headgate.wire.cookie import Cookie, ShownCookie
from headgate.wire.soap import Envelope, SoapVersion, Style

NAME = "GetFileLocations"


@dataclass(frozen=True, slots=True, kw_only=True)
class GetFileLocationsRequest:
    """Names files by SHA-1, of any length for the service to judge; None: list absent."""

    cookie: ShownCookie | None
    file_digests: tuple[bytes, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetFileLocationsResponse:
    """The files that are known."""

    file_locations: tuple[FileLocation, ...] = ()
    new_cookie: Cookie | None = None


def encode_request(
    request: GetFileLocationsRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    digests = request.file_digests
    written = None if digests is None else map(lexical.write_base64, digests)
    content = cookie.write_cookie(request.cookie)
    content += write_strings("fileDigests", written, "base64Binary")
    return soap.write_request(namespaces.message(NAME, content), version, Style.WCF)


def decode_request(envelope: Envelope) -> GetFileLocationsRequest:
    """Return the request. Raises MalformedMessage."""
    parts = Parts(envelope.message)
    return GetFileLocationsRequest(
        cookie=parts.shown_cookie(), file_digests=parts.digests("fileDigests")
    )


def encode_response(
    response: GetFileLocationsResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    result = (
        f"<{NAME}Result>{write_locations(response.file_locations)}"
        f"{cookie.write_cookie(response.new_cookie, 'NewCookie')}</{NAME}Result>"
    )
    return soap.write_response(namespaces.message(f"{NAME}Response", result), version, Style.WCF)


def decode_response(body: bytes) -> GetFileLocationsResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    parts = Parts(xmltree.required_child(message, f"{NAME}Result"))
    return GetFileLocationsResponse(
        file_locations=read_locations(parts), new_cookie=parts.cookie("NewCookie")
    )
