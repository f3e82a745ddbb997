"""Documents that travelled in captured answers, against the same documents stored apart."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.material import CAPTURES

from headgate.wire import cab
from headgate.wire.serversync import get_update_data
from headgate.wire.serversync.update_data import ServerSyncUpdateData
from headgate.wire.serversync.update_data_reader import ServerUpdateDataReader

ANSWERS = (
    [
        path
        for path in sorted(CAPTURES.glob("wsusss/exchanges*/*/response.body"))
        if b"<GetUpdateDataResponse" in path.read_bytes()
    ]
    if CAPTURES
    else []
)

pytestmark = pytest.mark.skipif(not ANSWERS, reason="no captures (set HEADGATE_CAPTURES)")


def documents() -> Iterator[ServerSyncUpdateData]:
    for path in ANSWERS:
        yield from get_update_data.decode_response(path.read_bytes()).updates


def text_of(update: ServerSyncUpdateData) -> str:
    if update.xml_update_blob_compressed is None:
        return update.xml_update_blob or ""
    pieces = cab.open_member(update.xml_update_blob_compressed, cab.BLOB)
    return b"".join(pieces).decode("utf-16-le")


def test_blobs_are_the_stored_documents(captures: Path) -> None:
    compared = 0
    for update in documents():
        name = f"{update.identity.update_id}-r{update.identity.revision_number}.xml"
        stored = captures / "wsusss/docs" / name
        if stored.is_file():
            assert text_of(update) == stored.read_bytes().decode()
            compared += 1

    assert compared


def test_blobs_are_documents_of_the_update_they_are_sent_for() -> None:
    for update in documents():
        assert update.identity.update_id.lower() in text_of(update).lower()


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_chunks_of_any_size_give_the_same_answer(size: int) -> None:
    for path in ANSWERS:
        body = path.read_bytes()
        reader = ServerUpdateDataReader()
        found = []
        for start in range(0, len(body), size):
            found += reader.feed(body[start : start + size])
        reader.close()

        whole = get_update_data.decode_response(body)
        assert (tuple(found), tuple(reader.file_urls)) == (whole.updates, whole.file_urls)


def test_our_cabinet_of_a_document_looks_like_the_captured_one() -> None:
    """All header fields up to the data agree, but for length and compression (FACTS 10.5)."""
    for update in documents():
        theirs = update.xml_update_blob_compressed
        if theirs is None:
            continue
        ours = cab.write_cabinet([(cab.BLOB, text_of(update).encode("utf-16-le"))])

        assert ours[:8] + ours[12:42] == theirs[:8] + theirs[12:42]
        assert ours[44:65] == theirs[44:65]
        assert int.from_bytes(theirs[42:44], "little") == 0x1503
