"""Requests of computers, written with our codecs once; cookies and event ids are put in later."""

import base64
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from headgate.wire.clientsync import (
    devices,
    get_authorization_cookie,
    get_config,
    get_cookie,
    register_computer,
    report_event_batch,
    sync_updates,
)
from headgate.wire.clientsync.reporting_event import (
    BasicData,
    DetailedVersion,
    ExtendedData,
    PrivateData,
    ReportingEvent,
)
from headgate.wire.cookie import AuthorizationCookie, Cookie, write_cookie
from headgate.wire.values import UpdateIdentity

#: What stands in a request where a cookie's inside is put.
_SOME_COOKIE = Cookie(
    expiration=datetime(2000, 1, 1, tzinfo=UTC), encrypted_data=b"the cookie comes here"
)
_TICKET = b"the ticket comes here"
COOKIE_HERE = write_cookie(_SOME_COOKIE).encode()[len("<cookie>") : -len("</cookie>")]
NO_COOKIE = b"<Expiration>2000-01-01T00:00:00Z</Expiration>"
_EVENT = "11111111-2222-3333-4444-555555555555"
INSTANCE_HERE = _EVENT.encode()
_NO_UPDATE = UpdateIdentity("00000000-0000-0000-0000-000000000000", 0)
_TITLE = "2026-09 Cumulative Update for Windows 11, version 25H2 for x64-based Systems (KB5126052)"
_INSTALLING = (167, 162, 181, 183)
_MISC = ("B=782", "C=1", "G=1507.2601.30012.0", "J=297", "K=unknown", "L=2022-02-02T00:00:00")
_KEY = "AMD64.10.0"
_COMPUTER_IDS = tuple(str(uuid.UUID(int=number)) for number in range(1, 15))
_ATTRIBUTES = "".join(
    f"{name}={value};"
    for name, value in (
        ("App", "WU_OS"),
        ("AppVer", "1507.2601.30012.0"),
        ("AttrDataVer", "331"),
        ("BranchReadinessLevel", "CB"),
        ("CurrentBranch", "ge_release"),
        ("DeviceFamily", "Windows.Desktop"),
        ("FlightRing", "Retail"),
        ("InstallLanguage", "en-US"),
        ("OEMModel", "Standard PC (Q35 + ICH9, 2009)"),
        ("OSArchitecture", "AMD64"),
        ("OSSkuId", "48"),
        ("OSVersion", "10.0.26200.6899"),
        ("ProcessorIdentifier", "AMD64 Family 25 Model 17 Stepping 1"),
        ("UpdateManagementGroup", "2"),
    )
)
_ABOUT_US = sync_updates.ProductsParameters(
    sync_current_version_only=False,
    device_attributes=_ATTRIBUTES,
    caller_attributes="Interactive=0;SheddingAware=1;Id=UpdateOrchestrator;",
    products="",
)

