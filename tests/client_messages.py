"""A full and a bare message of every operation of MS-WUSP, within what the WSDLs allow.

Undocumented elements and the agents' own spelling of extension drivers are not among them: the
captures prove those.
"""

from datetime import UTC, datetime
from typing import Any

from headgate.wire.clientsync.devices import Device, InstalledDriver
from headgate.wire.clientsync.file_locations import FileLocation
from headgate.wire.clientsync.get_authorization_cookie import (
    GetAuthorizationCookieRequest,
    GetAuthorizationCookieResponse,
)
from headgate.wire.clientsync.get_config import AuthPlugInInfo, GetConfigRequest, GetConfigResponse
from headgate.wire.clientsync.get_cookie import GetCookieRequest, GetCookieResponse
from headgate.wire.clientsync.get_extended_update_info import (
    ExtendedUpdateInfo,
    GetExtendedUpdateInfoRequest,
)
from headgate.wire.clientsync.get_extended_update_info2 import (
    ExtendedUpdateInfo2,
    FileDecryption,
    GetExtendedUpdateInfo2Request,
)
from headgate.wire.clientsync.get_file_locations import (
    GetFileLocationsRequest,
    GetFileLocationsResponse,
)
from headgate.wire.clientsync.get_required_inventory_type import (
    GetRequiredInventoryTypeRequest,
    GetRequiredInventoryTypeResponse,
)
from headgate.wire.clientsync.refresh_cache import (
    RefreshCacheRequest,
    RefreshCacheResponse,
    RefreshCacheResult,
)
from headgate.wire.clientsync.register_computer import (
    ComputerInfo,
    RegisterComputerRequest,
    RegisterComputerResponse,
)
from headgate.wire.clientsync.report_event_batch import (
    ReportEventBatchRequest,
    ReportEventBatchResponse,
)
from headgate.wire.clientsync.report_event_batch2 import (
    ReportEventBatch2Request,
    ReportEventBatch2Response,
)
from headgate.wire.clientsync.report_inventory import (
    ReportingInventory,
    ReportInventoryRequest,
    ReportInventoryResponse,
)
from headgate.wire.clientsync.reporting_event import (
    BasicData,
    DetailedVersion,
    ExtendedData,
    PrivateData,
    ReportingEvent,
)
from headgate.wire.clientsync.start_category_scan import (
    CategoryRelationship,
    StartCategoryScanRequest,
    StartCategoryScanResponse,
)
from headgate.wire.clientsync.sync_info import SyncInfo
from headgate.wire.clientsync.sync_printer_catalog import SyncPrinterCatalogRequest
from headgate.wire.clientsync.sync_updates import SyncUpdateParameters, SyncUpdatesRequest
from headgate.wire.clientsync.update_data import UpdateData
from headgate.wire.clientsync.update_info import Deployment, UpdateInfo
from headgate.wire.cookie import AuthorizationCookie, Cookie
from headgate.wire.values import UpdateIdentity

