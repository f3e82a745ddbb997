"""The rules of FACTS §8.2 to 8.4 one by one, on made documents."""

import pytest
from tests.unit.metadata.made_documents import MSUS, OTHER_ID, TEXTS, a_document

from headgate.catalogue.documents import DocumentEncoding
from headgate.metadata import fragments, parsing
from headgate.metadata.document import read_document
from headgate.metadata.facts import sections_of
from headgate.metadata.fragments import languages_of, localized_fragment, title_for
from headgate.metadata.packing import Packer
from headgate.metadata.rewriting import escape, rewrite, unescape

PACKER = Packer()


def core(xml: bytes) -> str:
    document = read_document(xml, DocumentEncoding.UTF8, None, PACKER)
    return unescape(PACKER.unpack(document.fragments.core.data)).decode()


def extended(xml: bytes) -> str:
    document = read_document(xml, DocumentEncoding.UTF8, None, PACKER)
    return unescape(PACKER.unpack(document.fragments.extended.data)).decode()


def test_core_properties_have_a_fixed_order_and_no_children() -> None:
    attributes = (
        f'EulaID="{OTHER_ID}" OSUpgrade="true" PerUser="true" AutoSelectOnWebSites="true" '
        'ExplicitlyDeployable="true" IsPublic="true" UpdateType="Software"'
    )
    expected = (
        '<Properties UpdateType="Software" ExplicitlyDeployable="true" '
        f'AutoSelectOnWebSites="true" OSUpgrade="true" EulaID="{OTHER_ID}" PerUser="true" />'
    )

    assert expected in core(a_document(attributes=attributes, properties="<upd:Language/>"))


def test_attributes_that_say_what_the_schema_says_anyway_are_dropped() -> None:
    attributes = (
        'UpdateType="Software" ExplicitlyDeployable="false" PerUser="false" IsBeta="false" '
        'MaxDownloadSize="0"'
    )
    xml = a_document(attributes=attributes)

    assert '<Properties UpdateType="Software" />' in core(xml)
    assert extended(xml).startswith('<ExtendedProperties MaxDownloadSize="0" />')


def test_extended_keeps_the_children_of_properties() -> None:
    xml = a_document(
        properties="<upd:KBArticleID>5</upd:KBArticleID> <upd:Language>en</upd:Language>"
    )

    expected = (
        "<ExtendedProperties><KBArticleID>5</KBArticleID><Language>en</Language>"
        "</ExtendedProperties>"
    )
    assert extended(xml).startswith(expected)


def test_elements_are_renamed_by_namespace() -> None:
    rules = "<bar:A /><lar:B /><msiar:C /><cbsar:D /><drv:E /><upd:F />"

    assert "<b.A /><B /><m.C /><D /><d.E /><F />" in core(a_document(rules=rules))


def test_a_prefix_with_two_meanings_is_resolved_where_it_stands() -> None:
    inner = f'<bar:X xmlns:bar="{MSUS}LogicalApplicabilityRules"><bar:Y /></bar:X>'

    assert "<b.A /><X><Y /></X><b.B />" in core(a_document(rules=f"<bar:A />{inner}<bar:B />"))


def test_foreign_default_namespaces_stay_and_ours_go() -> None:
    rules = (
        '<MsiPatch a="b" xmlns="http://www.microsoft.com/msi/patch_applicability.xsd">'
        "<T /></MsiPatch>"
        f'<Or xmlns="{MSUS}LogicalApplicabilityRules" />'
    )
    expected = (
        '<MsiPatch xmlns="http://www.microsoft.com/msi/patch_applicability.xsd" a="b"><T />'
        "</MsiPatch><Or />"
    )

    assert expected in core(a_document(rules=rules))


def test_a_foreign_default_namespace_of_the_whole_document_is_not_repeated() -> None:
    xml = a_document().replace(b"<upd:Update ", b'<upd:Update xmlns="urn:other" ')

    assert core(xml) == core(a_document())


def test_the_handler_type_loses_its_prefix_and_keeps_its_value() -> None:
    handler = (
        '<upd:HandlerSpecificData xsi:type="cmd:CommandLineInstallation" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" /></upd:Update>'
    )
    xml = a_document().replace(b"</upd:Update>", handler.encode())

    assert extended(xml).endswith('<HandlerSpecificData type="cmd:CommandLineInstallation" />')


def test_text_that_looks_like_markup_is_left_alone() -> None:
    text = 'say xmlns:bar="x" and xsi:type="y" and upd:File'
    titled = TEXTS.replace("A made update", text)
    document = read_document(a_document(texts=titled), DocumentEncoding.UTF8, None, PACKER)

    fragment = localized_fragment(PACKER.unpack(document.fragments.localized.data), "en")

    assert fragment is not None
    assert f"&lt;Title&gt;{text}&lt;/Title&gt;".encode() in fragment


def test_titles_and_languages_come_back_from_the_packed_piece() -> None:
    german = (
        "<upd:LocalizedProperties><upd:Language>De</upd:Language>"
        "<upd:Title>Größer &amp; &lt;besser&gt;</upd:Title></upd:LocalizedProperties>"
        "<upd:LocalizedProperties><upd:Language>fr</upd:Language></upd:LocalizedProperties></upd:L"
    )
    xml = a_document(
        texts=TEXTS.replace("</upd:LocalizedPropertiesC", german + "ocalizedPropertiesC")
    )
    document = read_document(xml, DocumentEncoding.UTF8, None, PACKER)
    piece = PACKER.unpack(document.fragments.localized.data)

    assert languages_of(piece) == ("en", "de", "fr")
    assert title_for(piece, ["de"], "en") == "Größer & <besser>"
    assert title_for(piece, ["fr", "de"], "en") == "Größer & <besser>"  # the French one is empty
    assert localized_fragment(piece, "it") is None


def test_a_document_without_texts_has_an_empty_piece() -> None:
    document = read_document(a_document(texts=""), DocumentEncoding.UTF8, None, PACKER)

    assert languages_of(PACKER.unpack(document.fragments.localized.data)) == ()
    assert document.fragments.eulas is None


def test_quotes_stay_and_markup_is_escaped_once() -> None:
    fragment = b'<A b="1 &amp; 2">&lt;</A>'

    assert escape(fragment) == b'&lt;A b="1 &amp;amp; 2"&gt;&amp;lt;&lt;/A&gt;'
    assert unescape(escape(fragment)) == fragment


@pytest.mark.parametrize(
    "rules",
    [
        f'<bar:X xmlns:bar="{MSUS}LogicalApplicabilityRules" />',
        f'<X xmlns="{MSUS}BaseApplicabilityRules" />',
    ],
)
def test_rewriting_knows_when_it_needs_scopes(rules: str) -> None:
    root = parsing.parse(a_document(rules=rules))

    assert fragments.rewritten_sections(root, sections_of(root)) is None
    assert rewrite(b"<plain/>") == b"<plain />"