CONFIG = get_config.encode_request(get_config.GetConfigRequest(protocol_version="2.90"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One device by its hardware ids, most specific first; it has a driver of 2020."""

    hardware_ids: tuple[str, ...]


def authorization(client_id: str, name: str) -> bytes:
    """GetAuthorizationCookie."""
    return get_authorization_cookie.encode_request(
        get_authorization_cookie.GetAuthorizationCookieRequest(
            client_id=client_id, target_group_name=None, dns_name=name
        )
    )


def cookie(ticket: bytes, old: bytes, last_change: str) -> bytes:
    """GetCookie; ``ticket`` and ``old`` as they stood in answers."""
    shown = AuthorizationCookie(plug_in_id="SimpleTargeting", cookie_data=_TICKET)
    template = get_cookie.encode_request(
        get_cookie.GetCookieRequest(
            auth_cookies=(shown,),
            old_cookie=_SOME_COOKIE,
            last_change=last_change,
            current_time=_now(),
            protocol_version="2.90",
        )
    )
    return template.replace(base64.b64encode(_TICKET), ticket).replace(COOKIE_HERE, old)


def registration(name: str) -> bytes:
    """RegisterComputer of a Windows 11 workstation."""
    return register_computer.encode_request(
        register_computer.RegisterComputerRequest(
            cookie=_SOME_COOKIE,
            computer_info=register_computer.ComputerInfo(
                dns_name=name,
                os_major_version=10,
                os_minor_version=0,
                os_build_number=26200,
                os_service_pack_major_number=0,
                os_service_pack_minor_number=0,
                os_locale="en-US",
                computer_manufacturer="QEMU",
                computer_model="Standard PC (Q35 + ICH9, 2009)",
                bios_version="unknown",
                bios_name="unknown",
                bios_release_date=datetime(2022, 2, 2, tzinfo=UTC),
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
            ),
        )
    )


def software(installed: Sequence[int], others: Sequence[int]) -> bytes:
    """The software pass of SyncUpdates."""
    return sync_updates.encode_request(
        sync_updates.SyncUpdatesRequest(
            cookie=_SOME_COOKIE,
            parameters=sync_updates.SyncUpdateParameters(
                installed_non_leaf_update_ids=tuple(installed) or None,
                other_cached_update_ids=tuple(others) or None,
                skip_software_sync=False,
                need_two_group_out_of_scope_updates=True,
                also_perform_regular_sync=True,
                computer_spec=(),
                products_parameters=_ABOUT_US,
            ),
        )
    )


def drivers(installed: Sequence[int], cached: Sequence[int], have: Sequence[Described]) -> bytes:
    """The driver pass of SyncUpdates."""
    return sync_updates.encode_request(
        sync_updates.SyncUpdatesRequest(
            cookie=_SOME_COOKIE,
            parameters=sync_updates.SyncUpdateParameters(
                installed_non_leaf_update_ids=tuple(installed) or None,
                system_spec=tuple(map(_device, have)),
                cached_driver_ids=tuple(cached) or None,
                skip_software_sync=True,
                need_two_group_out_of_scope_updates=True,
                also_perform_regular_sync=True,
                computer_spec=_COMPUTER_IDS,
                feature_score_matching_key=_KEY,
                products_parameters=_ABOUT_US,
            ),
        )
    )


def _device(described: Described) -> devices.Device:
    first = described.hardware_ids[0]
    return devices.Device(
        hardware_ids=described.hardware_ids,
        compatible_ids=tuple(f"{first}&CC_{number:04X}" for number in range(4)),
        installed_driver=devices.InstalledDriver(
            matching_id=described.hardware_ids[-1],
            driver_ver_date=datetime(2020, 6, 21, tzinfo=UTC),
            driver_ver_version=10 << 48 | 1 << 16 | 1,
            driver_class="Net",
            manufacturer="Northlake",
            provider="Northlake",
            model="Northlake Ethernet",
            driver_rank=-1,
        ),
    )


def scan_report(client_id: str, needed: Sequence[str], present: Sequence[str]) -> bytes:
    """ReportEventBatch after a scan: 147 and the states of all updates, 156."""
    return _report(client_id, [*_scanned(client_id, needed, present)])


def installation_report(client_id: str, needed: Sequence[str], present: Sequence[str]) -> bytes:
    """The same, and the download and installation of the first of ``needed``: six events."""
    done = UpdateIdentity(needed[0], 200)
    return _report(
        client_id,
        [
            *_scanned(client_id, needed, present),
            *(_event(client_id, one, done, strings=(_TITLE,)) for one in _INSTALLING),
        ],
    )


def _report(client_id: str, events: Sequence[ReportingEvent]) -> bytes:
    asked = report_event_batch.ReportEventBatchRequest(
        cookie=_SOME_COOKIE, client_time=_now(), event_batch=tuple(events)
    )
    return report_event_batch.encode_request(asked)


def _scanned(
    client_id: str, needed: Sequence[str], present: Sequence[str]
) -> Iterator[ReportingEvent]:
    yield _event(client_id, 147, strings=(str(len(needed)),))
    states = {"U": needed, "V": present}
    yield _event(
        client_id, 156, misc=[f"{tag}={';'.join(ids).upper()}" for tag, ids in states.items()]
    )


def _event(
    client_id: str,
    number: int,
    update: UpdateIdentity = _NO_UPDATE,
    *,
    strings: tuple[str, ...] = (),
    misc: Sequence[str] = (),
) -> ReportingEvent:
    return ReportingEvent(
        basic_data=BasicData(
            target_id=client_id,
            time_at_target=_now(),
            event_instance_id=_EVENT,
            namespace_id=1,
            event_id=number,
            source_id=101,
            update_id=update,
            win32_hresult=0,
            app_name="UpdateOrchestrator",
        ),
        extended_data=ExtendedData(
            replacement_strings=strings or None,
            misc_data=(*_MISC, *misc),
            computer_brand="QEMU",
            computer_model="Standard PC (Q35 + ICH9, 2009)",
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
        ),
        private_data=PrivateData(),
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