NOON = datetime(2026, 10, 4, 12, tzinfo=UTC)
ID = "8c3fcc84-7410-4a95-8b89-a166a0190486"
COOKIE = Cookie(expiration=NOON, encrypted_data=b"sealed")
AUTHORIZATION = AuthorizationCookie(plug_in_id="SimpleTargeting", cookie_data=b"shown")
IDENTITY = UpdateIdentity(ID, 200)
DIGEST = bytes(range(20))
XML = (
    b'&lt;UpdateIdentity UpdateID="x" RevisionNumber="1" /&gt;&lt;Properties A="&amp;lt;" /&gt;'
    b"\n\t\xc3\xa4 ]]&gt;&#xD;\xf0\x9f\x98\x80"
)
BARE_DEPLOYMENT = Deployment(id=7, action="Evaluate", last_change_time="2026-10-04")
DEPLOYMENT = Deployment(
    id=2_000_000_001,
    action="Install",
    deadline="2026-10-05T12:00:00Z",
    is_assigned=False,
    last_change_time="2026-10-04",
    download_priority="2",
    hardware_ids=("PCI\\VEN_8086&DEV_2922", ""),
    auto_select="0",
    auto_download="0",
    supersedence_behavior="0",
    flag_bitmask="0",
)
SYNC_INFO = SyncInfo(
    new_updates=(
        UpdateInfo(id=2**31 - 1, deployment=DEPLOYMENT, is_leaf=True, xml=XML),
        UpdateInfo(id=2, deployment=BARE_DEPLOYMENT, is_leaf=False, xml=b""),
    ),
    out_of_scope_revision_ids=(5, -1),
    changed_updates=(UpdateInfo(id=3, deployment=BARE_DEPLOYMENT, is_leaf=True),),
    truncated=True,
    new_cookie=COOKIE,
    deployed_out_of_scope_revision_ids=(6, 7),
    driver_sync_not_needed=False,
)
BARE_SYNC_INFO = SyncInfo(truncated=False, new_cookie=None)
DEVICES = (
    Device(
        hardware_ids=("PCI\\VEN_1AF4&DEV_1000", "{6d170653-5280-44c2-ba44-2c04bc9d46da}"),
        compatible_ids=("PCI\\CC_0200",),
        installed_driver=InstalledDriver(
            matching_id="PCI\\VEN_1AF4&DEV_1000",
            driver_ver_date=NOON,
            driver_ver_version=2**63 - 1,
            driver_class="Net <&> co",
            manufacturer="a",
            provider="b",
            model="c",
            matching_computer_hwid=ID,
            driver_rank=-1,
        ),
        driver_recovery_ids=("x",),
        device_flags=1,
    ),
    Device(
        installed_driver=InstalledDriver(
            driver_ver_date=NOON, driver_ver_version=-(2**63), driver_rank=0
        )
    ),
    Device(),
)
EVENT = ReportingEvent(
    basic_data=BasicData(
        target_id=ID,
        time_at_target=NOON,
        event_instance_id=ID,
        namespace_id=1,
        event_id=182,
        source_id=101,
        update_id=IDENTITY,
        win32_hresult=-2145123272,
        app_name="<<PROCESS>>: powershell.exe",
    ),
    extended_data=ExtendedData(
        replacement_strings=("0x80246007", ""),
        misc_data=("A=1", "U=a;b=c"),
        computer_brand="QEMU",
        computer_model="Q35",
        bios_revision="unknown",
        processor_architecture="Amd64Compatible",
        os_version=DetailedVersion(
            major=10,
            minor=0,
            build=26200,
            revision=65792,
            service_pack_major=0,
            service_pack_minor=0,
        ),
        os_locale_id=1033,
        device_id="PCI\\VEN_8086",
    ),
    private_data=PrivateData(computer_dns_name="", user_account_name=""),
)
BARE_EVENT = ReportingEvent(
    basic_data=BasicData(
        target_id=None,
        time_at_target=NOON,
        event_instance_id=ID,
        namespace_id=1,
        event_id=156,
        source_id=101,
        update_id=None,
        win32_hresult=0,
    )
)
COMPUTER = ComputerInfo(
    dns_name="pc.example",
    os_major_version=10,
    os_minor_version=0,
    os_build_number=26200,
    os_service_pack_major_number=0,
    os_service_pack_minor_number=0,
    os_locale="en-US",
    computer_manufacturer="A & B",
    computer_model="",
    bios_version="1",
    bios_name="name",
    bios_release_date=NOON,
    processor_architecture="AMD64",
    suite_mask=256,
    old_product_type=1,
    new_product_type=48,
    system_metrics=0,
    client_version_major_number=1507,
    client_version_minor_number=2601,
    client_version_build_number=30012,
    client_version_qfe_number=0,
    os_description="Windows 10 Pro",
    oem="QEMU",
    device_type="PC",
    firmware_version="unknown",
    mobile_operator="Not Present",
)
BARE_COMPUTER = ComputerInfo(
    os_major_version=5,
    os_minor_version=1,
    os_build_number=2600,
    os_service_pack_major_number=2,
    os_service_pack_minor_number=0,
    bios_release_date=NOON,
    suite_mask=0,
    old_product_type=1,
    new_product_type=1,
    system_metrics=0,
    client_version_major_number=7,
    client_version_minor_number=0,
    client_version_build_number=1,
    client_version_qfe_number=0,
)
LOCATIONS = (
    FileLocation(
        file_digest=DIGEST,
        url="http://wsus:8530/Content/13/0001.cab?a=1&b=2",
        pieces_hash_url="p",
        block_map_url="b",
        decryption_information='{"a": 1}',
        file_digest_algorithm="SHA1",
        encrypted_file_digest=b"e" * 32,
        encrypted_file_digest_algorithm="SHA256",
    ),
    FileLocation(file_digest=DIGEST, url=""),
)
DATA = (UpdateData(id=1, xml=XML), UpdateData(id=1, xml=b""))

