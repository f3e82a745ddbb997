"""GetCookie: a session for a computer ([MS-WUSP] 3.1.5.4; FACTS §2.4)."""

from dataclasses import dataclass
from datetime import datetime

from headgate.wire import answers, cookie, lexical, soap, values, xmltree
from headgate.wire.clientsync import namespaces
from headgate.wire.clientsync.arrays import write_items
from headgate.wire.clientsync.parts import Parts
from headgate.wire.cookie import AuthorizationCookie, Cookie, ShownCookie
from headgate.wire.soap import Envelope, SoapVersion, Style

NAME = "GetCookie"


@dataclass(frozen=True, slots=True, kw_only=True)
class GetCookieRequest:
    """Shows who the computer is and which configuration it knows."""

    auth_cookies: tuple[AuthorizationCookie, ...]
    old_cookie: ShownCookie | None = None  #: without data when there is none (FACTS §2.4)
    last_change: str | None  #: of the configuration, letter by letter as it was given
    current_time: datetime | None  #: of the computer, UTC; None also for what is no time
    protocol_version: str | None  #: of the computer, two numbers such as ``2.90``


@dataclass(frozen=True, slots=True, kw_only=True)
class GetCookieResponse:
    """The cookie every later call carries."""

    cookie: Cookie


def encode_request(request: GetCookieRequest, version: SoapVersion = SoapVersion.SOAP_11) -> bytes:
    """Return the request's bytes."""
    shown = (
        cookie.write_authorization_cookie("AuthorizationCookie", one)
        for one in request.auth_cookies
    )
    content = (
        write_items("authCookies", shown)
        + cookie.write_cookie(request.old_cookie, "oldCookie")
        + values.write_text("lastChange", request.last_change)
        + values.write_moment("currentTime", request.current_time)
        + values.write_text("protocolVersion", request.protocol_version)
    )
    return soap.write_request(namespaces.message(NAME, content), version, Style.WCF)


def decode_request(envelope: Envelope) -> GetCookieRequest:
    """Return the request. Raises MalformedMessage."""
    parts = Parts(envelope.message)
    last_change = parts.text("lastChange")
    return GetCookieRequest(
        auth_cookies=tuple(
            map(
                cookie.read_shown_authorization_cookie,
                parts.each("authCookies", "AuthorizationCookie") or (),
            )
        ),
        old_cookie=parts.shown_cookie("oldCookie"),
        last_change=None if last_change is None else last_change.strip(),
        current_time=parts.readable("currentTime", lexical.read_datetime),
        protocol_version=parts.text("protocolVersion"),
    )


def encode_response(
    response: GetCookieResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    result = cookie.write_cookie(response.cookie, f"{NAME}Result")
    return soap.write_response(namespaces.message(f"{NAME}Response", result), version, Style.WCF)


def decode_response(body: bytes) -> GetCookieResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    result = xmltree.required_child(message, f"{NAME}Result")
    return GetCookieResponse(cookie=cookie.read_cookie_of(result))
