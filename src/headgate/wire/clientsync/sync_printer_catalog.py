"""SyncPrinterCatalog: drivers for the add-printer wizard ([MS-WUSP] 3.1.5.12; FACTS §3.9).

Its action is its own, as in the WSDL; the text names that of SyncUpdates.
"""

from dataclasses import dataclass

from headgate.wire import cookie, soap
from headgate.wire.clientsync import namespaces, sync_info, update_info
from headgate.wire.clientsync.arrays import write_ids
from headgate.wire.clientsync.parts import Parts
from headgate.wire.clientsync.sync_info import SyncInfo
from headgate.wire.clientsync.update_info import Pieces
from headgate.wire.cookie import ShownCookie
from headgate.wire.soap import Envelope, SoapVersion, Style

NAME = "SyncPrinterCatalog"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPrinterCatalogRequest:
    """Tells what is cached; None for lists that were absent."""

    cookie: ShownCookie | None
    installed_non_leaf_update_ids: tuple[int, ...] | None
    printer_update_ids: tuple[int, ...] | None


def encode_request(
    request: SyncPrinterCatalogRequest, version: SoapVersion = SoapVersion.SOAP_11
) -> bytes:
    """Return the request's bytes."""
    content = (
        cookie.write_cookie(request.cookie)
        + write_ids("installedNonLeafUpdateIDs", request.installed_non_leaf_update_ids)
        + write_ids("printerUpdateIDs", request.printer_update_ids)
    )
    return soap.write_request(namespaces.message(NAME, content), version, Style.WCF)


def decode_request(envelope: Envelope) -> SyncPrinterCatalogRequest:
    """Return the request. Raises MalformedMessage."""
    parts = Parts(envelope.message)
    return SyncPrinterCatalogRequest(
        cookie=parts.shown_cookie(),
        installed_non_leaf_update_ids=parts.ids("installedNonLeafUpdateIDs"),
        printer_update_ids=parts.ids("printerUpdateIDs"),
    )


def response_pieces(result: SyncInfo, version: SoapVersion = SoapVersion.SOAP_11) -> Pieces:
    """Yield the answer; whoever sends it puts stored fragments where placeholders stand."""
    return sync_info.sync_info_pieces(NAME, result, version)


def encode_response(response: SyncInfo, version: SoapVersion = SoapVersion.SOAP_11) -> bytes:
    """Return the answer's bytes. Raises TypeError when it has placeholders."""
    return update_info.whole(response_pieces(response, version))


def decode_response(body: bytes) -> SyncInfo:
    """Return the answer, fragments escaped. Raises SoapFault and MalformedMessage."""
    return sync_info.read_sync_info(NAME, body)
