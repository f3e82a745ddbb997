"""Every operation computers may call, on one screen: who answers, and how answers are written."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from headgate.services.clients import category_scans
from headgate.services.clients.visitor import Visitor
from headgate.web.soap import details_calls, handshake_calls, report_calls, scan_calls
from headgate.web.soap.client_services import ClientServices
from headgate.wire.clientsync import (
    get_extended_update_info,
    get_extended_update_info2,
    operations,
    sync_printer_catalog,
    sync_updates,
)
from headgate.wire.clientsync.operations import Operation
from headgate.wire.clientsync.start_category_scan import (
    StartCategoryScanRequest,
    StartCategoryScanResponse,
)
from headgate.wire.clientsync.update_info import LargeXml
from headgate.wire.ping import PingRequest, PingResponse
from headgate.wire.soap import SoapVersion

Answer = Callable[[ClientServices, Any, Visitor], Any]
Write = Callable[[Any, SoapVersion], Iterable[bytes | LargeXml]]


@dataclass(frozen=True, slots=True)
class Known:
    """One operation: its codecs, and who answers it."""

    operation: Operation[Any, Any]
    answer: Answer
    write: Write
    writes: bool = False  #: its answer waits for a commit


def _start_category_scan(
    services: ClientServices, request: StartCategoryScanRequest, _visitor: Visitor
) -> StartCategoryScanResponse:
    """StartCategoryScan: carries no cookie (FACTS §2.6)."""
    asked = request.requested_categories
    requested = (
        None
        if asked is None
        else [
            category_scans.RequestedCategory(
                group=each.index_of_and_group, category_id=each.category_id.lower()
            )
            for each in asked
        ]
    )
    found = category_scans.start(requested, services.category_type)
    return StartCategoryScanResponse(
        preferred_category_ids=found.preferred, requested_category_ids_in_error=found.unknown
    )


def _ping(services: ClientServices, _request: PingRequest, visitor: Visitor) -> PingResponse:
    return PingResponse(
        success_flag=True,
        services_time=services.now(),
        services_name="Headgate",
        services_machine=visitor.host,
        is_https=visitor.tls,
    )


def _whole(operation: Operation[Any, Any]) -> Write:
    return lambda response, version: (operation.encode_response(response, version),)


def _small(operation: Operation[Any, Any], answer: Answer, *, writes: bool = False) -> Known:
    return Known(operation, answer, _whole(operation), writes)


#: By the local name of a request's element.
CALLS: Final = MappingProxyType[str, Known](
    {
        known.operation.name: known
        for known in (
            _small(operations.GET_CONFIG, handshake_calls.get_config),
            _small(
                operations.GET_AUTHORIZATION_COOKIE,
                handshake_calls.get_authorization_cookie,
                writes=True,
            ),
            _small(operations.GET_COOKIE, handshake_calls.get_cookie),
            _small(operations.REGISTER_COMPUTER, handshake_calls.register_computer, writes=True),
            _small(operations.START_CATEGORY_SCAN, _start_category_scan),
            Known(operations.SYNC_UPDATES, scan_calls.sync_updates, sync_updates.response_pieces),
            Known(
                operations.SYNC_PRINTER_CATALOG,
                scan_calls.sync_printer_catalog,
                sync_printer_catalog.response_pieces,
            ),
            _small(operations.REFRESH_CACHE, scan_calls.refresh_cache),
            Known(
                operations.GET_EXTENDED_UPDATE_INFO,
                details_calls.get_extended_update_info,
                get_extended_update_info.response_pieces,
            ),
            Known(
                operations.GET_EXTENDED_UPDATE_INFO2,
                details_calls.get_extended_update_info2,
                get_extended_update_info2.response_pieces,
            ),
            _small(operations.GET_FILE_LOCATIONS, details_calls.get_file_locations),
            _small(operations.REPORT_EVENT_BATCH, report_calls.report_event_batch, writes=True),
            _small(operations.REPORT_EVENT_BATCH2, report_calls.report_event_batch2, writes=True),
            _small(
                operations.GET_REQUIRED_INVENTORY_TYPE, report_calls.get_required_inventory_type
            ),
            _small(operations.REPORT_INVENTORY, report_calls.report_inventory, writes=True),
            _small(operations.PING, _ping),
        )
    }
)
