"""The Reporting service: what computers tell. Nothing in it is ever turned into objects."""

from collections.abc import Sequence
from datetime import UTC, datetime

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
    operation = "ReportEventBatch"
    cookie = services.handshake.admit(data_of(request.cookie), visitor, operation=operation)
    _record(services, cookie.client_id, request.event_batch, visitor, operation)
    return ReportEventBatchResponse()


def report_event_batch2(
    services: ClientServices, request: ReportEventBatch2Request, visitor: Visitor
) -> ReportEventBatch2Response:
    """ReportEventBatch2, without a cookie: of computers that are registered."""
    computer_id = names.client_id((request.computer_id or "").strip())
    if computer_id is None:
        raise ComputerRefused(Refusal.INVALID_PARAMETERS, "computerId")
    _record(services, computer_id, request.event_batch, visitor, "ReportEventBatch2")
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


def _record(
    services: ClientServices,
    computer_id: str,
    events: Sequence[ReportingEvent],
    visitor: Visitor,
    operation: str,
) -> None:
    at = services.now()
    dropped = services.reports.report(computer_id, [_event(each, at) for each in events], at)
    for reason, count in dropped.items():
        # The computer hears ``true``, or it would send them for ever; people see who sent them.
        services.contacts.refused(
            visitor, operation, reason, computer_id, at=at, detail=f"{count} events"
        )


def _event(event: ReportingEvent, arrived_at: datetime) -> ClientEvent:
    """Return an event in our words; without number or name it is of no namespace, thus dropped."""
    basic, extended = event.basic_data, event.extended_data or _NOTHING
    about = basic.update_id
    is_event = basic.event_id is not None and basic.event_instance_id is not None
    return ClientEvent.as_sent(
        computer_id=basic.target_id or "",
        instance_id=basic.event_instance_id or "",
        namespace_id=(basic.namespace_id or 0) if is_event else 0,
        event_id=basic.event_id or 0,
        source_id=basic.source_id or 0,
        at_target=(basic.time_at_target or arrived_at).astimezone(UTC),
        update_id=about.update_id if about else "",
        revision_number=about.revision_number if about else 0,
        hresult=basic.win32_hresult or 0,
        app_name=basic.app_name,
        device_id=extended.device_id,
        strings=extended.replacement_strings or (),
        misc=extended.misc_data or (),
    )
