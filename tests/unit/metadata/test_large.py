"""The path for large documents gives what the path for small ones gives, for odd forms as well."""

from collections.abc import Iterator
from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.unit.metadata.made_documents import (
    IDENTITY,
    MSUS,
    OTHER_ID,
    TEXTS,
    a_document,
    a_servicing_manifest,
)

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.fragments import Fragments
from headgate.errors import DocumentError
from headgate.metadata import refusals
from headgate.metadata.document import LARGE, Document, read_document
from headgate.metadata.large import read_large
from headgate.metadata.packing import Packer
from headgate.metadata.rewriting import unescape
from headgate.metadata.tokens import LARGEST_TOKEN
from headgate.wire.cab import write_cabinet

UTF8, CABINET = DocumentEncoding.UTF8, DocumentEncoding.CABINET
PACKER = Packer()


def small(xml: bytes) -> Document:
    return read_document(xml, UTF8, None, PACKER)


def large(xml: bytes, piece: int) -> Document:
    pieces = partial(_pieces, xml, piece)
    revision, fragments, size = read_large(pieces(), pieces, PACKER)
    return Document(revision=revision, fragments=fragments, xml_size=size)


def _pieces(xml: bytes, size: int) -> Iterator[bytes]:
    return (xml[start : start + size] for start in range(0, len(xml), size))


def texts(fragments: Fragments) -> list[str]:
    pieces = (fragments.core, fragments.extended, fragments.localized)
    unpacked = (unescape(PACKER.unpack(piece.data)) for piece in pieces)
    return [piece.decode(errors="surrogateescape") for piece in unpacked]


def assert_same(xml: bytes, piece: int) -> None:
    expected, found = small(xml), large(xml, piece)
    assert found.revision == expected.revision
    assert texts(found.fragments) == texts(expected.fragments)
    assert found.fragments.core.size == expected.fragments.core.size
    assert found.xml_size == expected.xml_size


_RULES = [
    '<bar:RegSz Key="HKEY" Subkey="a b\\c" Data=\'say "x" &amp; y\' />',
    "<bar:RegSz\n\tKey = 'a'\r\n  Value=\"b\tc\nd\re\"/>",
    '<lar:And><bar:A a="1 &lt; 2 > 0" /><!-- <lar:Or> --></lar:And>',
    "<lar:Not ></lar:Not >",
    '<plain><deep a="b" /><deep></deep><deep> </deep><deep>\n<!-- x --> </deep></plain>',
    "<plain>text <b>bold</b> tail</plain>",
    "<plain> lead<!-- in -->ing &amp; &quot;quotes&quot; &apos;too&apos; ]]&gt;</plain>",
    "<plain><![CDATA[<lar:And> & ]]>after</plain>",
    "<plain><![CDATA[]]></plain>",
    "<plain>&#32;&#x9;</plain>",
    "<plain>a&#13;b\r\nc&#x20AC;&#128512;</plain>",
    "<?php echo '<lar:And>' ?>",
    '<plain xml:lang="en" xml:space="preserve"> </plain>',
    '<assembly xmlns="urn:schemas-microsoft-com:asm.v3" v="1"><a b="c" /><d></d></assembly>',
    '<assembly v="1" xmlns="urn:x"><a xmlns="urn:y"><z /></a><w xmlns="urn:x" /></assembly>',
    f'<x xmlns="{MSUS}LogicalApplicabilityRules"><y /></x>',
    f'<x xmlns="{MSUS}BaseApplicabilityRules"><y z="1" /></x>',
    f'<bar:RegSz xmlns:bar="{MSUS}BaseApplicabilityRules" Key="k" />',
    f'<bar:And xmlns:bar="{MSUS}LogicalApplicabilityRules"><bar:Not /></bar:And>',
    f'<q:Product xmlns:q="{MSUS}MsiApplicabilityRules">{{a}}</q:Product>',
    '<xsi:odd xmlns:xsi="urn:i" xsi:type="cmd:It" other="xsi:type=" />',
    '<plain>looks xmlns:bar="like" a declaration and upd:Files="x"</plain>',
    "<upd:ApplicabilityRules><upd:ApplicabilityRules /></upd:ApplicabilityRules>",
    "<!-- </upd:ApplicabilityRules> -->",
    '<größe maß="ü">né 😀</größe>',
    '<plain a="\'" b=\'"\' c="=" d="a = b  c" />',
    '<a.b-c_d e.f="1" g-h="2"><i/></a.b-c_d>',
    "\n  \t",
    "stray text",
]


@pytest.mark.parametrize("rule", _RULES)
@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_odd_forms_are_rewritten_alike(rule: str, piece: int) -> None:
    assert_same(a_document(rules=rule), piece)


@settings(max_examples=200, deadline=None)
@given(rules=st.lists(st.sampled_from(_RULES), max_size=6), piece=st.integers(1, 300))
@example(rules=[], piece=1)
def test_mixtures_of_odd_forms_are_rewritten_alike(rules: list[str], piece: int) -> None:
    assert_same(a_document(rules="".join(rules)), piece)


