"""GetDriverSetData: what is in a driver set ([MS-WSUSSS] 3.1.4.8).

From the specification's text (its WSDL lacks the operation); nobody has observed one.
"""

from dataclasses import dataclass

from headgate.wire import answers, cookie, soap, values, xmltree
from headgate.wire.cookie import Cookie
from headgate.wire.lexical import escape
from headgate.wire.serversync import namespaces
from headgate.wire.soap import Envelope, SoapVersion

NAME = "GetDriverSetData"
ACTION = namespaces.action(NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDriverSetDataRequest:
    """Names driver sets; a missing list is refused, an empty one is answered with nothing."""

    cookie: Cookie | None
    driver_sets: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSyncDriverSetData:
    """[MS-WSUSSS] 3.1.4.8.3.2: a driver set and its targeting XML."""

    driver_set_id: str
    driver_set_xml: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GetDriverSetDataResponse:
    """The driver sets asked for."""

    driver_sets: tuple[ServerSyncDriverSetData, ...]


def encode_request(
    request: GetDriverSetDataRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    shown = cookie.write_cookie(request.cookie)
    sets = request.driver_sets
    named = "" if sets is None else values.write_guids("driverSets", sets)
    return soap.write_request(namespaces.message(NAME, shown + named), version)


def decode_request(envelope: Envelope) -> GetDriverSetDataRequest:
    """Return the request. Raises MalformedMessage."""
    named = xmltree.child(envelope.message, "driverSets") is not None
    return GetDriverSetDataRequest(
        cookie=cookie.read_cookie(envelope.message),
        driver_sets=values.read_guids(envelope.message, "driverSets") if named else None,
    )


def encode_response(
    response: GetDriverSetDataResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    sets = values.write_array(
        "DriverSets",
        (
            f"<ServerSyncDriverSetData><DriverSetId>{escape(one.driver_set_id)}</DriverSetId>"
            f"{values.write_text('DriverSetXml', one.driver_set_xml)}</ServerSyncDriverSetData>"
            for one in response.driver_sets
        ),
    )
    result = f"<{NAME}Result>{sets}</{NAME}Result>"
    return soap.write_response(namespaces.message(f"{NAME}Response", result), version)


def decode_response(body: bytes) -> GetDriverSetDataResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    result = xmltree.required_child(message, f"{NAME}Result")
    return GetDriverSetDataResponse(
        driver_sets=tuple(
            ServerSyncDriverSetData(
                driver_set_id=xmltree.guid(one, "DriverSetId"),
                driver_set_xml=xmltree.text(one, "DriverSetXml") or "",
            )
            for one in xmltree.items(result, "DriverSets", "ServerSyncDriverSetData")
        )
    )
