"""The calls of a scan: from messages to questions, from offers to messages.

Which fields a deployment has depends on the agent's protocol version ([MS-WUSP] 2.2.2.2.4).
"""

from collections.abc import Iterable, Mapping
from datetime import date

from headgate.offer.questions import Device, InstalledDriver, OfferedUpdate
from headgate.services.clients.core_texts import CoreText, LargeCore
from headgate.services.clients.scan import ScanAnswer, ScanCall
from headgate.services.clients.visitor import Visitor
from headgate.web.soap.client_services import ClientServices
from headgate.web.soap.cookies import data_of, to_wire
from headgate.wire.clientsync import devices as wire_devices
from headgate.wire.clientsync.refresh_cache import (
    RefreshCacheRequest,
    RefreshCacheResponse,
    RefreshCacheResult,
)
from headgate.wire.clientsync.sync_info import SyncInfo
from headgate.wire.clientsync.sync_printer_catalog import SyncPrinterCatalogRequest
from headgate.wire.clientsync.sync_updates import SyncUpdateParameters, SyncUpdatesRequest
from headgate.wire.clientsync.update_info import Deployment, LargeXml, UpdateInfo

Protocol = tuple[int, int]

#: Versions as two numbers: 1.10 is later than 1.9 (FACTS §2.1).
_KNOWS_HARDWARE_IDS: Protocol = (1, 6)
_KNOWS_CATEGORY_SCANS: Protocol = (1, 7)
_KNOWS_AUTO_FIELDS: Protocol = (1, 8)


def sync_updates(
    services: ClientServices, request: SyncUpdatesRequest, visitor: Visitor
) -> SyncInfo:
    """SyncUpdates, both passes."""
    call = None if request.parameters is None else _call(request.parameters)
    return _info(services.scan.sync(data_of(request.cookie), visitor, call))


def sync_printer_catalog(
    services: ClientServices, request: SyncPrinterCatalogRequest, visitor: Visitor
) -> SyncInfo:
    """SyncPrinterCatalog, of the wizard that adds printers."""
    answer = services.scan.printers(
        data_of(request.cookie),
        visitor,
        installed=request.installed_non_leaf_update_ids or (),
        cached=request.printer_update_ids or (),
    )
    return _info(answer)


def refresh_cache(
    services: ClientServices, request: RefreshCacheRequest, visitor: Visitor
) -> RefreshCacheResponse:
    """RefreshCache: an identity is answered in the letters it was asked in."""
    asked = request.global_ids
    identities = (
        None
        if asked is None
        else [(each.update_id.lower(), each.revision_number) for each in asked]
    )
    answer = services.scan.refresh(data_of(request.cookie), visitor, identities)
    return RefreshCacheResponse(
        results=tuple(
            RefreshCacheResult(
                revision_id=update.revision_id,
                global_id=(asked or ())[place],
                is_leaf=update.is_leaf,
                deployment=_deployment(update, answer.protocol),
            )
            for place, update in answer.refreshed
        )
    )


def _call(asked: SyncUpdateParameters) -> ScanCall:
    products = asked.products_parameters
    return ScanCall(
        installed=asked.installed_non_leaf_update_ids or (),
        others=asked.other_cached_update_ids or (),
        cached_drivers=asked.cached_driver_ids or (),
        devices=None if asked.system_spec is None else tuple(map(_device, asked.system_spec)),
        computer_ids=[each.lower() for each in asked.computer_spec or ()],
        matching_key=asked.feature_score_matching_key or None,
        skip_software=asked.skip_software_sync,
        categories=[each.lower() for each in asked.filter_category_ids or ()],
        two_groups=asked.need_two_group_out_of_scope_updates or False,
        device_attributes=products.device_attributes if products else None,
    )


def _device(device: wire_devices.Device) -> Device:
    installed = device.installed_driver
    return Device(
        hardware_ids=device.hardware_ids or (),
        compatible_ids=device.compatible_ids or (),
        installed=None if installed is None else _installed(installed),
    )


def _installed(driver: wire_devices.InstalledDriver) -> InstalledDriver:
    """Return an installed driver; one that does not say its age is older than any other."""
    computer_id, dated = driver.matching_computer_hwid, driver.driver_ver_date
    return InstalledDriver(
        matching_id=driver.matching_id or "",
        version=driver.driver_ver_version or 0,
        date=dated.date() if dated else date.min,
        driver_class=driver.driver_class or "",
        manufacturer=driver.manufacturer or "",
        provider=driver.provider or "",
        computer_id=computer_id.strip().lower() if computer_id else None,
    )


def _info(answer: ScanAnswer) -> SyncInfo:
    decided, protocol = answer.offer, answer.protocol
    knows_scans = protocol >= _KNOWS_CATEGORY_SCANS
    return SyncInfo(
        new_updates=tuple(_new(decided.new, answer.cores, protocol)),
        out_of_scope_revision_ids=tuple(decided.out_of_scope),
        changed_updates=tuple(_changed(decided.changed, protocol)),
        truncated=decided.truncated,
        new_cookie=to_wire(answer.cookie),
        deployed_out_of_scope_revision_ids=(
            tuple(decided.deployed_out_of_scope) if knows_scans else ()
        ),
        driver_sync_not_needed=decided.driver_sync_not_needed if knows_scans else None,
    )


def _new(
    updates: Iterable[OfferedUpdate], cores: Mapping[int, CoreText], protocol: Protocol
) -> Iterable[UpdateInfo]:
    for update in updates:
        yield UpdateInfo(
            id=update.revision_id,
            deployment=_deployment(update, protocol),
            is_leaf=update.is_leaf,
            xml=xml_of(cores[update.revision_id]),
        )


def _changed(updates: Iterable[OfferedUpdate], protocol: Protocol) -> Iterable[UpdateInfo]:
    for update in updates:
        yield UpdateInfo(
            id=update.revision_id,
            deployment=_deployment(update, protocol),
            is_leaf=update.is_leaf,
        )


def xml_of(text: CoreText) -> bytes | LargeXml:
    """Return a Core for an answer: itself, or a place for it."""
    return LargeXml(text.revision_id, text.size) if isinstance(text, LargeCore) else text


def _deployment(update: OfferedUpdate, protocol: Protocol) -> Deployment:
    """Return what is decided about a revision, in the fields the agent's version knows."""
    automatic = "0" if protocol >= _KNOWS_AUTO_FIELDS else None
    named = bool(update.hardware_ids) and protocol >= _KNOWS_HARDWARE_IDS
    return Deployment(
        id=update.deployment_id,
        action=update.action.value,
        last_change_time=update.changed_on.isoformat(),
        hardware_ids=update.hardware_ids if named else None,
        auto_select=automatic,
        auto_download=automatic,
        supersedence_behavior=automatic,
    )
