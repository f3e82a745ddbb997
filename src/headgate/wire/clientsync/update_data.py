"""UpdateData: fragments of a revision beyond its Core ([MS-WUSP] 2.2.2.2.6)."""

from collections.abc import Iterable
from dataclasses import dataclass

from headgate.wire import xmltree
from headgate.wire.clientsync.parts import Parts
from headgate.wire.clientsync.update_info import LargeXml, Pieces, read_fragment
from headgate.wire.xmltree import Element


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateData:
    """One fragment; a revision has an entry for each."""

    id: int  #: the revision's number on this server
    xml: bytes | LargeXml  #: escaped once


def data_pieces(updates: Iterable[UpdateData]) -> Pieces:
    """Yield ``Updates``, nothing when there are none."""
    opening = "<Updates>"
    for update in updates:
        yield f"{opening}<Update><ID>{update.id}</ID><Xml>".encode()
        yield update.xml
        yield b"</Xml></Update>"
        opening = ""
    if not opening:
        yield b"</Updates>"


def read_data(parts: Parts) -> tuple[UpdateData, ...]:
    """Return the fragments of an answer, escaped again. Raises MalformedMessage."""
    return tuple(map(_read, parts.each("Updates", "Update") or ()))


def _read(element: Element) -> UpdateData:
    return UpdateData(id=xmltree.integer(element, "ID"), xml=read_fragment(element) or b"")
