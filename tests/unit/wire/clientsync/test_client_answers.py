"""Answers as they are joined and sent, and as computers read them, however large."""

import pytest
from tests.client_messages import DATA, SYNC_INFO, XML

from headgate.wire import soap
from headgate.wire.clientsync import (
    get_extended_update_info,
    get_extended_update_info2,
    sync_printer_catalog,
    sync_updates,
)
from headgate.wire.clientsync.get_extended_update_info import ExtendedUpdateInfo
from headgate.wire.clientsync.get_extended_update_info2 import ExtendedUpdateInfo2
from headgate.wire.clientsync.sync_info import SyncInfo
from headgate.wire.clientsync.sync_updates import SyncUpdateParameters, SyncUpdatesRequest
from headgate.wire.clientsync.update_data import UpdateData
from headgate.wire.clientsync.update_info import (
    Deployment,
    LargeXml,
    UpdateInfo,
    escape_fragment,
    unescape_fragment,
)
from headgate.wire.lexical import escape
from headgate.wire.soap import SoapVersion

DEPLOYMENT = Deployment(id=5, action="Bundle", last_change_time="2026-10-04")


def offering(*fragments: bytes | LargeXml | None) -> SyncInfo:
    updates = tuple(
        UpdateInfo(id=number, deployment=DEPLOYMENT, is_leaf=True, xml=xml)
        for number, xml in enumerate(fragments, 1)
    )
    return SyncInfo(new_updates=updates, truncated=False, new_cookie=None)


@pytest.mark.parametrize("version", list(SoapVersion))
def test_pieces_with_their_fragments_filled_in_are_the_whole_answer(version: SoapVersion) -> None:
    stored = {2: b"&lt;A /&gt;", 3: b"&lt;B /&gt;", 5: b"&lt;C /&gt;"}
    small = b"&lt;D /&gt;"
    with_places = offering(
        small, LargeXml(2, 11), LargeXml(3, 11), None, LargeXml(5, 11), small, small
    )
    without = offering(small, stored[2], stored[3], None, stored[5], small, small)

    pieces = list(sync_updates.response_pieces(with_places, version))

    assert [one for one in pieces if isinstance(one, LargeXml)] == [
        LargeXml(2, 11),
        LargeXml(3, 11),
        LargeXml(5, 11),
    ]
    assert len(pieces) == 7  # as few as the placeholders allow
    sent = b"".join(
        stored[piece.revision_id] if isinstance(piece, LargeXml) else piece for piece in pieces
    )
    assert sent == sync_updates.encode_response(without, version)
    assert sync_updates.decode_response(sent) == without


def test_extended_answers_have_places_as_well() -> None:
    data = (UpdateData(id=9, xml=LargeXml(9, 3)), *DATA)
    first = list(get_extended_update_info.response_pieces(ExtendedUpdateInfo(updates=data)))
    second = list(get_extended_update_info2.response_pieces(ExtendedUpdateInfo2(updates=data)))

    assert first[1] == second[1] == LargeXml(9, 3)
    assert isinstance(first[0], bytes)
    assert first[0].endswith(b"<Updates><Update><ID>9</ID><Xml>")
    assert XML in first[2]


def test_an_answer_with_places_is_not_written_as_one() -> None:
    with pytest.raises(TypeError, match="revision 1"):
        sync_updates.encode_response(offering(LargeXml(1, 100_000)))


def test_an_empty_answer_leaves_out_every_list() -> None:
    """As a real server does (FACTS §1.3)."""
    answer = sync_updates.encode_response(SyncInfo(truncated=False, new_cookie=None))

    assert answer == (
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body'
        b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        b' xmlns:xsd="http://www.w3.org/2001/XMLSchema"><SyncUpdatesResponse'
        b' xmlns="http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService">'
        b"<SyncUpdatesResult><Truncated>false</Truncated></SyncUpdatesResult>"
        b"</SyncUpdatesResponse></s:Body></s:Envelope>"
    )


def test_the_answer_for_printers_differs_in_its_names_alone() -> None:
    software = sync_updates.encode_response(SYNC_INFO)

    printers = sync_printer_catalog.encode_response(SYNC_INFO)

    assert printers == software.replace(b"SyncUpdatesRes", b"SyncPrinterCatalogRes")


def test_a_fragment_of_fifty_megabytes_is_read() -> None:
    """Real Cores reach 47 MB (FACTS §3.5)."""
    giant = b"&lt;CbsPackageApplicabilityMetadata&gt;" + b"\xc3\xa4&amp;amp; " * 4_500_000

    answer = sync_updates.decode_response(sync_updates.encode_response(offering(giant)))

    assert answer.new_updates[0].xml == giant


def test_a_fragment_is_escaped_as_every_text_and_comes_back() -> None:
    text = '<A b="c&amp;d">e\r\n\t\u00e4 ]]> \U0001f600 &#xD; &lt;</A>'

    assert escape_fragment(text) == escape(text).encode()
    assert unescape_fragment(escape_fragment(text)) == text.encode()


def test_a_hundred_thousand_ids_are_read() -> None:
    ids = tuple(range(-50_000, 50_000))
    request = SyncUpdatesRequest(
        cookie=None, parameters=SyncUpdateParameters(other_cached_update_ids=ids)
    )

    body = sync_updates.encode_request(request)

    assert len(body) < soap.MAX_REQUEST_BYTES
    assert sync_updates.decode_request(soap.read_request(body)) == request
