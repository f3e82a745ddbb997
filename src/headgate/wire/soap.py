"""The envelope around every message: SOAP 1.1 and 1.2, document/literal, never a header.

Decides how an envelope looks when we write one (as the vendor's ASMX or WCF services write it,
FACTS §1.3) and which element of a received one is the message. Routing goes by the body's first
element; SOAPAction is a hint. Receiving an answer has its own file, :mod:`headgate.wire.answers`.
"""

from dataclasses import dataclass
from enum import Enum
from functools import cache

from headgate.errors import MalformedMessage
from headgate.sentences import Sentence
from headgate.wire import xmltree
from headgate.wire.xmltree import Element

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
_INSTANCE = (
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
)

#: A request names at most some thousand identities; 100 of them take 12 KB.
MAX_REQUEST_BYTES = 16 * 1024 * 1024


class SoapVersion(Enum):
    """The two SOAP versions; the value is the envelope's namespace."""

    SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
    SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"

    def content_type(self, action: str | None = None) -> str:
        """Return the Content-Type; SOAP 1.2 requests carry their action in it."""
        if self is SoapVersion.SOAP_11:
            return "text/xml; charset=utf-8"
        named = f'; action="{action}"' if action else ""
        return f"application/soap+xml; charset=utf-8{named}"


class Style(Enum):
    """The two handwritings of the vendor's services (FACTS §1.3); the value is the prefix.

    They mean the same; readers take both.
    """

    ASMX = "soap"  #: SimpleAuth, Reporting, server synchronization: with an XML declaration
    WCF = "s"  #: the Client service, and how a Windows computer writes its requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A received message, not yet decoded."""

    version: SoapVersion
    message: Element  #: the body's first element

    @property
    def operation(self) -> str:
        """The message's name without namespace, such as ``GetCookie``."""
        return xmltree.local_name(self.message)

    @property
    def namespace(self) -> str:
        """The message's namespace."""
        return xmltree.namespace(self.message)


class NoMessage(MalformedMessage):
    """An envelope with nothing in its body; ``version`` is its SOAP version."""

    def __init__(self, version: SoapVersion, *, raw: bytes) -> None:
        super().__init__(Sentence("The SOAP envelope has no message in its body."), raw=raw)
        self.version = version


def read_request(body: bytes) -> Envelope:
    """Return the message of a request, whichever SOAP version it has.

    Raises NoMessage, and MalformedMessage for what is no SOAP.
    """
    if len(body) > MAX_REQUEST_BYTES:
        raise MalformedMessage(
            Sentence("The request has {size} bytes, more than any honest one.", size=len(body))
        )
    return open_envelope(xmltree.parse(body, what=Sentence("request")), body)


def open_envelope(root: Element, raw: bytes) -> Envelope:
    """Return the message inside a parsed envelope.

    Raises NoMessage when there is none, MalformedMessage when it is no envelope.
    """
    version = version_of(root, raw)
    body = xmltree.child(root, "Body")
    message = (
        next((child for child in body if xmltree.local_name(child)), None)
        if (body is not None)
        else None
    )
    if message is None:
        raise NoMessage(version, raw=raw)
    return Envelope(version=version, message=message)


def version_of(root: Element, raw: bytes = b"") -> SoapVersion:
    """Return the SOAP version of an envelope. Raises MalformedMessage when it is none."""
    if xmltree.local_name(root) == "Envelope":
        try:
            return SoapVersion(xmltree.namespace(root))
        except ValueError:
            pass
    raise MalformedMessage(
        Sentence("Expected a SOAP envelope and received <{tag}>.", tag=root.tag), raw=raw
    )


def write_request(
    message: str, version: SoapVersion = SoapVersion.SOAP_11, style: Style = Style.ASMX
) -> bytes:
    """Return a request around ``message``, the XML of the body's one element."""
    prefix = style.value
    declaration = DECLARATION if style is Style.ASMX else ""
    return (
        f'{declaration}<{prefix}:Envelope xmlns:{prefix}="{version.value}">'
        f"<{prefix}:Body>{message}</{prefix}:Body></{prefix}:Envelope>"
    ).encode()


def write_response(
    message: str, version: SoapVersion = SoapVersion.SOAP_11, style: Style = Style.ASMX
) -> bytes:
    """Return an answer around ``message``, as a service of that style writes it."""
    opening, closing = response_frame(version, style)
    return b"".join((opening, message.encode(), closing))


@cache
def response_frame(version: SoapVersion, style: Style = Style.ASMX) -> tuple[bytes, bytes]:
    """Return what stands before and after the message of an answer, for those who join parts."""
    if style is Style.WCF:
        opening = f'<s:Envelope xmlns:s="{version.value}"><s:Body{_INSTANCE}>'
        return opening.encode(), b"</s:Body></s:Envelope>"
    opening = f'{DECLARATION}<soap:Envelope xmlns:soap="{version.value}"{_INSTANCE}><soap:Body>'
    return opening.encode(), b"</soap:Body></soap:Envelope>"
