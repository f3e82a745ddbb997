"""UpdateData: fragments of a revision beyond its Core ([MS-WUSP] 2.2.2.2.6)."""

from collections.abc import Iterable
from dataclasses import dataclass

from headgate.wire import soap, xmltree
from headgate.wire.clientsync import namespaces
from headgate.wire.clientsync.parts import Parts
from headgate.wire.clientsync.update_info import LargeXml, Pieces, read_fragment
from headgate.wire.soap import SoapVersion, Style
from headgate.wire.xmltree import Element


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateData:
    """One fragment; a revision has an entry for each."""

    id: int  #: the revision's number on this server
    xml: bytes | LargeXml  #: escaped once


def answer_pieces(
    name: str, updates: Iterable[UpdateData], rest: str, version: SoapVersion
) -> Pieces:
    """Yield the whole answer of the operation ``name``; ``rest`` stands behind its updates."""
    opening, closing = soap.response_frame(version, Style.WCF)
    yield opening
    yield f'<{name}Response xmlns="{namespaces.CLIENT}"><{name}Result>'.encode()
    yield from _data_pieces(updates)
    yield f"{rest}</{name}Result></{name}Response>".encode()
    yield closing


def _data_pieces(updates: Iterable[UpdateData]) -> Pieces:
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
