"""Facts of made documents, and everything that can be wrong with one."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.metadata.made_documents import (
    DECLARATIONS,
    MSUS,
    OTHER_ID,
    SHA1,
    TEXTS,
    UPDATE_ID,
    a_document,
)

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import PrerequisiteClause, Revision, UpdateKind
from headgate.errors import DocumentError
from headgate.metadata import refusals
from headgate.metadata.document import document_text, read_document
from headgate.metadata.fragments import eula_fragments, languages_of
from headgate.metadata.packing import Packer
from headgate.wire.cab import write_cabinet

UTF8, UTF16, CABINET = DocumentEncoding.UTF8, DocumentEncoding.UTF16, DocumentEncoding.CABINET
PACKER = Packer()


def read(xml: bytes) -> Revision:
    return read_document(xml, UTF8, None, PACKER).revision


def test_comments_may_stand_anywhere_among_prerequisites() -> None:
    inside = (
        "<upd:Prerequisites><!-- all of --> "
        f'<upd:UpdateIdentity UpdateID="{OTHER_ID}" />\n'
        f'<upd:AtLeastOne IsCategory="true"><!-- one of -->\n<upd:UpdateIdentity '
        f'UpdateID="{UPDATE_ID}" /><!-- or --></upd:AtLeastOne></upd:Prerequisites>'
    )

    revision = read(a_document(relationships=inside))

    assert revision.prerequisites == (
        PrerequisiteClause(any_of=(OTHER_ID.lower(),)),
        PrerequisiteClause(any_of=(UPDATE_ID,), is_category=True),
    )


def test_a_bundle_clause_names_members_by_id_and_revision() -> None:
    member = f'<upd:UpdateIdentity UpdateID="{OTHER_ID}" RevisionNumber="%d" />'
    inside = (
        f"<upd:BundledUpdates>{member % 1}<upd:AtLeastOne>{member % 2}{member % 3}"
        "</upd:AtLeastOne></upd:BundledUpdates>"
    )

    revision = read(a_document(relationships=inside))

    one, two, three = (RevisionIdentity(OTHER_ID.lower(), number) for number in (1, 2, 3))
    assert revision.bundled == ((one,), (two, three))


def test_prefixes_are_free() -> None:
    xml = a_document().replace(b"upd:", b"x:").replace(b":upd=", b":x=")

    assert read(xml) == read(a_document())


def test_the_update_vocabulary_may_be_the_default_namespace() -> None:
    plain = a_document().replace(b"xmlns:upd=", b"xmlns=").replace(b"upd:", b"")

    assert read_document(plain, UTF8, None, PACKER) == replace(
        read_document(a_document(), UTF8, None, PACKER), xml_size=len(plain)
    )


def test_file_languages_are_those_of_the_document() -> None:
    languages = "<upd:Language>De</upd:Language><upd:Language>fr</upd:Language>"

    assert read(a_document(properties=languages)).files[0].languages == ("de", "fr")


def test_a_document_for_all_languages_leaves_its_files_unmarked() -> None:
    revision = read(a_document(properties="<upd:Language>all</upd:Language>"))

    assert revision.languages == ("all",)
    assert revision.files[0].languages == ()


def test_licences_are_files_with_a_language_and_fragments_of_their_own() -> None:
    """No captured document has one: this is [MS-WUSP] 3.1.1.1, note 44."""
    eula = f'<upd:EulaFile Digest="{SHA1}" DigestAlgorithm="SHA1" FileName="%s" Size="7" %s />'
    german = eula % ("de.txt", 'Language="de"')
    region = eula % ("eu.txt", 'Language="de" GeoId="FRA"')
    end = "</upd:LocalizedPropertiesCollection>"
    texts = TEXTS.replace(end, german + region + end)
    xml = a_document(attributes=f'UpdateType="Software" EulaID="{OTHER_ID}"', texts=texts)

    document = read_document(xml, UTF8, None, PACKER)

    licences = [file for file in document.revision.files if file.is_eula]
    assert [(file.name, file.languages) for file in licences] == [
        ("de.txt", ("de",)),
        ("eu.txt", ("de",)),
    ]
    assert document.revision.eula_id == OTHER_ID.lower()
    assert document.fragments.eulas is not None
    piece = PACKER.unpack(document.fragments.eulas.data)
    assert languages_of(piece) == ("de",)
    first, second = eula_fragments(piece, "de")
    assert first.startswith(b'&lt;EulaFile Digest="') and b"GeoId" not in first
    assert second.endswith(b'Language="de" GeoId="FRA" /&gt;')
    assert eula_fragments(piece, "fr") == ()


def test_a_category_of_a_kind_unknown_here_is_kept() -> None:
    handler = (
        f'<upd:HandlerSpecificData xmlns:cat="{MSUS}UpdateHandlers/Category">'
        '<cat:CategoryInformation CategoryType="Device" ProhibitsUpdates="true" />'
        "</upd:HandlerSpecificData></upd:Update>"
    )
    category = a_document(attributes='UpdateType="Category"')

    revision = read(category.replace(b"</upd:Update>", handler.encode()))

    assert (revision.kind, revision.category_type) == (UpdateKind.CATEGORY, None)
    assert revision.prohibits_updates


def test_an_identity_other_than_the_expected_one_is_refused() -> None:
    expected = RevisionIdentity(OTHER_ID.lower(), 200)

    with pytest.raises(refusals.WrongIdentity, match=f"one of {UPDATE_ID}/200, while"):
        read_document(a_document(), UTF8, expected, PACKER)


_ENTITY = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
_REFUSED = {
    "empty": (b"", refusals.NotWellFormed),
    "cut off": (a_document()[:-9], refusals.NotWellFormed),
    "two roots": (a_document() * 2, refusals.NotWellFormed),
    "undeclared prefix": (a_document(rules="<zz:And />"), refusals.NotWellFormed),
    "undeclared entity": (a_document(rules="&nbsp;"), refusals.NotWellFormed),
    "invalid UTF-8": (a_document().replace(b"made", b"\xff\xfe"), refusals.NotWellFormed),
    "NUL": (a_document().replace(b"made", b"\0"), refusals.NotWellFormed),
    "too deep": (a_document(rules="<lar:And>" * 300 + "</lar:And>" * 300), refusals.NotWellFormed),
    "DTD": (
        b'<!DOCTYPE Update SYSTEM "http://127.0.0.1/x">' + a_document(),
        refusals.DoctypeRefused,
    ),
    "entities": (_ENTITY + a_document(rules="&a;"), refusals.DoctypeRefused),
    "no update": (b"<html />", refusals.IncompleteDocument),
    "no identity": (a_document(identity=""), refusals.IncompleteDocument),
    "no properties": (
        a_document().replace(b"upd:Properties", b"upd:Property"),
        refusals.IncompleteDocument,
    ),
    "unknown type": (a_document(attributes='UpdateType="Firmware"'), refusals.IncompleteDocument),
    "no type": (a_document(attributes=""), refusals.IncompleteDocument),
    "bad GUID": (
        a_document().replace(UPDATE_ID.encode(), b"0b1f6a52-7b1c"),
        refusals.IncompleteDocument,
    ),
    "bad revision": (a_document().replace(b'"200"', b'"-200"'), refusals.IncompleteDocument),
    "huge revision": (a_document().replace(b'"200"', b'"4294967296"'), refusals.IncompleteDocument),
    "endless revision": (
        a_document().replace(b'"200"', b'"%b"' % (b"9" * 9999)),
        refusals.IncompleteDocument,
    ),
    "bad date": (
        a_document(attributes='UpdateType="Software" CreationDate="yesterday"'),
        refusals.IncompleteDocument,
    ),
    "date before time": (
        a_document(attributes='UpdateType="Software" CreationDate="0001-01-01T00:00:00+14:00"'),
        refusals.IncompleteDocument,
    ),
    "short digest": (a_document().replace(SHA1.encode(), b"h/W9"), refusals.IncompleteDocument),
    "no digest": (a_document().replace(b"Digest=", b"Dig="), refusals.IncompleteDocument),
    "bad base64": (a_document().replace(SHA1.encode(), b"h/W"), refusals.IncompleteDocument),
    "size in words": (
        a_document().replace(b'Size="12"', b'Size="12 MB"'),
        refusals.IncompleteDocument,
    ),
    "texts of a stranger": (
        a_document(
            texts=TEXTS.replace("<upd:LocalizedProperties>", "<lar:EulaFile />" * 2, 1).replace(
                "</upd:LocalizedProperties>", "", 1
            )
        ),
        refusals.IncompleteDocument,
    ),
    "driver without hardware": (
        a_document(attributes='UpdateType="Driver"', rules="<drv:WindowsDriverMetaData />"),
        refusals.IncompleteDocument,
    ),
}


@pytest.mark.parametrize("case", _REFUSED)
def test_a_damaged_document_is_refused_with_its_reason(case: str) -> None:
    xml, reason = _REFUSED[case]

    with pytest.raises(reason) as refused:
        read_document(xml, UTF8, None, PACKER)

    assert refused.value.next_step
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("data", "encoding", "reason"),
    [
        (b"<\0a\0", UTF16, refusals.NotWellFormed),
        (a_document().decode().encode("utf-16-le")[:-1], UTF16, refusals.NotUnicode),
        (b"<\0\x00\xd8a\0", UTF16, refusals.NotUnicode),
        (b"", CABINET, refusals.WrongCabinet),
        (b"MSCF" + bytes(40), CABINET, refusals.WrongCabinet),
        (write_cabinet([("other", b"<\0")]), CABINET, refusals.WrongCabinet),
        (write_cabinet([("blob", a_document())])[:-9], CABINET, refusals.WrongCabinet),
        (write_cabinet([("blob", b"\x00\xdc\x00\xdc")]), CABINET, refusals.NotUnicode),
    ],
)
def test_damaged_encodings_are_refused(
    data: bytes, encoding: DocumentEncoding, reason: type[DocumentError]
) -> None:
    with pytest.raises(reason):
        read_document(data, encoding, None, PACKER)


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, len(a_document()) - 1), byte=st.binary(max_size=3))
def test_whatever_is_damaged_nothing_but_a_document_error_comes_out(at: int, byte: bytes) -> None:
    xml = a_document()
    damaged = xml[:at] + byte + xml[at + 1 :]
    try:
        document = read_document(damaged, UTF8, None, PACKER)
    except DocumentError:
        return
    assert document.xml_size == len(damaged)


def test_a_byte_order_mark_and_a_declaration_are_no_part_of_the_text() -> None:
    xml = b'<?xml version="1.0" encoding="utf-16"?>' + a_document()
    marked = b"\xef\xbb\xbf" + xml

    assert document_text(marked, UTF8) == xml
    assert document_text(("\ufeff" + xml.decode()).encode("utf-16-le"), UTF16) == xml
    assert read(marked) == read(a_document())


def test_every_declared_namespace_is_one_of_the_vocabularies() -> None:
    """The builder itself is right: guards the tests above."""
    assert DECLARATIONS.count(MSUS) == DECLARATIONS.count("xmlns:")
