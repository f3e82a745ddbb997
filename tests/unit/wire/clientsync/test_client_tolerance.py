"""What other agents write differently and mean alike (FACTS §1.3; [MS-WUSP] 4)."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.client_messages import MESSAGES

from headgate.wire import soap
from headgate.wire.clientsync import namespaces, operations
from headgate.wire.clientsync.devices import Device
from headgate.wire.clientsync.get_cookie import GetCookieRequest
from headgate.wire.clientsync.register_computer import ComputerInfo
from headgate.wire.clientsync.reporting_event import BasicData, ReportingEvent
from headgate.wire.clientsync.sync_updates import SyncUpdateParameters, SyncUpdatesRequest
from headgate.wire.cookie import AuthorizationCookie, Cookie
from headgate.wire.soap import SoapVersion
from headgate.wire.values import UpdateIdentity

OLD = (
    '<?xml version="1.0"?>\r\n<soap:Envelope '
    'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
    'xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/">\n<soap:Body>\n{}\n</soap:Body>'
    "</soap:Envelope>\n"
)
ID = "5c7f4f80-3896-4d10-8a38-469286a0febc"


def decoded(message: str, envelope: str = OLD) -> Any:
    received = soap.read_request(envelope.format(message).encode())
    return operations.OPERATIONS[received.operation].decode_request(received)


def in_client(name: str, content: str) -> str:
    return f'<{name} xmlns="{namespaces.CLIENT}">{content}</{name}>'


def parameters(content: str) -> SyncUpdateParameters:
    request = decoded(in_client("SyncUpdates", f"<parameters>{content}</parameters>"))
    assert isinstance(request, SyncUpdatesRequest)
    assert request.parameters is not None
    return request.parameters


def test_the_get_cookie_of_an_older_agent() -> None:
    """[MS-WUSP] 4: encoded arrays, nil for what is absent, base64 over several lines."""
    request = decoded(
        in_client(
            "GetCookie",
            f'\n<authCookies xmlns:q1="{namespaces.CLIENT}" '
            'soapenc:arrayType="q1:AuthorizationCookie[1]">\n<AuthorizationCookie>\n'
            "<PlugInId>SimpleTargeting</PlugInId>\n<CookieData>c2hv\n d24=\n</CookieData>\n"
            "</AuthorizationCookie>\n</authCookies>\n<oldCookie>"
            "<Expiration>2006-05-16T18:54:28.85Z</Expiration>"
            '<EncryptedData xsi:nil="1" /></oldCookie>'
            "<lastChange>2006-05-16T18:54:28.85Z</lastChange>"
            "<currentTime>2006-05-17T16:16:38.015</currentTime>"
            "<protocolVersion>1.8</protocolVersion>",
        )
    )

    assert request == GetCookieRequest(
        auth_cookies=(AuthorizationCookie(plug_in_id="SimpleTargeting", cookie_data=b"shown"),),
        old_cookie=Cookie(
            expiration=datetime(2006, 5, 16, 18, 54, 28, 850_000, tzinfo=UTC), encrypted_data=b""
        ),
        last_change="2006-05-16T18:54:28.85Z",
        current_time=datetime(2006, 5, 17, 16, 16, 38, 15_000, tzinfo=UTC),
        protocol_version="1.8",
    )


def test_the_first_scan_of_an_older_agent() -> None:
    request = decoded(
        in_client(
            "SyncUpdates",
            '<cookie xsi:nil="true"/><parameters><ExpressQuery>0</ExpressQuery>'
            '<InstalledNonLeafUpdateIDs xsi:nil="1" /><OtherCachedUpdateIDs xsi:nil="1" />'
            '<SystemSpec xsi:nil="1" /><CachedDriverIDs xsi:nil="1" />'
            "<SkipSoftwareSync>1</SkipSoftwareSync></parameters>",
        )
    )

    assert request == SyncUpdatesRequest(
        cookie=None, parameters=SyncUpdateParameters(skip_software_sync=True)
    )


def test_encoded_arrays_of_an_older_agent() -> None:
    read = parameters(
        '<InstalledNonLeafUpdateIDs soapenc:arrayType="xsd:int[2]">\n<int> 16 </int>\n'
        '<int>+17</int>\n</InstalledNonLeafUpdateIDs><OtherCachedUpdateIDs xsi:nil="0"/>'
    )

    assert read.installed_non_leaf_update_ids == (16, 17)
    assert read.other_cached_update_ids == ()


def test_an_event_of_an_older_agent() -> None:
    event = (
        "<ReportingEvent><BasicData><TargetID><Sid>a</Sid></TargetID>"
        "<SequenceNumber>0</SequenceNumber><TimeAtTarget>2006-05-17T16:13:29.734</TimeAtTarget>"
        f"<EventInstanceID>{ID.upper()}</EventInstanceID><NamespaceID>1</NamespaceID>"
        f"<EventID>148</EventID><SourceID>101</SourceID><UpdateID><UpdateID>{ID}</UpdateID>"
        "<RevisionNumber>0</RevisionNumber></UpdateID><Win32HResult>-2145107943</Win32HResult>"
        "<AppName>SelfUpdate</AppName></BasicData><ExtendedData>"
        '<ReplacementStrings xsi:nil="1" /><MiscData soapenc:arrayType="xsd:string[1]">'
        "<string>K=EPP=runtime; BIOS</string></MiscData><DeviceID /></ExtendedData>"
        "<PrivateData><ComputerDnsName /><UserAccountName /></PrivateData></ReportingEvent>"
    )
    request = decoded(
        f'<ReportEventBatch xmlns="{namespaces.REPORTING}" '
        f'xmlns:q1="{namespaces.REPORTING}"><eventBatch '
        f'soapenc:arrayType="q1:ReportingEvent[2]">{event}{event}</eventBatch></ReportEventBatch>'
    )

    first, second = request.event_batch
    assert first == second
    assert request.client_time is None
    assert first.basic_data.event_instance_id == ID.upper()
    assert first.basic_data.update_id == UpdateIdentity(ID, 0)
    assert first.extended_data.replacement_strings is None
    assert first.extended_data.misc_data == ("K=EPP=runtime; BIOS",)
    assert first.extended_data.device_id == ""
    assert first.extended_data.os_version is None


BASIC = {
    "TargetID": "<Sid>a</Sid>",
    "SequenceNumber": "0",
    "TimeAtTarget": "2006-05-17T16:13:29.734",
    "EventInstanceID": ID,
    "NamespaceID": "1",
    "EventID": "148",
    "SourceID": "101",
    "UpdateID": f"<UpdateID>{ID}</UpdateID><RevisionNumber>200</RevisionNumber>",
    "Win32HResult": "-2145107943",
}


def reported(basic: dict[str, str], extended: str = "") -> Any:
    """The one event of a batch."""
    written = "".join(f"<{name}>{text}</{name}>" for name, text in basic.items())
    request = decoded(
        f'<ReportEventBatch xmlns="{namespaces.REPORTING}"><clientTime>now</clientTime><eventBatch>'
        f"<ReportingEvent><BasicData>{written}</BasicData><ExtendedData>{extended}</ExtendedData>"
        "</ReportingEvent></eventBatch></ReportEventBatch>"
    )
    assert request.client_time is None
    (event,) = request.event_batch
    return event


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("TargetID", "target_id"),
        ("TimeAtTarget", "time_at_target"),
        ("EventInstanceID", "event_instance_id"),
        ("NamespaceID", "namespace_id"),
        ("EventID", "event_id"),
        ("SourceID", "source_id"),
        ("UpdateID", "update_id"),
        ("Win32HResult", "win32_hresult"),
    ],
)
@pytest.mark.parametrize("odd", ["", "x", "99999999999", None])
def test_an_odd_field_of_an_event_is_none_and_the_others_stay(
    name: str, field: str, odd: str | None
) -> None:
    """A refused batch comes again and again (FACTS §14): the computer would be silent for ever."""
    whole = reported(BASIC).basic_data
    written = (
        {**BASIC, name: odd} if odd is not None else {k: v for k, v in BASIC.items() if k != name}
    )

    read = reported(written).basic_data

    assert getattr(whole, field) is not None
    assert read == replace(whole, **{field: None})


def test_an_event_without_anything_is_an_event() -> None:
    request = decoded(
        f'<ReportEventBatch xmlns="{namespaces.REPORTING}"><eventBatch><ReportingEvent/>'
        "</eventBatch></ReportEventBatch>"
    )

    assert request.event_batch == (ReportingEvent(basic_data=BasicData()),)


@pytest.mark.parametrize("code", ["2149842967", "4294967295", "-2147483648", " +5 "])
def test_codes_of_events_come_with_a_sign_or_without(code: str) -> None:
    assert reported({**BASIC, "Win32HResult": code}).basic_data.win32_hresult == int(code)


@pytest.mark.parametrize("odd", ["", "x", "4294967296"])
def test_an_odd_sequence_number_is_the_one_all_send(odd: str) -> None:
    assert reported({**BASIC, "SequenceNumber": odd}) == reported(BASIC)


def test_an_odd_revision_of_an_update_does_not_hide_the_update() -> None:
    odd = f"<UpdateID>{ID}</UpdateID><RevisionNumber/>"

    assert reported({**BASIC, "UpdateID": odd}).basic_data.update_id == UpdateIdentity(ID, 0)


@pytest.mark.parametrize(
    "odd",
    [
        "<OSVersion/><OSLocaleID>4294967295</OSLocaleID>",
        "<OSVersion><Major>10</Major><Minor>x</Minor></OSVersion><OSLocaleID/>",
    ],
)
def test_odd_details_of_an_event_are_none(odd: str) -> None:
    extended = reported(BASIC, f"{odd}<MiscData><string>B=5</string></MiscData>").extended_data

    assert (extended.os_version, extended.os_locale_id) == (None, None)
    assert extended.misc_data == ("B=5",)


def test_a_computer_with_an_odd_fact_is_still_registered() -> None:
    request = decoded(
        in_client(
            "RegisterComputer",
            "<computerInfo><DnsName>pc</DnsName><BiosReleaseDate>00/00/0000</BiosReleaseDate>"
            "<SuiteMask>4294967295</SuiteMask><OSBuildNumber>26200</OSBuildNumber></computerInfo>",
        )
    )

    assert request.computer_info == ComputerInfo(dns_name="pc", os_build_number=26200)


def test_addressing_headers_of_soap_12_and_prefixes_everywhere() -> None:
    envelope = (
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:a="http://www.w3.org/2005/08/addressing"><e:Header>'
        '<a:Action e:mustUnderstand="1">urn:x</a:Action><a:To>http://x/</a:To></e:Header>'
        "<e:Body>{}</e:Body></e:Envelope>"
    )
    message = (
        f'<x:GetConfig xmlns:x="{namespaces.CLIENT}">'
        "<x:protocolVersion>2.90</x:protocolVersion></x:GetConfig>"
    )

    assert decoded(message, envelope).protocol_version == "2.90"


def test_order_and_unknown_elements_do_not_matter() -> None:
    read = parameters(
        "<Future><int>5</int></Future><FeatureScoreMatchingKey>AMD64.10.0"
        "</FeatureScoreMatchingKey><SkipSoftwareSync>true</SkipSoftwareSync>"
        f"<ComputerSpec><Other/><HardwareIDs><guid>{ID}</guid></HardwareIDs></ComputerSpec>"
        "<ProductsParameters><Products/></ProductsParameters>"
        "<CachedDriverIDs><int>1</int><long>2</long><int>3</int></CachedDriverIDs>"
    )

    assert (read.skip_software_sync, read.feature_score_matching_key) == (True, "AMD64.10.0")
    assert (read.computer_spec, read.cached_driver_ids) == ((ID,), (1, 3))
    assert read.products_parameters is not None
    assert read.products_parameters.products == ""
    assert read.products_parameters.device_attributes is None


EXTENSION = (
    "<ExtensionId>{{1}}</ExtensionId><DriverVerDate>2006-06-21T00:00:00Z</DriverVerDate>"
    "<DriverVerVersion>281474976710656</DriverVerVersion><Class>c</Class>"
    "<DriverRank>1</DriverRank>"
)


@pytest.mark.parametrize(
    ("array", "item"),
    [("extensionDrivers", "ExtensionDriver"), ("extensionDriver", "extensionDriver")],
    ids=["as agents send it", "as the schema has it"],
)
def test_both_spellings_of_extension_drivers_are_read(array: str, item: str) -> None:
    read = parameters(
        f"<SystemSpec><Device><{array}><{item}>{EXTENSION}</{item}></{array}></Device></SystemSpec>"
    )

    assert read.system_spec is not None
    (extension,) = read.system_spec[0].extension_drivers or ()
    assert (extension.driver_ver_version, extension.driver_rank) == (2**48, 1)


@pytest.mark.parametrize(
    ("said", "date", "version"),
    [
        ("", None, None),
        ("<DriverVerDate/><DriverVerVersion/><DriverRank/>", None, None),
        ("<DriverVerDate>2006-06-21</DriverVerDate>", datetime(2006, 6, 21, tzinfo=UTC), None),
        ("<DriverVerDate>2006-13-41</DriverVerDate>", None, None),
        ("<DriverVerVersion>-1</DriverVerVersion>", None, -1),
        ("<DriverVerVersion>1.2.3.4</DriverVerVersion>", None, None),
        ("<DriverVerVersion>9223372036854775808</DriverVerVersion>", None, None),
        ("<DriverVerVersion>-9223372036854775809</DriverVerVersion>", None, None),
        ("<DriverRank>4294967296</DriverRank><IsGeneric>maybe</IsGeneric>", None, None),
    ],
)
def test_one_odd_device_does_not_cost_a_computer_all_its_drivers(
    said: str, date: datetime | None, version: int | None
) -> None:
    driver = f"<MatchingID>a</MatchingID>{said}"
    extension = f"<ExtensionId>b</ExtensionId>{said}"
    odd = (
        f"<Device><installedDriver>{driver}</installedDriver><extensionDrivers><ExtensionDriver>"
        f"{extension}</ExtensionDriver></extensionDrivers><DeviceFlags>x</DeviceFlags></Device>"
    )

    spec = parameters(f"<SystemSpec>{odd}<Device/></SystemSpec>").system_spec

    assert spec is not None
    first, second = spec
    installed, (extended,) = first.installed_driver, first.extension_drivers or ()
    assert installed is not None
    assert (installed.matching_id, installed.driver_rank) == ("a", None)
    assert (installed.driver_ver_date, installed.driver_ver_version) == (date, version)
    assert (extended.driver_ver_date, extended.driver_ver_version) == (date, version)
    assert first.device_flags is None
    assert second == Device()


def test_empty_arrays_and_empty_devices_stay_what_they_are() -> None:
    read = parameters(
        "<InstalledNonLeafUpdateIDs/><SystemSpec><Device/><Device><HardwareIDs/></Device>"
        "</SystemSpec><FilterCategoryIds/><ComputerSpec/>"
    )

    assert read.installed_non_leaf_update_ids == ()
    assert read.other_cached_update_ids is None
    assert read.system_spec == (Device(), Device(hardware_ids=()))
    assert read.filter_category_ids == read.computer_spec == ()


def test_a_computer_that_leaves_out_what_it_must_say_is_still_read() -> None:
    request = decoded(
        in_client("RegisterComputer", "<computerInfo><OSLocale> de </OSLocale></computerInfo>")
    )

    assert request.computer_info == ComputerInfo(os_locale=" de ")


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_message_without_any_content_is_a_message_or_refused_by_name(name: str) -> None:
    operation = operations.OPERATIONS[name]
    envelope = OLD.format(f'<{name} xmlns="{operation.namespace}"/>').encode()

    if name == "GetRequiredInventoryType":
        pytest.skip("the one that demands a value")
    request = operation.decode_request(soap.read_request(envelope))

    assert operation.encode_request(request, SoapVersion.SOAP_12)
