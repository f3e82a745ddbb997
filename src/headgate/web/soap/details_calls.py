"""The calls after a scan: texts, licences and where the files are."""

from collections.abc import Iterable

from headgate.services.clients import details
from headgate.services.clients.details import DetailsAnswer, DetailsCall
from headgate.services.clients.visitor import Visitor
from headgate.web.soap.client_services import ClientServices
from headgate.web.soap.cookies import data_of, to_wire
from headgate.web.soap.scan_calls import xml_of
from headgate.wire.clientsync.file_locations import FileLocation
from headgate.wire.clientsync.get_extended_update_info import (
    ExtendedUpdateInfo,
    GetExtendedUpdateInfoRequest,
)
from headgate.wire.clientsync.get_extended_update_info2 import (
    ExtendedUpdateInfo2,
    GetExtendedUpdateInfo2Request,
)
from headgate.wire.clientsync.get_file_locations import (
    GetFileLocationsRequest,
    GetFileLocationsResponse,
)
from headgate.wire.clientsync.update_data import UpdateData


def get_extended_update_info(
    services: ClientServices, request: GetExtendedUpdateInfoRequest, visitor: Visitor
) -> ExtendedUpdateInfo:
    """GetExtendedUpdateInfo."""
    told = services.details.of_revisions(
        data_of(request.cookie),
        visitor,
        request.revision_ids or (),
        DetailsCall(info_types=request.info_types, locales=request.locales, region=request.geo_id),
    )
    return ExtendedUpdateInfo(
        updates=_updates(told),
        file_locations=_locations(told.locations),
        out_of_scope_revision_ids=tuple(told.out_of_scope),
    )


def get_extended_update_info2(
    services: ClientServices, request: GetExtendedUpdateInfo2Request, visitor: Visitor
) -> ExtendedUpdateInfo2:
    """GetExtendedUpdateInfo2: the same by identities; nothing here is encrypted."""
    asked = request.update_ids or ()
    told = services.details.of_identities(
        data_of(request.cookie),
        visitor,
        [(each.update_id.lower(), each.revision_number) for each in asked],
        DetailsCall(info_types=request.info_types, locales=request.locales),
    )
    return ExtendedUpdateInfo2(updates=_updates(told), file_locations=_locations(told.locations))


def get_file_locations(
    services: ClientServices, request: GetFileLocationsRequest, visitor: Visitor
) -> GetFileLocationsResponse:
    """GetFileLocations."""
    told = services.details.of_files(data_of(request.cookie), visitor, request.file_digests)
    return GetFileLocationsResponse(
        file_locations=_locations(told.locations), new_cookie=to_wire(told.cookie)
    )


def _updates(told: DetailsAnswer) -> tuple[UpdateData, ...]:
    return tuple(UpdateData(id=number, xml=xml_of(text)) for number, text in told.texts)


def _locations(places: Iterable[details.FileLocation]) -> tuple[FileLocation, ...]:
    return tuple(FileLocation(file_digest=place.sha1, url=place.url) for place in places)
