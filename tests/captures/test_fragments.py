"""Fragments against what a real WSUS sent its clients for the same revisions."""

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

import pytest
from tests.captures.real_documents import (
    all_documents,
    document_files,
    package_documents,
    package_files,
    sent_fragments,
)
from tests.material import CAPTURES

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.fragments import Fragments
from headgate.metadata import fragments, parsing
from headgate.metadata.document import read_document
from headgate.metadata.facts import sections_of
from headgate.metadata.fragments import localized_fragment
from headgate.metadata.large import read_large
from headgate.metadata.packing import Packer, unpack
from headgate.metadata.rewriting import unescape

_REDACTED = b"LinkId=REDACTED"  # by those who published the captures


def _references() -> list[Path]:
    return sorted((CAPTURES / "wsusss/wusp-reference").glob("*.xml")) if CAPTURES else []


@cache
def _known() -> dict[tuple[str, int], bytes]:
    """Documents by identity: those in files win, they came from the server of the captures."""
    known = {}
    for package in package_files():
        for each in package_documents(package):
            known[each.update_id, each.revision_number] = each.xml
    for path in document_files():
        xml = path.read_bytes()
        found = read_document(xml, DocumentEncoding.UTF8, None, Packer()).revision.identity
        known[found.update_id, found.revision_number] = xml
    return known


def _fragment(cut: Fragments, kind: str) -> bytes:
    if kind.startswith("localized"):
        escaped = localized_fragment(unpack(cut.localized.data, {}), "en")
        assert escaped is not None
        return unescape(escaped)
    packed = cut.core if kind == "core" else cut.extended
    return unescape(unpack(packed.data, {}))


def _without_link(fragment: bytes, expected: bytes) -> bytes:
    """Blank the link that was redacted in ``expected`` out of our fragment as well."""
    if _REDACTED not in expected:
        return fragment
    before, _, after = expected.partition(_REDACTED)
    assert fragment.startswith(before) and fragment.endswith(after)
    return expected


@pytest.mark.skipif(CAPTURES is None, reason="no captures")
def test_there_are_references_to_compare_with() -> None:
    assert len(_references()) >= 18


@pytest.mark.parametrize("reference", _references(), ids=lambda path: path.stem)
def test_fragment_equals_what_a_real_server_sent(reference: Path) -> None:
    revision, kind = reference.stem.rsplit(".", 1)
    document = reference.parents[1] / "docs" / f"{revision}.xml"
    if not document.is_file():
        pytest.skip("the document of this fragment is not among the captures")
    expected = reference.read_bytes()

    read = read_document(document.read_bytes(), DocumentEncoding.UTF8, None, Packer())

    assert _without_link(_fragment(read.fragments, kind), expected) == expected


@pytest.mark.skipif(CAPTURES is None, reason="no captures")
def test_fragments_of_all_known_documents_equal_those_in_captured_answers() -> None:
    compared: dict[str, set[tuple[str, int]]] = {
        "core": set(),
        "extended": set(),
        "localized": set(),
    }
    for sent in sent_fragments():
        xml = _known().get(sent.identity)
        if xml is None:
            continue
        cut = read_document(xml, DocumentEncoding.UTF8, None, Packer()).fragments

        assert _without_link(_fragment(cut, sent.kind), sent.xml) == sent.xml, sent.identity
        compared[sent.kind].add(sent.identity)
    assert {kind: len(found) for kind, found in compared.items()} == {
        "core": 37,
        "extended": 4,
        "localized": 4,
    }


@pytest.mark.skipif(CAPTURES is None, reason="no captures")
def test_fast_rewriting_and_scoped_writing_agree_on_every_document() -> None:
    count = 0
    for xml in all_documents():
        root = parsing.parse(xml)
        sections = sections_of(root)
        rewritten = fragments.rewritten_sections(root, sections)

        assert rewritten is None or rewritten == fragments.written_sections(sections)
        count += rewritten is not None
    assert count > 6000


@pytest.mark.skipif(CAPTURES is None, reason="no captures")
@pytest.mark.parametrize("piece", [61, 4096])
def test_the_path_for_large_documents_gives_the_same_as_that_for_small_ones(piece: int) -> None:
    """``piece``: bytes of text per step, so that every kind of token is cut somewhere."""
    packer = Packer()
    count, as_trees = 0, 0

    def again(xml: bytes) -> Iterator[bytes]:
        nonlocal as_trees
        as_trees += 1
        return _pieces(xml, piece)

    for xml in all_documents():
        small = read_document(xml, DocumentEncoding.UTF8, None, packer)
        large = read_large(_pieces(xml, piece), partial(again, xml), packer)

        assert large.revision == small.revision
        assert _texts(large.fragments) == _texts(small.fragments)
        assert large.xml_size == small.xml_size == len(xml)
        count += 1
    assert as_trees < count / 100, "documents without rules, drivers, and no others"


def _pieces(xml: bytes, size: int) -> Iterator[bytes]:
    return (xml[start : start + size] for start in range(0, len(xml), size))


def _texts(cut: Fragments) -> list[bytes]:
    return [unpack(each.data, {}) for each in (cut.core, cut.extended, cut.localized)]