#: By operation: a full and a bare request, a full and a bare answer.
MESSAGES: dict[str, tuple[Any, Any, Any, Any]] = {
    "GetConfig": (
        GetConfigRequest(protocol_version="2.90"),
        GetConfigRequest(protocol_version=None),
        GetConfigResponse(
            last_change="2026-10-04T13:17:07.590Z",
            is_registration_required=True,
            auth_info=(
                AuthPlugInInfo(plug_in_id="SimpleTargeting", service_url="a/b.asmx"),
                AuthPlugInInfo(plug_in_id="", service_url="", parameter=None),
            ),
            allowed_event_ids=(1, 2),
            properties=(("ProtocolVersion", "3.2"), ("Share", "\\\\a\\b")),
        ),
        GetConfigResponse(
            last_change="2026-10-04T13:17:07Z", is_registration_required=False, auth_info=()
        ),
    ),
    "GetAuthorizationCookie": (
        GetAuthorizationCookieRequest(client_id=ID, target_group_name="R&D", dns_name="pc.example"),
        GetAuthorizationCookieRequest(client_id="", dns_name=None),
        GetAuthorizationCookieResponse(authorization_cookie=AUTHORIZATION),
        GetAuthorizationCookieResponse(
            authorization_cookie=AuthorizationCookie(plug_in_id="", cookie_data=b"")
        ),
    ),
    "GetCookie": (
        GetCookieRequest(
            auth_cookies=(AUTHORIZATION, AUTHORIZATION),
            old_cookie=COOKIE,
            last_change="2026-10-04T13:17:07.590Z",
            current_time=NOON,
            protocol_version="2.90",
        ),
        GetCookieRequest(
            auth_cookies=(),
            old_cookie=Cookie(expiration=NOON, encrypted_data=b""),
            last_change="2026-10-04T13:17:07.590Z",
            current_time=NOON,
            protocol_version=None,
        ),
        GetCookieResponse(cookie=COOKIE),
        GetCookieResponse(cookie=Cookie(expiration=NOON, encrypted_data=b"")),
    ),
    "RegisterComputer": (
        RegisterComputerRequest(cookie=COOKIE, computer_info=COMPUTER),
        RegisterComputerRequest(cookie=None, computer_info=BARE_COMPUTER),
        RegisterComputerResponse(),
        RegisterComputerResponse(),
    ),
    "StartCategoryScan": (
        StartCategoryScanRequest(
            requested_categories=(CategoryRelationship(index_of_and_group=-1, category_id=ID),)
        ),
        StartCategoryScanRequest(requested_categories=()),
        StartCategoryScanResponse(
            preferred_category_ids=(ID, ID), requested_category_ids_in_error=(ID,)
        ),
        StartCategoryScanResponse(),
    ),
    "SyncUpdates": (
        SyncUpdatesRequest(
            cookie=COOKIE,
            parameters=SyncUpdateParameters(
                express_query=True,
                installed_non_leaf_update_ids=(1, -5, 2**31 - 1, -(2**31)),
                other_cached_update_ids=(),
                system_spec=DEVICES,
                cached_driver_ids=(9,),
                skip_software_sync=True,
                filter_category_ids=(ID,),
                need_two_group_out_of_scope_updates=True,
                computer_spec=(ID, ID),
                feature_score_matching_key="AMD64.10.0",
            ),
        ),
        SyncUpdatesRequest(cookie=None, parameters=SyncUpdateParameters(computer_spec=())),
        SYNC_INFO,
        BARE_SYNC_INFO,
    ),
    "RefreshCache": (
        RefreshCacheRequest(cookie=COOKIE, global_ids=(IDENTITY, IDENTITY)),
        RefreshCacheRequest(cookie=None, global_ids=None),
        RefreshCacheResponse(
            results=(
                RefreshCacheResult(
                    revision_id=1, global_id=IDENTITY, is_leaf=False, deployment=DEPLOYMENT
                ),
                RefreshCacheResult(
                    revision_id=2, global_id=IDENTITY, is_leaf=True, deployment=BARE_DEPLOYMENT
                ),
            )
        ),
        RefreshCacheResponse(results=()),
    ),
    "GetExtendedUpdateInfo": (
        GetExtendedUpdateInfoRequest(
            cookie=COOKIE,
            revision_ids=(1, 2),
            info_types=("Extended", "LocalizedProperties", "Eula"),
            locales=("en-US", "en"),
            geo_id="USA",
            caller_attributes="Id=<<PROCESS>>: a;",
        ),
        GetExtendedUpdateInfoRequest(cookie=None, revision_ids=None, info_types=None, locales=None),
        ExtendedUpdateInfo(
            updates=DATA, file_locations=LOCATIONS, out_of_scope_revision_ids=(1, 2)
        ),
        ExtendedUpdateInfo(),
    ),
    "GetExtendedUpdateInfo2": (
        GetExtendedUpdateInfo2Request(
            cookie=COOKIE,
            update_ids=(IDENTITY,),
            info_types=("FileUrl", "FileDecryption"),
            locales=(),
            caller_attributes="",
        ),
        GetExtendedUpdateInfo2Request(cookie=None, update_ids=None, info_types=None, locales=None),
        ExtendedUpdateInfo2(
            updates=DATA,
            file_locations=LOCATIONS,
            file_decryption_data=(
                FileDecryption(
                    file_digest=DIGEST, decryption_key=b"key", security_data=(b"key", b"")
                ),
            ),
        ),
        ExtendedUpdateInfo2(),
    ),
    "GetFileLocations": (
        GetFileLocationsRequest(cookie=COOKIE, file_digests=(DIGEST, b"short", b"")),
        GetFileLocationsRequest(cookie=None, file_digests=None),
        GetFileLocationsResponse(file_locations=LOCATIONS, new_cookie=COOKIE),
        GetFileLocationsResponse(),
    ),
    "SyncPrinterCatalog": (
        SyncPrinterCatalogRequest(
            cookie=COOKIE, installed_non_leaf_update_ids=(1, 2), printer_update_ids=(3,)
        ),
        SyncPrinterCatalogRequest(
            cookie=None, installed_non_leaf_update_ids=None, printer_update_ids=None
        ),
        SYNC_INFO,
        BARE_SYNC_INFO,
    ),
    "ReportEventBatch": (
        ReportEventBatchRequest(cookie=COOKIE, client_time=NOON, event_batch=(EVENT, BARE_EVENT)),
        ReportEventBatchRequest(cookie=None, client_time=NOON, event_batch=()),
        ReportEventBatchResponse(),
        ReportEventBatchResponse(accepted=False),
    ),
    "ReportEventBatch2": (
        ReportEventBatch2Request(computer_id=ID, client_time=NOON, event_batch=(EVENT,)),
        ReportEventBatch2Request(computer_id=None, client_time=NOON, event_batch=()),
        ReportEventBatch2Response(),
        ReportEventBatch2Response(accepted=False),
    ),
    "GetRequiredInventoryType": (
        GetRequiredInventoryTypeRequest(cookie=COOKIE, rules_id=ID, rules_version="1.0"),
        GetRequiredInventoryTypeRequest(cookie=None, rules_id=ID),
        GetRequiredInventoryTypeResponse(inventory_type=0),
        GetRequiredInventoryTypeResponse(inventory_type=-1),
    ),
    "ReportInventory": (
        ReportInventoryRequest(
            cookie=COOKIE,
            client_time=NOON,
            inventory=ReportingInventory(
                is_compressed=True, raw_xml="<a>&amp;</a>", compressed_xml=bytes(range(256))
            ),
        ),
        ReportInventoryRequest(cookie=None, client_time=NOON, inventory=None),
        ReportInventoryResponse(),
        ReportInventoryResponse(accepted=False),
    ),
}
