"""The children of a received element by name, read with the tolerance this protocol needs.

Decides what counts as absent: an element that is missing, and one with ``xsi:nil`` as older agents
write it ([MS-WUSP] 4; FACTS §1.3). Unknown children are passed over, order does not matter.
"""

from array import array
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from headgate.wire import lexical, xmltree
from headgate.wire.cookie import Cookie, ShownCookie, read_cookie_of, read_shown_cookie
from headgate.wire.xmltree import Element

_Value = TypeVar("_Value")

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class Parts:
    """What an element holds; of several children of one name the first counts.

    All questions take a child's local name and answer None when it is absent; those that read a
    value raise MalformedMessage when its text is not of that type.
    """

    def __init__(self, element: Element) -> None:
        self._children: dict[str, Element] = {}
        for child in element:
            name = xmltree.local_name(child)
            if child.get(_NIL) not in ("true", "1"):
                self._children.setdefault(name, child)

    def element(self, name: str) -> Element | None:
        """The child itself."""
        return self._children.get(name)

    def parts(self, name: str) -> "Parts | None":
        """The children of that child."""
        found = self._children.get(name)
        return None if found is None else Parts(found)

    def value(self, name: str, read: Callable[[str], _Value]) -> _Value | None:
        """The child's text through a reader of :mod:`headgate.wire.lexical`."""
        found = self._children.get(name)
        return None if found is None else xmltree.own_value(found, read)

    def readable(self, name: str, read: Callable[[str], _Value]) -> _Value | None:
        """As :meth:`value`, and None for a text of another type: for what nothing hangs on."""
        return xmltree.readable(self._children.get(name), read)

    def text(self, name: str) -> str | None:
        """The child's text, "" for an empty one."""
        found = self._children.get(name)
        return None if found is None else found.text or ""

    def integer(self, name: str) -> int | None:
        """The child's number, an xs:int."""
        return self.value(name, lexical.read_integer)

    def boolean(self, name: str) -> bool | None:
        """The child's xs:boolean."""
        return self.value(name, lexical.read_boolean)

    def moment(self, name: str) -> datetime | None:
        """The child's xs:dateTime."""
        return self.value(name, lexical.read_datetime)

    def each(self, name: str, item: str) -> Iterator[Element] | None:
        """The ``item`` elements of an array that are not nil."""
        found = self._children.get(name)
        if found is None:
            return None
        return (one for one in xmltree.children(found, item) if one.get(_NIL) not in ("true", "1"))

    def strings(self, name: str, item: str = "string") -> tuple[str, ...] | None:
        """The texts of an array; a nil one is "", because places in it have a meaning."""
        found = self._children.get(name)
        if found is None:
            return None
        return tuple(one.text or "" for one in xmltree.children(found, item))

    def guids(self, name: str) -> tuple[str, ...] | None:
        """The GUIDs of an array, in the letter case they came in."""
        found = self.each(name, "guid")
        if found is None:
            return None
        return tuple(xmltree.own_value(one, lexical.read_guid) for one in found)

    def digests(self, name: str) -> tuple[bytes, ...] | None:
        """The byte strings of an array of base64Binary."""
        found = self.each(name, "base64Binary")
        if found is None:
            return None
        return tuple(xmltree.own_value(one, lexical.read_base64) for one in found)

    def cookie(self, name: str) -> Cookie | None:
        """The cookie in that child of an answer."""
        found = self._children.get(name)
        return None if found is None else read_cookie_of(found)

    def shown_cookie(self, name: str = "cookie") -> ShownCookie | None:
        """The cookie in that child of a request, whatever state it is in."""
        found = self._children.get(name)
        return None if found is None else read_shown_cookie(found)

    def ids(self, name: str) -> tuple[int, ...] | None:
        """The numbers of an ArrayOfInt, which may be a hundred thousand."""
        found = self._children.get(name)
        return None if found is None else _ids(found)


def _ids(element: Element) -> tuple[int, ...]:
    """Convert all texts at once; only when something is wrong look at each, to name it."""
    texts = [one.text or "" for one in xmltree.children(element, "int")]
    joined = "".join(texts)
    if joined.isascii() and "_" not in joined:
        try:
            return tuple(array("i", map(int, texts)))
        except (ValueError, OverflowError):
            pass
    return tuple(
        xmltree.own_value(one, lexical.read_integer) for one in xmltree.children(element, "int")
    )
