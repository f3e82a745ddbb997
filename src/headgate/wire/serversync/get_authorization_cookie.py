"""GetAuthorizationCookie of the DssAuth service: who a downstream server says it is.

[MS-WSUSSS] 3.1.4.2; captured exchange 000002; a namespace of its own.
"""

from dataclasses import dataclass

from headgate.wire import answers, cookie, soap, values, xmltree
from headgate.wire.cookie import AuthorizationCookie
from headgate.wire.serversync import namespaces
from headgate.wire.soap import Envelope, SoapVersion

NAME = "GetAuthorizationCookie"
ACTION = namespaces.action(NAME, namespaces.DSS_AUTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class GetAuthorizationCookieRequest:
    """A downstream server introduces itself; ``programKeys`` is never sent."""

    account_name: str  #: must look like a fully qualified host name
    account_guid: str  #: the server's own id


@dataclass(frozen=True, slots=True, kw_only=True)
class GetAuthorizationCookieResponse:
    """The token to be shown to ``GetCookie``."""

    authorization_cookie: AuthorizationCookie


def encode_request(
    request: GetAuthorizationCookieRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    name = values.write_text("accountName", request.account_name)
    guid = values.write_text("accountGuid", request.account_guid)
    return soap.write_request(namespaces.message(NAME, name + guid, namespaces.DSS_AUTH), version)


def decode_request(envelope: Envelope) -> GetAuthorizationCookieRequest:
    """Return the request; a missing part is an empty string, for the service to refuse."""
    return GetAuthorizationCookieRequest(
        account_name=xmltree.text(envelope.message, "accountName") or "",
        account_guid=xmltree.text(envelope.message, "accountGuid") or "",
    )


def encode_response(
    response: GetAuthorizationCookieResponse, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the answer's bytes."""
    result = cookie.write_authorization_cookie(f"{NAME}Result", response.authorization_cookie)
    return soap.write_response(
        namespaces.message(f"{NAME}Response", result, namespaces.DSS_AUTH), version
    )


def decode_response(body: bytes) -> GetAuthorizationCookieResponse:
    """Return the answer. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{NAME}Response")
    result = xmltree.required_child(message, f"{NAME}Result")
    return GetAuthorizationCookieResponse(
        authorization_cookie=cookie.read_authorization_cookie(result)
    )
