"""What came back from a server: the expected message, a fault, or no SOAP at all.

Decides how each of them is told apart, so that codecs see only the message they know. An answer may
be hundreds of megabytes large; who streams one uses :func:`refuse_page` on its beginning.
"""

import re

from headgate.errors import MalformedMessage
from headgate.sentences import Sentence
from headgate.wire import faults, soap, xmltree
from headgate.wire.faults import SoapFault
from headgate.wire.xmltree import Element

_TITLE = re.compile(rb"<title[^>]*>\s*(.*?)\s*</title>", re.IGNORECASE | re.DOTALL)
_HTML = re.compile(rb"\s*(?:<!doctype html|<html|<head|<body)", re.IGNORECASE)


def read_answer(body: bytes, name: str) -> Element:
    """Return the message element ``name`` of an answer.

    Raises SoapFault when the answer is a fault, MalformedMessage when it is no SOAP or another
    message than the expected one.
    """
    envelope = _envelope(body)
    if envelope.operation == "Fault":
        raise faults.read_fault(envelope.message)
    if envelope.operation != name:
        raise MalformedMessage(
            Sentence(
                "Expected {name} and received {operation}.", name=name, operation=envelope.operation
            ),
            raw=body,
        )
    return envelope.message


def decode_fault(body: bytes) -> SoapFault:
    """Return the fault that an answer carries, for an answer with HTTP 500.

    Raises MalformedMessage, with the raw bytes, when the answer is no fault.
    """
    envelope = _envelope(body)
    if envelope.operation != "Fault":
        raise MalformedMessage(
            Sentence("Expected a fault and received {operation}.", operation=envelope.operation),
            raw=body,
        )
    return faults.read_fault(envelope.message)


def _envelope(body: bytes) -> soap.Envelope:
    refuse_page(body)
    return soap.open_envelope(xmltree.parse(body, what=Sentence("answer"), huge=True), body)


def refuse_page(beginning: bytes) -> None:
    """Raise MalformedMessage when an answer, or its beginning, is empty or a web page.

    A page comes from something in between or from another server: its title says which.
    """
    if not beginning.strip():
        raise MalformedMessage(Sentence("The answer is empty."), raw=beginning)
    if _HTML.match(beginning.removeprefix(b"\xef\xbb\xbf")):
        raise MalformedMessage(
            _page(beginning),
            raw=beginning,
            next_step=Sentence(
                "Check the address and port of the update source, and what the proxy says."
            ),
        )


def _page(beginning: bytes) -> Sentence:
    title = _TITLE.search(beginning[: MalformedMessage.KEPT])
    if title is None:
        return Sentence("Expected SOAP and received a web page.")
    return Sentence(
        'Expected SOAP and received a web page titled "{title}".',
        title=title[1].decode("utf-8", "replace"),
    )
