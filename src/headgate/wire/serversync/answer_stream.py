"""Pulling through an answer too large for a tree: its items come out as they are complete.

Decides for streamed answers what :mod:`headgate.wire.answers` decides for whole ones: web pages,
faults, foreign messages, DOCTYPEs and cut-off bodies are told apart and raised. An item is freed
when it has been read, so memory holds one item at a time.
"""

from collections.abc import Iterator
from typing import cast

from lxml import etree

from headgate.errors import MalformedMessage
from headgate.sentences import Sentence, said_by
from headgate.wire import answers, faults, soap, xmltree
from headgate.wire.xmltree import Element

#: The most bytes between two complete items. The largest known document has 47 MB (94 MB in
#: UTF-16) and travels compressed to a few; plain and escaped it would still stay below this.
MAX_ITEM_BYTES = 256 * 1024 * 1024


class AnswerStream:
    """Reads the answer ``message`` and yields its elements of the names ``wanted``."""

    def __init__(self, message: str, wanted: tuple[str, ...]) -> None:
        self._message = message
        tags = tuple(f"{{*}}{name}" for name in ("Fault", *wanted))
        self._parser = etree.XMLPullParser(("end",), tag=tags, huge_tree=True, **xmltree.SAFE)
        self._beginning = b""
        self._started = False
        self._since_item = 0
        self._verified = False

    def feed(self, chunk: bytes) -> Iterator[Element]:
        """Yield the items that ``chunk`` completes; each is valid until the next is asked for.

        Raises SoapFault and MalformedMessage.
        """
        self._since_item += len(chunk)
        if self._since_item > MAX_ITEM_BYTES:
            raise MalformedMessage(
                Sentence("One item of the answer exceeds {most} MiB.", most=MAX_ITEM_BYTES >> 20)
            )
        if not self._started:
            self._beginning += chunk
            if not self._beginning.strip():
                return
            answers.refuse_page(self._beginning)
            self._started = xmltree.refuse_doctype(self._beginning, what=Sentence("answer"))
            chunk = self._beginning
            self._beginning = chunk[: MalformedMessage.KEPT]
        if self._started:
            self._parse(chunk)
            yield from self._complete_items()

    def close(self) -> None:
        """Say that no more will come. Raises MalformedMessage when the answer is incomplete."""
        answers.refuse_page(self._beginning)
        try:
            root = self._parser.close()
        except etree.XMLSyntaxError as error:
            raise MalformedMessage(
                Sentence("The answer is cut off: {reason}.", reason=said_by(error)),
                raw=self._beginning,
            ) from error
        self._verify(soap.open_envelope(root, self._beginning).message)

    def _parse(self, chunk: bytes) -> None:
        try:
            self._parser.feed(chunk)
        except etree.XMLSyntaxError as error:
            raise MalformedMessage(
                Sentence("The answer is not well-formed XML: {reason}.", reason=said_by(error)),
                raw=self._beginning,
            ) from error

    def _complete_items(self) -> Iterator[Element]:
        for _, found in self._parser.read_events():
            element = cast(Element, found)  # an "end" event, so an element
            if not self._verified:
                self._verify(_message_around(element))
            yield element
            self._since_item = 0
            _free(element)

    def _verify(self, message: Element) -> None:
        name = xmltree.local_name(message)
        if name == "Fault":
            raise faults.read_fault(message)
        if name != self._message:
            raise MalformedMessage(
                Sentence("Expected {wanted} and received {name}.", wanted=self._message, name=name),
                raw=self._beginning,
            )
        self._verified = True


def _message_around(element: Element) -> Element:
    """Return the ancestor below ``Body``, or the outermost one when there is no envelope."""
    message = element
    for ancestor in element.iterancestors():
        if xmltree.local_name(ancestor) == "Body":
            break
        message = ancestor
    return message


def _free(element: Element) -> None:
    """Empty a read item and drop those before it; the parser still holds on to the last one."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
