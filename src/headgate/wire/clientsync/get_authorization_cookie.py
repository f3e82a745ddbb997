"""GetAuthorizationCookie of SimpleAuth: who a computer says it is ([MS-WUSP] 3.1.5.3; FACTS §2.3).

A namespace of its own; nothing proves what a computer says here.
"""

from dataclasses import dataclass

from headgate.wire import answers, cookie, soap, values, xmltree
from headgate.wire.clientsync import namespaces
from headgate.wire.clientsync.parts import Parts
from headgate.wire.cookie import AuthorizationCookie
from headgate.wire.soap import Envelope, SoapVersion, Style

NAME = "GetAuthorizationCookie"


@dataclass(frozen=True, slots=True, kw_only=True)
class GetAuthorizationCookieRequest:
    """A computer introduces itself."""

    client_id: str  #: its SusClientId; "" when it was missing, for the service to refuse
    target_group_name: str | None = None  #: with client-side targeting
    dns_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetAuthorizationCookieResponse:
    """The token to be shown to ``GetCookie``; its plug-in is ``SimpleTargeting``."""

    authorization_cookie: AuthorizationCookie


def encode_request(
    request: GetAuthorizationCookieRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    content = (
        values.write_text("clientId", request.client_id)
        + values.write_text("targetGroupName", request.target_group_name)
        + values.write_text("dnsName", request.dns_name)
    )
    message = namespaces.message(NAME, content, namespaces.SIMPLE_AUTH)
    return soap.write_request(message, version, Style.WCF)


def decode_request(envelope: Envelope) -> GetAuthorizationCookieRequest:
    """Return the request, texts as they came."""
    parts = Parts(envelope.message)
    return GetAuthorizationCookieRequest(
        client_id=parts.text("clientId") or "",
        target_group_name=parts.text("targetGroupName"),
        dns_name=parts.text("dnsName"),
    )


def encode_response(
    response: GetAuthorizationCookieResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    result = cookie.write_authorization_cookie(f"{NAME}Result", response.authorization_cookie)
    message = namespaces.message(f"{NAME}Response", result, namespaces.SIMPLE_AUTH)
    return soap.write_response(message, version)


def decode_response(body: bytes) -> GetAuthorizationCookieResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    result = xmltree.required_child(message, f"{NAME}Result")
    return GetAuthorizationCookieResponse(
        authorization_cookie=cookie.read_authorization_cookie(result)
    )
