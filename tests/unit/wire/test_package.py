"""Packages made here by the words of FACTS 12; real ones are read in tests/captures."""

import gzip
from collections.abc import Sequence

import pytest

from headgate.wire import cab
from headgate.wire.package import PackageError, read_package

ONE = "0fa1201d-4330-4fa8-8ae9-b877473b6441"
TWO = "E6CF1350-C01B-414D-A61F-263D14D133B4"
DOCUMENTS = [
    (ONE, 100, "<upd:Update>\r\nüber\U0001f600\n\u20ac</upd:Update>"),
    (TWO, 1, "<upd:Update>" + "\U0001f600é" * 1000 + "</upd:Update>"),
    (ONE, 101, "<upd:Update/>"),
]


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def records(documents: Sequence[tuple[str, int, str]] = DOCUMENTS) -> bytes:
    return "".join(f"{i},{r:08x},{units(x):08x},{x}\r\n" for i, r, x in documents).encode()


def description(documents: Sequence[tuple[str, int, str]] = DOCUMENTS) -> bytes:
    updates = "".join(
        f'<Update UpdateId="{i}" RevisionNumber="{r}"><Files><File Digest="AAAA"/></Files>'
        f'<Categories><Category Value="{ONE}"/></Categories><Classifications/></Update>'
        for i, r, _ in documents
    )
    return (
        "\ufeff<?xml version='1.0' encoding='utf-8'?>"
        f'<ExportPackage ServerID="{TWO}" CreationTime="2026-11-20T10:00:00Z" FormatVersion="1.0" '
        'ProtocolVersion="1.20"><Languages><Language Id="1033" ShortName="en" LongName="English" '
        'Enabled="1"/></Languages><Files><File Digest="AAAA" MUUrl="http://x/a.cab" Name="a.cab"/>'
        f"</Files><Updates>{updates}</Updates></ExportPackage>"
    ).encode()


def package(metadata: bytes, described: bytes | None = None) -> bytes:
    described = description() if described is None else described
    return cab.write_cabinet([("package.xml", described), ("metadata.txt", metadata)])


def test_documents_come_out_as_they_went_in() -> None:
    read = read_package(package(records()))

    found = [
        (one.identity.update_id, one.identity.revision_number, one.xml) for one in read.documents
    ]
    assert found == DOCUMENTS
    assert [one.utf8.decode() for one in read.documents] == [xml for _, _, xml in DOCUMENTS]
    assert read.server_id == TWO
    assert read.languages[0].short_name == "en"
    assert read.files[0].mu_url == "http://x/a.cab"
    assert read.updates[0].file_digests == (b"\0\0\0",)
    assert read.updates[0].categories == (ONE,)


@pytest.mark.parametrize("metadata", [records().rstrip(), b"\xef\xbb\xbf" + records()])
def test_a_byte_order_mark_and_a_missing_last_line_end_do_not_matter(metadata: bytes) -> None:
    assert len(read_package(package(metadata)).documents) == 3


def test_letter_case_of_ids_does_not_matter() -> None:
    read = read_package(
        package(records(), description().replace(TWO.encode(), TWO.lower().encode()))
    )

    assert len(read.documents) == 3


def test_a_package_cut_off_half_way_is_refused() -> None:
    whole = package(records())

    for length in (0, 3, 50, len(whole) // 2, len(whole) - 1):
        with pytest.raises(PackageError, match="cannot be opened"):
            read_package(whole[:length])


@pytest.mark.parametrize("cut", [5, 60, 90, 1500])
def test_metadata_cut_off_half_way_is_refused(cut: int) -> None:
    with pytest.raises(PackageError, match=r"Record \d of metadata.txt"):
        read_package(package(records()[:cut]))


@pytest.mark.parametrize("difference", [-1, 1, 2, 1000, 0x7FFFFFFF])
@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_wrong_length_is_refused_with_its_record(number: int, difference: int) -> None:
    update_id, _, xml = DOCUMENTS[number]
    right, wrong = f"{units(xml):08x},<", f"{(units(xml) + difference):08x},<"
    lines = records().decode().replace(right, wrong).encode()

    with pytest.raises(PackageError, match=rf"Record {number + 1} .*({update_id}|no head)"):
        read_package(package(lines))


def test_invalid_utf8_is_refused() -> None:
    with pytest.raises(PackageError, match="Record 1"):
        read_package(package(records().replace(b"ber", b"\xff\xfer")))


def test_both_files_must_name_the_same_revisions() -> None:
    with pytest.raises(PackageError, match=f"lists {ONE} revision 101, but metadata.txt"):
        read_package(package(records(DOCUMENTS[:2])))
    with pytest.raises(PackageError, match=f"does not list {ONE} revision 101"):
        read_package(package(records(), description(DOCUMENTS[:2])))


@pytest.mark.parametrize(
    ("described", "sentence"),
    [
        (b"<ExportPackage", "not well-formed"),
        (b"<!DOCTYPE a><a/>", "DOCTYPE"),
        (b"<WsusMigrationExport/>", "Expected ExportPackage"),
        (description().replace(b'FormatVersion="1.0"', b'FormatVersion="2.0"'), "version is 2.0"),
        (description().replace(b'RevisionNumber="1"', b'RevisionNumber="x"'), "not a number"),
    ],
)
def test_a_strange_description_is_refused(described: bytes, sentence: str) -> None:
    with pytest.raises(PackageError, match=sentence):
        read_package(package(records(), described))


def test_a_compressed_export_is_recognised() -> None:
    with pytest.raises(PackageError, match="layout is unknown") as refused:
        read_package(gzip.compress(b"<anything/>"))

    assert "downstream" in refused.value.next_step


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"<ExportPackage/>"])
def test_what_is_no_cabinet_is_refused(data: bytes) -> None:
    with pytest.raises(PackageError, match="not a cabinet"):
        read_package(data)


def test_another_cabinet_is_called_no_package() -> None:
    with pytest.raises(PackageError, match=r"no metadata\.txt, but package\.cab"):
        read_package(cab.write_cabinet([("package.cab", b"x")]))