@settings(max_examples=300, deadline=None)
@given(
    at=st.integers(0, len(a_document()) - 1), byte=st.binary(max_size=3), piece=st.integers(1, 99)
)
def test_what_one_path_refuses_the_other_refuses_too(at: int, byte: bytes, piece: int) -> None:
    xml = a_document()
    damaged = xml[:at] + byte + xml[at + 1 :]
    try:
        small(damaged)
    except DocumentError:
        with pytest.raises(DocumentError):
            large(damaged, piece)
    else:
        assert_same(damaged, piece)


def test_a_manifest_is_copied_as_it_is() -> None:
    manifest = a_servicing_manifest(3000)
    core, _, _ = texts(large(a_document(rules=manifest), 500).fragments)

    begin = manifest.index("<assembly ")
    end = manifest.index("</assembly>")
    assert manifest[begin:end] in core


@pytest.mark.parametrize("encoding", [UTF8, CABINET])
def test_a_document_over_the_limit_is_read_alike(encoding: DocumentEncoding) -> None:
    xml = a_document(rules=a_servicing_manifest(LARGE + 500_000))
    sent = xml if encoding is UTF8 else write_cabinet([("blob", xml.decode().encode("utf-16-le"))])
    at_once = large(xml, len(xml))

    document = read_document(sent, encoding, at_once.revision.identity, PACKER)

    assert document == at_once
    assert document.xml_size == len(xml) > LARGE


def test_rules_before_other_sections_of_core_are_read_as_a_tree() -> None:
    relationships = (
        "<upd:Relationships><upd:Prerequisites>"
        f'<upd:UpdateIdentity UpdateID="{OTHER_ID}" /></upd:Prerequisites></upd:Relationships>'
    )
    xml = a_document(files="").replace(b"</upd:Update>", relationships.encode() + b"</upd:Update>")
    moved = xml.replace(b"<upd:Relationships></upd:Relationships>", b"", 1)

    assert_same(moved, 50)


def test_a_driver_keeps_its_computers_though_core_leaves_them_out() -> None:
    computer = "<drv:DistributionComputerHardwareId>%d</drv:DistributionComputerHardwareId>"
    metadata = (
        '<drv:WindowsDriverMetaData HardwareID="PCI\\VEN_%d"><drv:FeatureScore FeatureScore="FF" />'
        + "".join(computer % number for number in range(50))
        + "</drv:WindowsDriverMetaData>"
    )
    rules = "<upd:Metadata>" + metadata % 1 + metadata % 2 + "</upd:Metadata>"
    xml = a_document(attributes='UpdateType="Driver"', rules=rules)

    document = large(xml, 100)

    assert_same(xml, 100)
    assert [len(driver.computer_hardware_ids) for driver in document.revision.drivers] == [50, 50]
    assert '<d.WindowsDriverMetaData HardwareID="PCI\\VEN_2" />' in texts(document.fragments)[0]


def test_a_large_document_without_rules_is_read() -> None:
    text = (
        "<upd:LocalizedProperties><upd:Language>l%d</upd:Language><upd:Title>T</upd:Title>"
        "</upd:LocalizedProperties>"
    )
    end = "</upd:LocalizedPropertiesCollection>"
    many = TEXTS.replace(end, "".join(text % number for number in range(24_000)) + end)
    xml = a_document(texts=many).replace(b"ApplicabilityRules>", b"NoRules>")
    assert len(xml) > LARGE

    assert len(small(xml).revision.texts) == 24_001


_MANIFEST = a_servicing_manifest(LARGE + 1000)
_DAMAGED = {
    "cut off": (a_document(rules=_MANIFEST)[:-500_000], refusals.NotWellFormed),
    "cut at the end": (a_document(rules=_MANIFEST)[:-3], refusals.NotWellFormed),
    "unbalanced": (
        a_document(rules=_MANIFEST.replace("</package>", "")),
        refusals.NotWellFormed,
    ),
    "a DTD": (b"<!DOCTYPE a>" + a_document(rules=_MANIFEST), refusals.DoctypeRefused),
    "no identity": (a_document(rules=_MANIFEST, identity=""), refusals.IncompleteDocument),
    "bad identity": (
        a_document(rules=_MANIFEST, identity=IDENTITY.replace("200", "two")),
        refusals.IncompleteDocument,
    ),
    "no text in UTF-8": (
        a_document(rules=_MANIFEST).replace(b"neutral", b"\xffeutral"),
        refusals.NotWellFormed,
    ),
    "endless comment": (
        a_document(rules=f"<!--{'x' * (LARGEST_TOKEN + 1_000_000)}-->"),
        refusals.NotWellFormed,
    ),
    "not ours": (b"<a>" + b"<b />" * LARGE + b"</a>", refusals.IncompleteDocument),
}


@pytest.mark.parametrize("case", _DAMAGED)
def test_a_damaged_large_document_is_refused_with_its_reason(case: str) -> None:
    xml, reason = _DAMAGED[case]

    with pytest.raises(reason):
        read_document(xml, UTF8, None, PACKER)
