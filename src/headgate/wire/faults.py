"""SOAP faults: how a server says no, both directions ([MS-WSUSSS] 2.2.9, [MS-WUSP] 2.2.2.4).

Decides what a fault looks like. What to do about an ErrorCode is decided by those who receive it.
"""

from enum import StrEnum

from headgate.errors import HeadgateError
from headgate.sentences import Sentence
from headgate.wire import soap, xmltree
from headgate.wire.lexical import escape
from headgate.wire.soap import SoapVersion, Style
from headgate.wire.xmltree import Element


class ErrorCode(StrEnum):
    """Every code either protocol defines, as spelled on the wire (FACTS §1.6)."""

    INVALID_PARAMETERS = "InvalidParameters"
    INTERNAL_SERVER_ERROR = "InternalServerError"
    SERVER_BUSY = "ServerBusy"
    SERVER_CHANGED = "ServerChanged"
    INVALID_COOKIE = "InvalidCookie"
    INVALID_AUTHORIZATION_COOKIE = "InvalidAuthorizationCookie"
    INCOMPATIBLE_PROTOCOL_VERSION = "IncompatibleProtocolVersion"
    FILE_DIGESTS_MISSING = "FileDigestsMissing"
    TOO_MANY_IDS = "TooManyIds"
    CONFIG_CHANGED = "ConfigChanged"
    COOKIE_EXPIRED = "CookieExpired"
    REGISTRATION_REQUIRED = "RegistrationRequired"
    REGISTRATION_NOT_REQUIRED = "RegistrationNotRequired"
    FILE_LOCATION_CHANGED = "FileLocationChanged"


class SoapFault(HeadgateError):
    """A server's refusal, received or about to be sent.

    ``code`` is the detail's ErrorCode as spelled (empty when the fault has no such detail),
    ``error_code`` the same as an enumeration when it is a known one; ``message`` is, as in the
    protocol and unlike that of other errors, a parameter's path or empty; ``id`` names this fault
    in the server's log; ``method`` is the SOAPAction without its quotes; ``at_fault`` says who is:
    ``Client`` or ``Server``; ``actor`` is the service's own address, empty when not told;
    ``reason`` is the faultstring.
    """

    def __init__(
        self,
        code: str,
        *,
        message: str = "",
        id: str = "",
        method: str = "",
        at_fault: str = "Client",
        actor: str = "",
        reason: str = "Fault occurred",
    ) -> None:
        super().__init__(_sentence(str(code), message[:500], method, reason[:500]))
        self.code = str(code)
        self.message = message
        self.id = id
        self.method = method
        self.at_fault = at_fault
        self.actor = actor
        self.reason = reason

    @property
    def error_code(self) -> ErrorCode | None:
        """The code as an enumeration, None for a fault without or with an unknown code."""
        try:
            return ErrorCode(self.code)
        except ValueError:
            return None


def _sentence(code: str, about: str, method: str, reason: str) -> Sentence:
    operation = method.rpartition("/")[2]
    fault = Sentence("{code} ({about})", code=code, about=about) if about else code
    if operation and code:
        return Sentence(
            "The server answered to {operation} with the fault {fault}.",
            operation=operation,
            fault=fault,
        )
    if operation:
        return Sentence(
            "The server answered to {operation} with a fault: {reason}.",
            operation=operation,
            reason=reason,
        )
    if code:
        return Sentence("The server answered with the fault {fault}.", fault=fault)
    return Sentence("The server answered with a fault: {reason}.", reason=reason)


def write_fault(
    fault: SoapFault, version: SoapVersion = SoapVersion.SOAP_11, style: Style = Style.ASMX
) -> bytes:
    """Return the answer that carries ``fault``, as a WSUS writes it; it belongs to HTTP 500."""
    detail = (
        f"<ErrorCode>{escape(fault.code)}</ErrorCode><Message>{escape(fault.message)}</Message>"
        f'<ID>{escape(fault.id)}</ID><Method>"{escape(fault.method)}"</Method>'
    )
    prefix = style.value
    if version is SoapVersion.SOAP_11:
        inside = _write_11(fault, detail, prefix)
    else:
        inside = _write_12(fault, detail, prefix)
        if style is Style.ASMX:  # [MS-WSUSSS] 2.2.9.2: an unqualified one beside SOAP's own
            inside += f"<Detail>{detail}</Detail>"
    written = f"<{prefix}:Fault>{inside}</{prefix}:Fault>"
    # WCF declares nothing beside a fault: the captured one has 442 bytes (driver/000141).
    write = soap.write_request if style is Style.WCF else soap.write_response
    return write(written, version, style)


def _write_11(fault: SoapFault, detail: str, prefix: str) -> str:
    actor = f"<faultactor>{escape(fault.actor)}</faultactor>" if fault.actor else ""
    return (
        f"<faultcode>{prefix}:{fault.at_fault}</faultcode>"
        f"<faultstring>{escape(fault.reason)}</faultstring>{actor}<detail>{detail}</detail>"
    )


def _write_12(fault: SoapFault, detail: str, prefix: str) -> str:
    code = "Sender" if fault.at_fault == "Client" else "Receiver"
    role = f"<{prefix}:Role>{escape(fault.actor)}</{prefix}:Role>" if fault.actor else ""
    return (
        f"<{prefix}:Code><{prefix}:Value>{prefix}:{code}</{prefix}:Value></{prefix}:Code>"
        f'<{prefix}:Reason><{prefix}:Text xml:lang="en">{escape(fault.reason)}</{prefix}:Text>'
        f"</{prefix}:Reason>{role}<{prefix}:Detail>{detail}</{prefix}:Detail>"
    )


def read_fault(fault: Element) -> SoapFault:
    """Return the fault of a ``Fault`` element of either SOAP version; missing parts are empty."""
    detail = xmltree.child(fault, "detail")
    if detail is None:
        detail = xmltree.child(fault, "Detail")

    def part(name: str) -> str:
        return "" if detail is None else xmltree.text(detail, name) or ""

    return SoapFault(
        part("ErrorCode").strip(),
        message=part("Message"),
        id=part("ID").strip(),
        method=part("Method").strip().strip('"'),
        at_fault=_at_fault(fault),
        actor=(xmltree.text(fault, "faultactor") or xmltree.text(fault, "Role") or "").strip(),
        reason=_reason(fault),
    )


def _at_fault(fault: Element) -> str:
    code = xmltree.child(fault, "Code")
    written = xmltree.text(fault, "faultcode") if code is None else xmltree.text(code, "Value")
    name = (written or "").rpartition(":")[2].strip()
    return {"Sender": "Client", "Receiver": "Server"}.get(name, name)


def _reason(fault: Element) -> str:
    reason = xmltree.child(fault, "Reason")
    written = xmltree.text(fault, "faultstring") if reason is None else xmltree.text(reason, "Text")
    return (written or "").strip()
