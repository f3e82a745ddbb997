"""What both operations that take reports answer: whether the events were taken."""

from headgate.wire import answers, lexical, soap, xmltree
from headgate.wire.clientsync import namespaces
from headgate.wire.soap import SoapVersion


def write_accepted(name: str, accepted: bool, version: SoapVersion) -> bytes:
    """Return the bytes of the answer of the operation ``name``."""
    result = f"<{name}Result>{lexical.write_boolean(accepted)}</{name}Result>"
    message = namespaces.message(f"{name}Response", result, namespaces.REPORTING)
    return soap.write_response(message, version)


def read_accepted(name: str, body: bytes) -> bool:
    """Return whether the events were taken. Raises SoapFault and MalformedMessage."""
    message = answers.read_answer(body, f"{name}Response")
    return xmltree.boolean(message, f"{name}Result")
