"""GetRelatedRevisionsForUpdates: not used in the protocol ([MS-WSUSSS] 3.1.4.9).

From the WSDL; nobody has observed one. A server answers with an empty list.
"""

from dataclasses import dataclass

from headgate.wire import answers, cookie, soap, values
from headgate.wire.cookie import Cookie
from headgate.wire.serversync import namespaces
from headgate.wire.soap import Envelope, SoapVersion
from headgate.wire.values import UpdateIdentity

NAME = "GetRelatedRevisionsForUpdates"
ACTION = namespaces.action(NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetRelatedRevisionsRequest:
    """Names updates."""

    cookie: Cookie | None
    update_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GetRelatedRevisionsResponse:
    """Revisions related to them in a way nobody has defined."""

    revisions: tuple[UpdateIdentity, ...]


def encode_request(
    request: GetRelatedRevisionsRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    shown = cookie.write_cookie(request.cookie)
    named = values.write_guids("updateIDs", request.update_ids)
    return soap.write_request(namespaces.message(NAME, shown + named), version)


def decode_request(envelope: Envelope) -> GetRelatedRevisionsRequest:
    """Return the request. Raises MalformedMessage."""
    return GetRelatedRevisionsRequest(
        cookie=cookie.read_cookie(envelope.message),
        update_ids=values.read_guids(envelope.message, "updateIDs"),
    )


def encode_response(
    response: GetRelatedRevisionsResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    result = values.write_identities(f"{NAME}Result", response.revisions)
    return soap.write_response(namespaces.message(f"{NAME}Response", result), version)


def decode_response(body: bytes) -> GetRelatedRevisionsResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    return GetRelatedRevisionsResponse(revisions=values.read_identities(message, f"{NAME}Result"))
