"""GetCookie: the session's token, good for about four hours.

[MS-WSUSSS] 3.1.4.3; captured exchange 000003.
"""

from dataclasses import dataclass

from headgate.wire import answers, cookie, soap, values, xmltree
from headgate.wire.cookie import AuthorizationCookie, Cookie
from headgate.wire.serversync import namespaces
from headgate.wire.soap import Envelope, SoapVersion

NAME = "GetCookie"
ACTION = namespaces.action(NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetCookieRequest:
    """Shows the authorization cookies and names the protocol's version."""

    auth_cookies: tuple[AuthorizationCookie, ...]
    old_cookie: Cookie | None  #: None at the first call
    protocol_version: str  #: ``1.20`` for WSUS 10 (FACTS §10.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetCookieResponse:
    """The token every later call carries."""

    cookie: Cookie


def encode_request(request: GetCookieRequest, version: SoapVersion = SoapVersion.SOAP_11) -> bytes:
    """Return the request's bytes."""
    shown = values.write_array(
        "authCookies",
        (
            cookie.write_authorization_cookie("AuthorizationCookie", one)
            for one in request.auth_cookies
        ),
    )
    old = cookie.write_cookie(request.old_cookie, "oldCookie")
    spoken = values.write_text("protocolVersion", request.protocol_version)
    return soap.write_request(namespaces.message(NAME, shown + old + spoken), version)


def decode_request(envelope: Envelope) -> GetCookieRequest:
    """Return the request. Raises MalformedMessage."""
    shown = xmltree.items(envelope.message, "authCookies", "AuthorizationCookie")
    return GetCookieRequest(
        auth_cookies=tuple(map(cookie.read_authorization_cookie, shown)),
        old_cookie=cookie.read_cookie(envelope.message, "oldCookie"),
        protocol_version=xmltree.text(envelope.message, "protocolVersion") or "",
    )


def encode_response(
    response: GetCookieResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    result = cookie.write_cookie(response.cookie, f"{NAME}Result")
    return soap.write_response(namespaces.message(f"{NAME}Response", result), version)


def decode_response(body: bytes) -> GetCookieResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    return GetCookieResponse(
        cookie=cookie.read_cookie_of(xmltree.required_child(message, f"{NAME}Result"))
    )
