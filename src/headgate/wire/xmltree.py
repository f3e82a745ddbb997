"""Reading XML from strangers: safe parser settings, and children looked up by local name.

Decides what a parser may do (no DTD, no entities, no network) and how tolerant reading is: prefixes
and namespaces of children do not matter, unknown children are passed over (FACTS §1.3). Everything
that is wrong becomes a MalformedMessage that names the element.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, TypeVar

from lxml import etree

from headgate.errors import MalformedMessage
from headgate.sentences import Sentence, said_by
from headgate.wire import lexical

Element = etree._Element

_Value = TypeVar("_Value")

#: Parsers neither load a DTD nor replace entities nor open addresses, and read UTF-8 alone: both
#: protocols use nothing else, and bytes can then be searched before they are parsed.
SAFE: Final = MappingProxyType[str, Any](
    {
        "resolve_entities": False,
        "no_network": True,
        "load_dtd": False,
        "encoding": "utf-8",
        "remove_comments": True,
        "remove_pis": True,
    }
)

#: A declaration and a comment; nobody sends more before the first element.
MAX_PROLOG_BYTES = 64 * 1024
_FIRST_ELEMENT = re.compile(rb"<[^!?]")


class XmlRefused(MalformedMessage):
    """Bytes are not XML that we read: cut off, damaged, or with a DTD."""


def parse(data: bytes, *, what: str = Sentence("message"), huge: bool = False) -> Element:
    """Return the root element of ``data``, UTF-8 with or without a byte order mark.

    ``huge`` lifts libxml2's limits of 10 MB for one text and 256 levels (then 2,048 levels) and is
    for answers of an update source, whose documents are that large. ``what`` names the thing in
    errors. Raises XmlRefused.
    """
    refuse_doctype(data, what=what)
    try:
        return etree.fromstring(data, etree.XMLParser(huge_tree=huge, **SAFE))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise XmlRefused(
            Sentence(
                "The {what} is not well-formed XML: {reason}.", what=what, reason=said_by(error)
            ),
            raw=data,
        ) from error


def refuse_doctype(beginning: bytes, *, what: str) -> bool:
    """Raise XmlRefused when a DOCTYPE stands before the first element: no honest peer sends one.

    Returns whether the first element was reached; who streams asks again with more bytes when not.
    Looked for in the bytes, because ``huge`` parsers expand entities in attributes without limit
    and lxml parses an external DOCTYPE without a word (DEPENDENCIES, trap 14).
    """
    first = _FIRST_ELEMENT.search(beginning)
    prolog = beginning[: first.start()] if first else beginning
    if b"<!DOCTYPE" in prolog:
        raise XmlRefused(
            Sentence("The {what} contains a DOCTYPE, which is refused.", what=what), raw=beginning
        )
    if first is None and len(prolog) > MAX_PROLOG_BYTES:
        raise XmlRefused(Sentence("The {what} is not XML.", what=what), raw=beginning)
    return first is not None


def local_name(element: Element) -> str:
    """Return the name without namespace; empty for comments and unreplaced entities."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: Element) -> str:
    """Return the namespace, empty for an unqualified name."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def children(element: Element, name: str) -> Iterator[Element]:
    """Yield the children of that local name, in order."""
    return element.iterchildren(f"{{*}}{name}")


def child(element: Element, name: str) -> Element | None:
    """Return the first child of that local name, None when there is none."""
    return next(children(element, name), None)


def required_child(element: Element, name: str) -> Element:
    """Return the first child of that local name. Raises MalformedMessage when it is missing."""
    found = child(element, name)
    if found is None:
        raise MalformedMessage(
            Sentence("{element} has no {name}.", element=local_name(element), name=name),
            raw=_excerpt(element),
        )
    return found


def items(element: Element, array: str, name: str) -> Iterator[Element]:
    """Yield the ``name`` elements of the child ``array``; nothing when the array is missing."""
    found = child(element, array)
    return iter(()) if found is None else children(found, name)


def text(element: Element, name: str) -> str | None:
    """Return the text of a child, "" for an empty one, None when it is missing."""
    found = child(element, name)
    return None if found is None else found.text or ""


def value(element: Element, name: str, read: Callable[[str], _Value]) -> _Value:
    """Return a child's text through a reader of :mod:`headgate.wire.lexical`.

    Raises MalformedMessage when the child is missing or its text is not what the reader takes.
    """
    return own_value(required_child(element, name), read)


def optional_value(element: Element, name: str, read: Callable[[str], _Value]) -> _Value | None:
    """As :func:`value`, and None when the child is missing."""
    found = child(element, name)
    return None if found is None else own_value(found, read)


def own_value(element: Element, read: Callable[[str], _Value]) -> _Value:
    """Return this element's own text through a reader. Raises MalformedMessage."""
    try:
        return read(element.text or "")
    except ValueError as error:
        raise MalformedMessage(
            Sentence("{element} is {reason}.", element=local_name(element), reason=said_by(error)),
            raw=_excerpt(element),
        ) from error


def readable(element: Element | None, read: Callable[[str], _Value]) -> _Value | None:
    """Return this element's own text through a reader, None when it is no such text.

    None for no element, too. For what a message can do without: it must not cost the rest of it.
    """
    if element is None:
        return None
    try:
        return read(element.text or "")
    except ValueError:
        return None


def attribute(element: Element, name: str, read: Callable[[str], _Value]) -> _Value:
    """Return an attribute through a reader. Raises MalformedMessage, also when it is missing."""
    written = element.get(name)
    if written is None:
        raise MalformedMessage(
            Sentence("{element} has no {name}.", element=local_name(element), name=name),
            raw=_excerpt(element),
        )
    try:
        return read(written)
    except ValueError as error:
        raise MalformedMessage(
            Sentence(
                "{name} of {element} is {reason}.",
                name=name,
                element=local_name(element),
                reason=said_by(error),
            ),
            raw=_excerpt(element),
        ) from error


def boolean(element: Element, name: str) -> bool:
    """Return a child's xs:boolean. Raises MalformedMessage."""
    return value(element, name, lexical.read_boolean)


def integer(element: Element, name: str) -> int:
    """Return a child's xs:int. Raises MalformedMessage."""
    return value(element, name, lexical.read_integer)


def moment(element: Element, name: str) -> datetime:
    """Return a child's xs:dateTime. Raises MalformedMessage."""
    return value(element, name, lexical.read_datetime)


def guid(element: Element, name: str) -> str:
    """Return a child's GUID in the letter case it came in. Raises MalformedMessage."""
    return value(element, name, lexical.read_guid)


def _excerpt(element: Element) -> bytes:
    return etree.tostring(element)
