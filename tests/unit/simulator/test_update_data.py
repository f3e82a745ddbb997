"""What GetUpdateData answers: documents as text or cabinet, cut, refused (FACTS 10.5)."""

import hashlib
from collections.abc import Iterator

import pytest
from lxml import etree

from headgate.simulator.microsoft_update import WorldBuilder, taxonomy
from headgate.simulator.microsoft_update.texts import english
from headgate.wire import cab
from tests.unit.simulator.downstream import Downstream, Refused, connected
from tests.unit.simulator.worlds import identity, two_products
from tests.upstream_lab import running_upstream

UNKNOWN = ("00000000-0000-0000-0000-000000000001", 1)
MICROSOFT = (taxonomy.MICROSOFT, 101)
SCHEMA = "http://schemas.microsoft.com/msus/2002/12/Update"


@pytest.fixture
def source() -> Iterator[Downstream]:
    with running_upstream(world=two_products()) as lab, connected(lab) as downstream:
        yield downstream


def test_a_small_document_comes_as_text(source: Downstream) -> None:
    _, listed = source.listing(configuration=True)
    for item in source.documents(listed[:100]):
        if item.text is not None:
            assert len(item.text.encode("utf-16-le")) <= 5_120
            root = etree.fromstring(item.text)
            assert root[0].get("UpdateID").lower() == item.identity[0]


def test_a_large_document_comes_as_a_cabinet_in_utf16(source: Downstream) -> None:
    (item,) = source.documents([MICROSOFT])
    assert item.text is None and item.cabinet is not None
    assert item.cabinet[:4] == b"MSCF"
    members = cab.read_members(item.cabinet)
    assert list(members) == ["blob"]
    text = members["blob"].decode("utf-16-le")
    assert len(members["blob"]) > 5_120
    assert text.startswith("<upd:Update ")
    assert etree.fromstring(text).tag == f"{{{SCHEMA}}}Update"


def test_the_oldest_documents_write_their_id_in_capitals(source: Downstream) -> None:
    (item,) = source.documents([MICROSOFT])
    assert item.identity == MICROSOFT
    assert item.cabinet is not None
    text = cab.read_members(item.cabinet)["blob"].decode("utf-16-le")
    assert f'UpdateID="{taxonomy.MICROSOFT.upper()}"' in text


def test_files_have_true_digests_and_an_address_on_the_host_that_was_asked(
    source: Downstream,
) -> None:
    (item,) = source.documents([identity("w-security")])
    (address,) = source.file_addresses([identity("w-security")])
    assert address.startswith(f"{source.lab.address}/msdownload/update/software/secu/2026/10/")
    content = source.http.get(address).content
    assert len(content) == 5_000
    assert hashlib.sha1(content).digest() == item.digests[0]
    root = etree.fromstring(item.text)
    digest = root.findtext(f".//{{{SCHEMA}}}AdditionalDigest")
    import base64

    assert hashlib.sha256(content).digest() == base64.b64decode(digest)


def test_the_address_follows_the_host_header(source: Downstream) -> None:
    wanted = "".join(
        f"<UpdateIdentity><UpdateID>{one}</UpdateID><RevisionNumber>{number}</RevisionNumber>"
        "</UpdateIdentity>"
        for one, number in [identity("w-security")]
    )
    body = f"{source.cookie}<updateIds>{wanted}</updateIds>"
    answer = source.post(
        f'<GetUpdateData xmlns="http://www.microsoft.com/SoftwareDistribution">{body}'
        "</GetUpdateData>",
        Host="updates.example:8540",
    )
    assert b"<MUUrl>http://updates.example:8540/msdownload/" in answer.content


def test_one_unknown_identity_fails_the_whole_call(source: Downstream) -> None:
    with pytest.raises(Refused) as refused:
        source.documents([identity("w-security"), UNKNOWN])
    assert (refused.value.code, refused.value.message) == ("InternalServerError", "")
    assert b"<faultcode>soap:Server</faultcode>" in refused.value.raw


def test_a_wrong_revision_is_unknown_and_so_is_what_is_not_revealed(source: Downstream) -> None:
    for wanted in ((identity("w-security")[0], 199), identity("w-security-2")):
        with pytest.raises(Refused, match="InternalServerError"):
            source.documents([wanted])
    source.lab.advance()
    assert len(source.documents([identity("w-security-2")])) == 1


def test_a_hundred_are_answered_and_one_more_is_refused(source: Downstream) -> None:
    assert len(source.documents([MICROSOFT] * 100)) == 100
    with pytest.raises(Refused) as refused:
        source.documents([MICROSOFT] * 101)
    assert (refused.value.code, refused.value.message) == ("InvalidParameters", "updateIds")


def test_an_answer_is_cut_near_two_million_bytes() -> None:
    builder = WorldBuilder("wide")
    builder.configuration()
    # Digests do not compress: 9,000 of them make a document that stays large.
    noise = " ".join(hashlib.sha256(str(n).encode()).hexdigest() for n in range(9_000))
    wanted = [
        builder.software(
            f"wide {number}",
            texts=english(f"wide {number}", noise),
            products=[],
            classification=taxonomy.SECURITY_UPDATES,
        )
        for number in range(20)
    ]
    with running_upstream(world=builder.world()) as lab, connected(lab) as source:
        asked = [(one.update_id, one.revision_number) for one in wanted]
        items = source.documents(asked)
        assert 0 < len(items) < 20
        assert [item.identity for item in items] == asked[: len(items)]
        rest = source.documents(asked[len(items) :])
        assert rest
