"""The fragment names written element by element, with every namespace resolved in its scope.

Slower than :mod:`headgate.metadata.rewriting` and right for every document, also where a prefix
means two things or a vocabulary of ours is the default namespace. Tests hold the two against each
other over all captured documents.
"""

from lxml.etree import _Element

from headgate.metadata.names import FRAGMENT_PREFIXES, VOCABULARIES

_XML = "http://www.w3.org/XML/1998/namespace"


def write(element: _Element) -> bytes:
    """Return an element, without its tail, as it stands in a fragment (FACTS §8.2, 3 to 6)."""
    pieces: list[str] = []
    _write(element, pieces)
    return "".join(pieces).encode()


def attribute_text(value: str) -> str:
    """Return an attribute's value as it stands between double quotes."""
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    value = value.replace('"', "&quot;")
    return value.replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")


def _write(element: _Element, pieces: list[str]) -> None:
    name = _fragment_name(element.tag)
    pieces.append(f"<{name}{_declaration(element)}")
    for attribute, value in element.attrib.items():
        pieces.append(f' {_attribute_name(str(attribute))}="{attribute_text(str(value))}"')
    content = len(pieces)
    pieces.append(">")
    pieces.append(_text(element.text))
    for child in element:
        _write(child, pieces)
        pieces.append(_text(child.tail))
    if len(pieces) == content + 2 and not pieces[-1]:
        pieces[content] = " />"
    else:
        pieces.append(f"</{name}>")


def _fragment_name(tag: str) -> str:
    uri, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    return FRAGMENT_PREFIXES.get(uri, "") + local


def _attribute_name(name: str) -> str:
    uri, _, local = name[1:].rpartition("}") if name.startswith("{") else ("", "", name)
    return f"xml:{local}" if uri == _XML else local


def _declaration(element: _Element) -> str:
    """Return the default namespace this element declares, unless it is one of ours."""
    uri = element.nsmap.get(None)
    parent = element.getparent()
    inherited = parent.nsmap.get(None) if parent is not None else None
    if uri == inherited or (uri or "").startswith(VOCABULARIES):
        return ""
    return f' xmlns="{attribute_text(uri or "")}"'


def _text(value: str | None) -> str:
    if value is None or not value.strip(" \t\r\n"):
        return ""
    value = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return value.replace("\r", "&#13;")
