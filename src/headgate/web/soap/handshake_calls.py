"""The calls that open a session: from messages to the handshake's words and back."""

from headgate.fleet.computers import ComputerFacts
from headgate.services.clients.handshake import REGISTER_COMPUTER
from headgate.services.clients.refusals import ComputerRefused, Refusal
from headgate.services.clients.visitor import Visitor
from headgate.web.soap.client_services import ClientServices
from headgate.web.soap.cookies import data_of, to_wire
from headgate.wire.clientsync.get_authorization_cookie import (
    GetAuthorizationCookieRequest,
    GetAuthorizationCookieResponse,
)
from headgate.wire.clientsync.get_config import (
    AuthPlugInInfo,
    GetConfigRequest,
    GetConfigResponse,
)
from headgate.wire.clientsync.get_cookie import GetCookieRequest, GetCookieResponse
from headgate.wire.clientsync.register_computer import (
    ComputerInfo,
    RegisterComputerRequest,
    RegisterComputerResponse,
)
from headgate.wire.cookie import AuthorizationCookie

#: The one way of introducing oneself to a server of a company (FACTS §2.2).
PLUG_IN = "SimpleTargeting"


def get_config(
    services: ClientServices, _request: GetConfigRequest, _visitor: Visitor
) -> GetConfigResponse:
    """GetConfig: order and spelling of the properties as a real server has them."""
    told = services.handshake.config()
    return GetConfigResponse(
        last_change=told.last_change,
        is_registration_required=told.registration_required,
        auth_info=(AuthPlugInInfo(plug_in_id=PLUG_IN, service_url=told.authorization_service),),
        properties=(
            ("MaxExtendedUpdatesPerRequest", str(told.extended_updates_at_once)),
            ("ProtocolVersion", told.protocol_version),
            ("IsInventoryRequired", str(int(told.inventory_required))),
            ("ClientReportingLevel", str(told.reporting_level)),
        ),
    )


def get_authorization_cookie(
    services: ClientServices, request: GetAuthorizationCookieRequest, visitor: Visitor
) -> GetAuthorizationCookieResponse:
    """GetAuthorizationCookie."""
    data = services.handshake.authorize(
        request.client_id, request.dns_name, request.target_group_name, visitor
    )
    return GetAuthorizationCookieResponse(
        authorization_cookie=AuthorizationCookie(plug_in_id=PLUG_IN, cookie_data=data)
    )


def get_cookie(
    services: ClientServices, request: GetCookieRequest, visitor: Visitor
) -> GetCookieResponse:
    """GetCookie: an old cookie without data is none (FACTS §2.4)."""
    sealed = services.handshake.cookie(
        [each.cookie_data for each in request.auth_cookies],
        data_of(request.old_cookie),
        request.last_change,
        request.protocol_version,
        visitor,
    )
    return GetCookieResponse(cookie=to_wire(sealed))


def register_computer(
    services: ClientServices, request: RegisterComputerRequest, visitor: Visitor
) -> RegisterComputerResponse:
    """RegisterComputer."""
    cookie = services.handshake.admit(data_of(request.cookie), visitor, operation=REGISTER_COMPUTER)
    if request.computer_info is None:
        raise ComputerRefused(
            Refusal.INVALID_PARAMETERS, "computerInfo", computer_id=cookie.client_id
        )
    services.handshake.register(cookie, facts_of(request.computer_info), visitor)
    return RegisterComputerResponse()


def facts_of(info: ComputerInfo) -> ComputerFacts:
    """Return what a computer says it is, in our words."""
    further = {
        "BiosName": info.bios_name,
        "OSServicePackMinorNumber": info.os_service_pack_minor_number,
        "SystemMetrics": info.system_metrics,
        "OEM": info.oem,
        "DeviceType": info.device_type,
        "FirmwareVersion": info.firmware_version,
        "MobileOperator": info.mobile_operator,
    }
    return ComputerFacts(
        dns_name=info.dns_name or "",
        os_major=info.os_major_version,
        os_minor=info.os_minor_version,
        os_build=info.os_build_number,
        os_service_pack=info.os_service_pack_major_number,
        os_locale=info.os_locale,
        os_description=info.os_description,
        suite_mask=info.suite_mask,
        old_product_type=info.old_product_type,
        new_product_type=info.new_product_type,
        architecture=info.processor_architecture,
        agent_version=_agent_version(info),
        manufacturer=info.computer_manufacturer,
        model=info.computer_model,
        bios_version=info.bios_version,
        bios_date=info.bios_release_date,
        further={name: str(value) for name, value in further.items() if value is not None},
    )


def _agent_version(info: ComputerInfo) -> str | None:
    numbers = (
        info.client_version_major_number,
        info.client_version_minor_number,
        info.client_version_build_number,
        info.client_version_qfe_number,
    )
    if any(number is None for number in numbers):
        return None
    return ".".join(map(str, numbers))
