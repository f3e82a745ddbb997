"""Types both protocols share, and how each stands in XML ([MS-WSUSSS] 2.2.4, [MS-WUSP] 2.2.3).

Writers return text. Absent and empty are different on the wire: None writes nothing, an empty
string or an empty list writes an empty element, as captured servers do.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from headgate.wire import lexical, xmltree
from headgate.wire.lexical import escape
from headgate.wire.xmltree import Element


@dataclass(frozen=True, slots=True)
class UpdateIdentity:
    """[MS-WSUSSS] 2.2.4.9 UpdateIdentity, with the id in the letter case it came in."""

    update_id: str
    revision_number: int


def read_identity(element: Element) -> UpdateIdentity:
    """Return the identity an element holds. Raises MalformedMessage."""
    return UpdateIdentity(
        xmltree.guid(element, "UpdateID"), xmltree.integer(element, "RevisionNumber")
    )


def write_identity(name: str, identity: UpdateIdentity) -> str:
    """Return an identity as element ``name``."""
    return (
        f"<{name}><UpdateID>{identity.update_id}</UpdateID>"
        f"<RevisionNumber>{identity.revision_number}</RevisionNumber></{name}>"
    )


def read_identities(element: Element, array: str) -> tuple[UpdateIdentity, ...]:
    """Return the identities of a child array, none when it is missing. Raises MalformedMessage."""
    return tuple(map(read_identity, xmltree.items(element, array, "UpdateIdentity")))


def write_identities(array: str, identities: Iterable[UpdateIdentity]) -> str:
    """Return an array of identities."""
    return write_array(array, (write_identity("UpdateIdentity", one) for one in identities))


def read_guids(element: Element, array: str) -> tuple[str, ...]:
    """Return the GUIDs of a child array, none when it is missing. Raises MalformedMessage."""
    found = xmltree.items(element, array, "guid")
    return tuple(xmltree.own_value(one, lexical.read_guid) for one in found)


def write_guids(array: str, guids: Iterable[str]) -> str:
    """Return an array of GUIDs."""
    return write_array(array, (f"<guid>{escape(guid)}</guid>" for guid in guids))


def read_digests(element: Element, array: str) -> tuple[bytes, ...]:
    """Return the digests of a child array, none when it is missing. Raises MalformedMessage."""
    found = xmltree.items(element, array, "base64Binary")
    return tuple(xmltree.own_value(one, lexical.read_base64) for one in found)


def write_digests(array: str, digests: Iterable[bytes]) -> str:
    """Return an array of digests."""
    return write_array(
        array, (f"<base64Binary>{lexical.write_base64(one)}</base64Binary>" for one in digests)
    )


def write_array(name: str, written: Iterable[str]) -> str:
    """Return an array around elements already written; ``<name />`` when there are none."""
    inside = "".join(written)
    return f"<{name}>{inside}</{name}>" if inside else f"<{name} />"


def write_text(name: str, text: str | None) -> str:
    """Return an element with text, ``<name />`` for an empty one, nothing for None."""
    if text is None:
        return ""
    return f"<{name}>{escape(text)}</{name}>" if text else f"<{name} />"


def write_boolean(name: str, value: bool | None) -> str:
    """Return an element with a boolean, nothing for None."""
    return "" if value is None else f"<{name}>{lexical.write_boolean(value)}</{name}>"


def write_bytes(name: str, data: bytes | None) -> str:
    """Return an element with base64, nothing for None."""
    if data is None:
        return ""
    return f"<{name}>{lexical.write_base64(data)}</{name}>" if data else f"<{name} />"


def write_integer(name: str, value: int | None) -> str:
    """Return an element with a number, nothing for None."""
    return "" if value is None else f"<{name}>{value}</{name}>"


def write_moment(name: str, moment: datetime | None) -> str:
    """Return an element with an xs:dateTime, nothing for None."""
    return "" if moment is None else f"<{name}>{lexical.write_datetime(moment)}</{name}>"
