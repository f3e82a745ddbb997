"""The Reporting service: what computers tell. Nothing in it is ever turned into objects."""

from collections.abc import Sequence
from datetime import UTC

from headgate.fleet import names
from headgate.fleet.events import ClientEvent
from headgate.services.clients.refusals import ComputerRefused, Refusal
from headgate.services.clients.visitor import Visitor
from headgate.web.soap.client_services import ClientServices
from headgate.web.soap.cookies import data_of
from headgate.wire.clientsync.get_required_inventory_type import (
    GetRequiredInventoryTypeRequest,
    GetRequiredInventoryTypeResponse,
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
    ReportInventoryRequest,
    ReportInventoryResponse,
)
from headgate.wire.clientsync.reporting_event import ExtendedData, ReportingEvent

_NOTHING = ExtendedData()


def report_event_batch(
    services: ClientServices, request: ReportEventBatchRequest, visitor: Visitor
) -> ReportEventBatchResponse:
    """ReportEventBatch: committed before ``true`` is answered."""
    cookie = services.handshake.admit(
        data_of(request.cookie), visitor, operation="ReportEventBatch"
    )
    _record(services, cookie.client_id, request.event_batch)
    return ReportEventBatchResponse()


def report_event_batch2(
    services: ClientServices, request: ReportEventBatch2Request, visitor: Visitor
) -> ReportEventBatch2Response:
    """ReportEventBatch2, without a cookie: of computers that are registered."""
    computer_id = names.client_id((request.computer_id or "").strip())
    if computer_id is None:
        raise ComputerRefused(Refusal.INVALID_PARAMETERS, "computerId")
    _record(services, computer_id, request.event_batch)
    if request.event_batch:  # else nobody has looked whether it is registered
        services.contacts.seen(computer_id, visitor, services.now())
    return ReportEventBatch2Response()


def get_required_inventory_type(
    services: ClientServices, request: GetRequiredInventoryTypeRequest, visitor: Visitor
) -> GetRequiredInventoryTypeResponse:
    """GetRequiredInventoryType."""
    services.handshake.admit(data_of(request.cookie), visitor, operation="GetRequiredInventoryType")
    wanted = services.inventory.required_type(request.rules_id, request.rules_version)
    return GetRequiredInventoryTypeResponse(inventory_type=wanted)


def report_inventory(
    services: ClientServices, request: ReportInventoryRequest, visitor: Visitor
) -> ReportInventoryResponse:
    """ReportInventory."""
    cookie = services.handshake.admit(data_of(request.cookie), visitor, operation="ReportInventory")
    if request.inventory is None:
        raise ComputerRefused(Refusal.INVALID_PARAMETERS, "inventory", computer_id=cookie.client_id)
    services.inventory.report(
        cookie.client_id,
        text=request.inventory.raw_xml,
        compressed=request.inventory.compressed_xml,
        received_at=services.now(),
    )
    return ReportInventoryResponse()


def _record(services: ClientServices, computer_id: str, events: Sequence[ReportingEvent]) -> None:
    services.reports.report(computer_id, [_event(each) for each in events], services.now())


def _event(event: ReportingEvent) -> ClientEvent:
    basic, extended = event.basic_data, event.extended_data or _NOTHING
    about = basic.update_id
    return ClientEvent.as_sent(
        computer_id=basic.target_id or "",
        instance_id=basic.event_instance_id,
        namespace_id=basic.namespace_id,
        event_id=basic.event_id,
        source_id=basic.source_id,
        at_target=basic.time_at_target.astimezone(UTC),
        update_id=about.update_id if about else "",
        revision_number=about.revision_number if about else 0,
        hresult=basic.win32_hresult,
        app_name=basic.app_name,
        strings=extended.replacement_strings or (),
        misc=extended.misc_data or (),
    )
