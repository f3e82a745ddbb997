"""Every real update document there is, and what real servers cut from some of them.

Reads packages and answers by means of its own (an independent reading), not with Headgate's
readers of the same things; only the cabinet is opened by ``wire.cab``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import etree
from tests.material import CAPTURES

from headgate.wire.cab import read_members

_DOCUMENT_FOLDERS = ("wsusss/docs", "catalogue/wsus-export-docs", "catalogue/mucatalogsharp")
_RECORD = re.compile(r"([0-9a-fA-F-]{36}),([0-9a-fA-F]{8}),([0-9a-fA-F]{8}),")


@dataclass(frozen=True)
class PackagedDocument:
    update_id: str
    revision_number: int
    xml: bytes


@dataclass(frozen=True)
class SentFragment:
    """A fragment a real server sent; ``kind`` is core, extended or localized."""

    kind: str
    identity: tuple[str, int]
    xml: bytes


def document_files() -> list[Path]:
    """Documents that lie in files of their own."""
    if CAPTURES is None:
        return []
    return [
        path for folder in _DOCUMENT_FOLDERS for path in sorted((CAPTURES / folder).glob("*.xml"))
    ]


def package_files() -> list[Path]:
    """Export packages."""
    if CAPTURES is None:
        return []
    return sorted((CAPTURES / "catalogue/wsus-export-cabs").glob("*.cab"))


@cache
def package_documents(package: Path) -> tuple[PackagedDocument, ...]:
    """The documents of a package, in its order; lengths count UTF-16 units."""
    text = read_members(package.read_bytes())["metadata.txt"].decode()
    assert all(ord(character) < 0x10000 for character in set(text)), "then units are characters"
    documents, at = [], 0
    while record := _RECORD.match(text, at):
        end = record.end() + int(record[3], 16)
        xml = text[record.end() : end].encode()
        documents.append(PackagedDocument(record[1].lower(), int(record[2], 16), xml))
        at = end + 2
    assert at >= len(text), "the package was read to its end"
    return tuple(documents)


def all_documents() -> Iterator[bytes]:
    """Every document, from files and packages."""
    for path in document_files():
        yield path.read_bytes()
    for package in package_files():
        for document in package_documents(package):
            yield document.xml


def sent_fragments() -> Iterator[SentFragment]:
    """Every fragment in the captured answers of the client web service.

    Answers name revisions by server-local ids; Cores say which revision that is. All captures are
    of one server.
    """
    if CAPTURES is None:
        return
    identities: dict[str, tuple[str, int]] = {}
    others: list[tuple[str, str]] = []
    for path in sorted(CAPTURES.rglob("response.body")):
        for info in _updates_in(path):
            local_id, xml = info
            if xml.startswith("<UpdateIdentity "):
                identities[local_id] = _identity_in(xml)
                yield SentFragment("core", identities[local_id], xml.encode())
            else:
                others.append(info)
    for local_id, xml in others:
        kind = "localized" if xml.startswith("<LocalizedProperties>") else "extended"
        if local_id in identities:
            yield SentFragment(kind, identities[local_id], xml.encode())


def _updates_in(path: Path) -> Iterator[tuple[str, str]]:
    """Yield server-local id and unescaped fragment."""
    for element in etree.parse(path).iter("{*}Xml"):
        siblings = {etree.QName(each).localname: each.text for each in element.getparent()}
        yield str(siblings.get("ID")), element.text or ""


def _identity_in(core: str) -> tuple[str, int]:
    update_id = re.search(r'UpdateID="([^"]*)"', core)
    number = re.search(r'RevisionNumber="([^"]*)"', core)
    assert update_id is not None and number is not None
    return update_id[1].lower(), int(number[1])
