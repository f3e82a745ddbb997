"""Answers that are pulled through, not kept: their errors, and that they are freed."""

import pytest

from headgate.errors import MalformedMessage
from headgate.wire import soap
from headgate.wire.faults import ErrorCode, SoapFault, write_fault
from headgate.wire.serversync import answer_stream, get_revision_id_list, get_update_data
from headgate.wire.serversync.get_revision_id_list import GetRevisionIdListResponse
from headgate.wire.serversync.update_data import (
    ServerSyncUpdateData,
    ServerSyncUrlData,
    write_update,
    write_url,
)
from headgate.wire.serversync.update_data_reader import ServerUpdateDataReader
from headgate.wire.values import UpdateIdentity

ID = "8c3fcc84-7410-4a95-8b89-a166a0190486"


def an_update(number: int = 1, blob: str = "<upd:Update/>") -> ServerSyncUpdateData:
    return ServerSyncUpdateData(
        identity=UpdateIdentity(ID, number),
        xml_update_blob=blob,
        xml_update_blob_compressed=None,
        file_digests=(),
    )


URL = ServerSyncUrlData(file_digest=b"digest", mu_url="http://x/?a&b", uss_url="")
ANSWER = get_update_data.join_response(
    [write_update(an_update(number)) for number in range(1, 4)], [write_url(URL)]
)


def test_documents_are_handed_out_before_the_answer_ends() -> None:
    reader = ServerUpdateDataReader()
    middle = ANSWER.index(b"</ServerSyncUpdateData>") + 40

    assert list(reader.feed(ANSWER[:middle])) == [an_update(1)]
    assert list(reader.feed(ANSWER[middle:])) == [an_update(2), an_update(3)]
    reader.close()
    assert reader.file_urls == [URL]


def test_a_document_of_twelve_megabytes_in_plain_text_is_read() -> None:
    giant = an_update(blob="<upd:Update>" + "é" * 6_000_000 + "</upd:Update>")

    answer = get_update_data.decode_response(
        get_update_data.join_response([write_update(giant)], [])
    )

    assert answer.updates == (giant,)


@pytest.mark.parametrize("length", [0, 10, 100, 300, 500, len(ANSWER) // 2, len(ANSWER) - 1])
def test_an_answer_cut_off_anywhere_is_refused(length: int) -> None:
    reader = ServerUpdateDataReader()

    with pytest.raises(MalformedMessage):
        list(reader.feed(ANSWER[:length]))
        reader.close()


@pytest.mark.parametrize("size", [1, 50, 10_000])
def test_a_fault_is_raised_whatever_the_chunks(size: int) -> None:
    body = write_fault(SoapFault(ErrorCode.SERVER_BUSY))
    reader = ServerUpdateDataReader()

    with pytest.raises(SoapFault) as raised:
        for at in range(0, len(body), size):
            list(reader.feed(body[at : at + size]))
        reader.close()

    assert raised.value.error_code is ErrorCode.SERVER_BUSY


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"<html><title>Blocked</title></html>", "web page"),
        (b"<!DOCTYPE a [<!ENTITY x 'y'>]>" + ANSWER[38:], "DOCTYPE"),
        (ANSWER.replace(b"<UpdateID>", b"<UpdateID>x"), "UpdateID is not a GUID"),
        (ANSWER.replace(b"<XmlUpdateBlob>", b"<Other>").replace(b"</Xml", b"</X"), "well-formed"),
        (ANSWER.replace(b"XmlUpdateBlob>", b"Other>"), "no document for"),
        (soap.write_response('<PingResponse xmlns="urn:x"/>'), "received PingResponse"),
        (ANSWER.replace(b"GetUpdateDataResponse", b"PingResponse"), "received PingResponse"),
        (b"<a/>", "SOAP envelope"),
        (b"Service Unavailable", "cut off|not XML|well-formed"),
    ],
)
def test_what_is_not_the_answer_is_refused(body: bytes, sentence: str) -> None:
    with pytest.raises(MalformedMessage, match=sentence):
        get_update_data.decode_response(body)


def test_damaged_base64_is_refused() -> None:
    body = ANSWER.replace(
        b"<XmlUpdateBlob>&lt;upd:Update/&gt;</XmlUpdateBlob>",
        b"<XmlUpdateBlobCompressed>A*</XmlUpdateBlobCompressed>",
    )

    with pytest.raises(MalformedMessage, match="XmlUpdateBlobCompressed is not base64"):
        get_update_data.decode_response(body)


def test_empty_chunks_do_not_matter() -> None:
    reader = ServerUpdateDataReader()

    found = [one for chunk in (b"", ANSWER, b"") for one in reader.feed(chunk)]

    reader.close()
    assert len(found) == 3


def test_an_item_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_stream, "MAX_ITEM_BYTES", 1000)
    reader = ServerUpdateDataReader()
    list(reader.feed(ANSWER[: ANSWER.index(b"<XmlUpdateBlob>") + 15]))

    with pytest.raises(MalformedMessage, match="One item of the answer"):
        for _ in range(100):
            list(reader.feed(b"x" * 100))


def test_many_small_items_are_no_item_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_stream, "MAX_ITEM_BYTES", 2000)
    body = get_update_data.join_response([write_update(an_update())] * 100, [])
    reader = ServerUpdateDataReader()

    found = [one for at in range(0, len(body), 500) for one in reader.feed(body[at : at + 500])]

    reader.close()
    assert len(found) == 100


def test_a_list_of_150_000_identities_is_read_in_order() -> None:
    sent = GetRevisionIdListResponse(
        anchor="1,2026-10-04 16:33:26.671",
        new_revisions=tuple(UpdateIdentity(ID, number) for number in range(150_000)),
    )

    assert get_revision_id_list.decode_response(get_revision_id_list.encode_response(sent)) == sent


def test_a_list_answered_by_a_fault_raises_it() -> None:
    body = write_fault(SoapFault(ErrorCode.INVALID_PARAMETERS, message="filter"))

    with pytest.raises(SoapFault, match="filter"):
        get_revision_id_list.decode_response(body)
