"""Every operation of MS-WUSP on one screen: its service, its handwriting and its four codecs.

A computer calls with an ``Operation``; a server looks one up by the body's first element.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from headgate.wire import ping
from headgate.wire.clientsync import (
    get_authorization_cookie,
    get_config,
    get_cookie,
    get_extended_update_info,
    get_extended_update_info2,
    get_file_locations,
    get_required_inventory_type,
    namespaces,
    refresh_cache,
    register_computer,
    report_event_batch,
    report_event_batch2,
    report_inventory,
    start_category_scan,
    sync_printer_catalog,
    sync_updates,
)
from headgate.wire.soap import Envelope, SoapVersion, Style

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


@dataclass(frozen=True, slots=True)
class Operation(Generic[_Request, _Response]):
    """One operation; codecs raise as their own file says."""

    name: str  #: local name of the request's element
    namespace: str  #: of its service
    style: Style  #: of its answers and faults
    encode_request: Callable[[_Request, SoapVersion], bytes]
    decode_request: Callable[[Envelope], _Request]
    encode_response: Callable[[_Response, SoapVersion], bytes]
    decode_response: Callable[[bytes], _Response]

    @property
    def action(self) -> str:
        """SOAPAction without quotes."""
        return namespaces.action(self.name, self.namespace)


GET_CONFIG = Operation(
    get_config.NAME,
    namespaces.CLIENT,
    Style.WCF,
    get_config.encode_request,
    get_config.decode_request,
    get_config.encode_response,
    get_config.decode_response,
)
GET_AUTHORIZATION_COOKIE = Operation(
    get_authorization_cookie.NAME,
    namespaces.SIMPLE_AUTH,
    Style.ASMX,
    get_authorization_cookie.encode_request,
    get_authorization_cookie.decode_request,
    get_authorization_cookie.encode_response,
    get_authorization_cookie.decode_response,
)
GET_COOKIE = Operation(
    get_cookie.NAME,
    namespaces.CLIENT,
    Style.WCF,
    get_cookie.encode_request,
    get_cookie.decode_request,
    get_cookie.encode_response,
    get_cookie.decode_response,
)
REGISTER_COMPUTER = Operation(
    register_computer.NAME,
    namespaces.CLIENT,
    Style.WCF,
    register_computer.encode_request,
    register_computer.decode_request,
    register_computer.encode_response,
    register_computer.decode_response,
)
SYNC_UPDATES = Operation(
    sync_updates.NAME,
    namespaces.CLIENT,
    Style.WCF,
    sync_updates.encode_request,
    sync_updates.decode_request,
    sync_updates.encode_response,
    sync_updates.decode_response,
)
START_CATEGORY_SCAN = Operation(
    start_category_scan.NAME,
    namespaces.CLIENT,
    Style.WCF,
    start_category_scan.encode_request,
    start_category_scan.decode_request,
    start_category_scan.encode_response,
    start_category_scan.decode_response,
)
REFRESH_CACHE = Operation(
    refresh_cache.NAME,
    namespaces.CLIENT,
    Style.WCF,
    refresh_cache.encode_request,
    refresh_cache.decode_request,
    refresh_cache.encode_response,
    refresh_cache.decode_response,
)
GET_EXTENDED_UPDATE_INFO = Operation(
    get_extended_update_info.NAME,
    namespaces.CLIENT,
    Style.WCF,
    get_extended_update_info.encode_request,
    get_extended_update_info.decode_request,
    get_extended_update_info.encode_response,
    get_extended_update_info.decode_response,
)
GET_EXTENDED_UPDATE_INFO2 = Operation(
    get_extended_update_info2.NAME,
    namespaces.CLIENT,
    Style.WCF,
    get_extended_update_info2.encode_request,
    get_extended_update_info2.decode_request,
    get_extended_update_info2.encode_response,
    get_extended_update_info2.decode_response,
)
GET_FILE_LOCATIONS = Operation(
    get_file_locations.NAME,
    namespaces.CLIENT,
    Style.WCF,
    get_file_locations.encode_request,
    get_file_locations.decode_request,
    get_file_locations.encode_response,
    get_file_locations.decode_response,
)
SYNC_PRINTER_CATALOG = Operation(
    sync_printer_catalog.NAME,
    namespaces.CLIENT,
    Style.WCF,
    sync_printer_catalog.encode_request,
    sync_printer_catalog.decode_request,
    sync_printer_catalog.encode_response,
    sync_printer_catalog.decode_response,
)
REPORT_EVENT_BATCH = Operation(
    report_event_batch.NAME,
    namespaces.REPORTING,
    Style.ASMX,
    report_event_batch.encode_request,
    report_event_batch.decode_request,
    report_event_batch.encode_response,
    report_event_batch.decode_response,
)
REPORT_EVENT_BATCH2 = Operation(
    report_event_batch2.NAME,
    namespaces.REPORTING,
    Style.ASMX,
    report_event_batch2.encode_request,
    report_event_batch2.decode_request,
    report_event_batch2.encode_response,
    report_event_batch2.decode_response,
)
GET_REQUIRED_INVENTORY_TYPE = Operation(
    get_required_inventory_type.NAME,
    namespaces.REPORTING,
    Style.ASMX,
    get_required_inventory_type.encode_request,
    get_required_inventory_type.decode_request,
    get_required_inventory_type.encode_response,
    get_required_inventory_type.decode_response,
)
REPORT_INVENTORY = Operation(
    report_inventory.NAME,
    namespaces.REPORTING,
    Style.ASMX,
    report_inventory.encode_request,
    report_inventory.decode_request,
    report_inventory.encode_response,
    report_inventory.decode_response,
)
#: Every service answers it; none of the computers asks.
PING = Operation(
    ping.NAME,
    ping.NAMESPACE,
    Style.ASMX,
    ping.encode_request,
    ping.decode_request,
    ping.encode_response,
    ping.decode_response,
)

#: By the local name of a request's element.
OPERATIONS: Final = MappingProxyType[str, Operation[Any, Any]](
    {
        operation.name: operation
        for operation in (
            GET_CONFIG,
            GET_AUTHORIZATION_COOKIE,
            GET_COOKIE,
            REGISTER_COMPUTER,
            SYNC_UPDATES,
            START_CATEGORY_SCAN,
            REFRESH_CACHE,
            GET_EXTENDED_UPDATE_INFO,
            GET_EXTENDED_UPDATE_INFO2,
            GET_FILE_LOCATIONS,
            SYNC_PRINTER_CATALOG,
            REPORT_EVENT_BATCH,
            REPORT_EVENT_BATCH2,
            GET_REQUIRED_INVENTORY_TYPE,
            REPORT_INVENTORY,
            PING,
        )
    }
)
