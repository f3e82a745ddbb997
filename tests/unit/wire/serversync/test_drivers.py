"""The two operations without a schema: what the text of [MS-WSUSSS] 3.1.4.7 and 3.1.4.8 shows."""

from headgate.wire import soap
from headgate.wire.serversync import get_driver_id_list as ids
from headgate.wire.serversync import get_driver_set_data as sets
from headgate.wire.serversync.get_revision_id_list import IdAndDelta
from headgate.wire.values import UpdateIdentity

ID = "8c3fcc84-7410-4a95-8b89-a166a0190486"


def test_the_driver_filter_is_written_in_the_order_of_the_text() -> None:
    request = ids.GetDriverIdListRequest(
        cookie=None,
        filter=ids.ServerSyncDriverFilter(
            anchor="1",
            categories=(),
            computer_ids=(IdAndDelta(ID, True),),
            pnp_hardware_ids=(ids.HardwareIdAndDelta("pci\\ven_8086&dev_1", False),),
        ),
    )

    body = ids.encode_request(request)

    assert (
        "<filter><Anchor>1</Anchor><Categories />"
        f"<ComputerIds><IdAndDelta><Id>{ID}</Id><Delta>true</Delta></IdAndDelta></ComputerIds>"
        "<PnpHardwareIds><HardwareIdAndDelta><Id>pci\\ven_8086&amp;dev_1</Id>"
        "<Delta>false</Delta></HardwareIdAndDelta></PnpHardwareIds></filter>"
    ).encode() in body
    assert ids.decode_request(soap.read_request(body)) == request


def test_the_driver_list_reads_back() -> None:
    response = ids.GetDriverIdListResponse(
        anchor="2",
        new_revisions=(UpdateIdentity(ID, 1),),
        new_driver_sets=(ID,),
        removed_driver_sets=(),
    )

    assert ids.decode_response(ids.encode_response(response)) == response


def test_a_missing_list_of_driver_sets_differs_from_an_empty_one() -> None:
    for named in (None, (), (ID,)):
        request = sets.GetDriverSetDataRequest(cookie=None, driver_sets=named)

        assert sets.decode_request(soap.read_request(sets.encode_request(request))) == request


def test_driver_sets_read_back() -> None:
    response = sets.GetDriverSetDataResponse(
        driver_sets=(sets.ServerSyncDriverSetData(driver_set_id=ID, driver_set_xml="<a&b/>"),)
    )

    assert sets.decode_response(sets.encode_response(response)) == response
