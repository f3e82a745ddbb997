import pytest

from headgate.errors import MalformedMessage
from headgate.wire import lexical, xmltree

LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10 if i else b"ha" * 100) for i in range(9)
)


@pytest.mark.parametrize("huge", [False, True])
@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
        b"<?xml version='1.0'?>\n<!-- <a> --><!DOCTYPE a [" + LAUGHS + b"]><a>&l8;</a>",
        b"<!DOCTYPE a [" + LAUGHS + b"]><a b='&l8;'/>",
        b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>",
        "<!DOCTYPE a><a/>".encode("utf-16"),
    ],
)
def test_a_doctype_is_refused(data: bytes, huge: bool) -> None:
    with pytest.raises(xmltree.XmlRefused) as refused:
        xmltree.parse(data, huge=huge)

    assert refused.value.raw == data[:4096]


@pytest.mark.parametrize(
    "data", [b"", b"<a>", b"<a>&nothing;</a>", b"<a>\0</a>", b"<a>\xff</a>", b"{}", b" " * 70_000]
)
def test_what_is_no_xml_is_refused(data: bytes) -> None:
    with pytest.raises(xmltree.XmlRefused):
        xmltree.parse(data)


def test_texts_over_ten_megabytes_are_for_huge_answers_alone() -> None:
    data = b"<a>" + b"x" * 11_000_000 + b"</a>"

    assert len(xmltree.parse(data, huge=True).text or "") == 11_000_000
    with pytest.raises(xmltree.XmlRefused):
        xmltree.parse(data)


@pytest.mark.parametrize(("depth", "huge"), [(300, False), (3000, True)])
def test_deep_nesting_is_refused(depth: int, huge: bool) -> None:
    with pytest.raises(xmltree.XmlRefused):
        xmltree.parse(b"<a>" * depth + b"</a>" * depth, huge=huge)


def test_a_byte_order_mark_and_comments_do_not_matter() -> None:
    root = xmltree.parse(
        b"\xef\xbb\xbf<?xml version='1.0'?><!-- c --><a xmlns='urn:x'><!-- c --><b>1</b></a>"
    )

    assert xmltree.integer(root, "b") == 1


def test_children_are_found_whatever_their_namespace() -> None:
    root = xmltree.parse(b"<a xmlns:x='urn:x'><x:b/><b>two</b><c/></a>")

    assert [child.text for child in xmltree.children(root, "b")] == [None, "two"]
    assert xmltree.text(root, "c") == ""
    assert xmltree.text(root, "d") is None
    assert list(xmltree.items(root, "d", "e")) == []


def test_errors_name_the_element() -> None:
    root = xmltree.parse(b"<Filter><GetConfig>perhaps</GetConfig></Filter>")

    with pytest.raises(MalformedMessage, match="GetConfig is not a boolean: 'perhaps'"):
        xmltree.boolean(root, "GetConfig")
    with pytest.raises(MalformedMessage, match="Filter has no Anchor"):
        xmltree.value(root, "Anchor", lexical.read_datetime)
    with pytest.raises(MalformedMessage, match="Filter has no Id"):
        xmltree.attribute(root, "Id", lexical.read_integer)
