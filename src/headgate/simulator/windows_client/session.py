"""The handshake, and what an agent does about each ErrorCode ([MS-WUSP] 3.2.5; FACTS §1.6, §2).

Every other call goes through :meth:`Session.call`, which reacts to faults by the table below and
tries again, a few times.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from headgate import clock
from headgate.sentences import Sentence, said_by
from headgate.simulator.windows_client.agent_errors import AnswerRefused, ServerSaidNo
from headgate.simulator.windows_client.connection import AGENT_VERSION, PROTOCOL, Connection
from headgate.simulator.windows_client.state import AgentState, CachedUpdate
from headgate.wire import lexical
from headgate.wire.clientsync import (
    get_authorization_cookie,
    get_config,
    get_cookie,
    get_file_locations,
    operations,
    refresh_cache,
    register_computer,
)
from headgate.wire.clientsync.operations import Operation
from headgate.wire.cookie import AuthorizationCookie, Cookie
from headgate.wire.faults import ErrorCode, SoapFault
from headgate.wire.values import UpdateIdentity

CLIENT_PATH = "ClientWebService/client.asmx"
PLUG_IN = "SimpleTargeting"

_REACTIONS = 6  #: to one call; then the agent gives up
_IDENTITIES = 200  #: per RefreshCache
_DIGESTS = 100  #: per GetFileLocations
_USUAL_LIMIT = 50  #: revisions per GetExtendedUpdateInfo, when the server says nothing usable
_SHORTEST_LIFE = timedelta(minutes=2)  #: of a cookie; a scan must fit in

_Request = TypeVar("_Request")
_Response = TypeVar("_Response")


class Session:
    """An agent's relation to its server."""

    def __init__(self, connection: Connection, state: AgentState) -> None:
        self.connection = connection
        self.state = state
        self._ticket: AuthorizationCookie | None = None

    def begin(self) -> None:
        """Have a good cookie and be registered. Raises SoapFault and AgentError."""
        cookie = self.state.cookie
        if cookie is None or not cookie.encrypted_data or self.state.last_change is None:
            self.configure()
        elif cookie.expiration > clock.now():
            return
        self.authorize()
        self.renew()
        if self.state.is_registration_required and not self.state.is_registered:
            self.register()

    def call(
        self,
        operation: Operation[_Request, _Response],
        request: Callable[[Cookie], _Request],
        path: str = CLIENT_PATH,
    ) -> _Response:
        """Return the answer to what ``request`` makes of the cookie; it may be asked again.

        Raises ServerSaidNo when the server insists on a fault, AgentError otherwise.
        """
        for _ in range(_REACTIONS):
            try:
                self.begin()
                assert self.state.cookie is not None
                return self.connection.call(operation, request(self.state.cookie), path)
            except SoapFault as fault:
                reactions = REACTIONS.get(fault.error_code) if fault.error_code else None
                if reactions is None:
                    raise _given_up(fault) from fault
                last = fault
                self._react(reactions)
        raise _given_up(last)

    def _react(self, reactions: "tuple[Reaction, ...]") -> None:
        try:
            for reaction in reactions:
                reaction(self)
        except SoapFault as fault:
            raise _given_up(fault) from fault

    def forget_cookie(self) -> None:
        """Drop the cookie, and with it what its server knew about us."""
        self.state.cookie = None

    def configure(self) -> None:
        """GetConfig. Raises AnswerRefused unless there is exactly one usable plug-in."""
        request = get_config.GetConfigRequest(protocol_version=PROTOCOL)
        config = self.connection.call(operations.GET_CONFIG, request, CLIENT_PATH)
        plug_ins = config.auth_info
        if len(plug_ins) != 1 or plug_ins[0].plug_in_id != PLUG_IN:
            raise AnswerRefused(
                Sentence("GetConfig must name the plug-in SimpleTargeting and no other.")
            )
        path = plug_ins[0].service_url
        if not path or "://" in path or path.startswith("/"):
            raise AnswerRefused(
                Sentence("GetConfig names no relative address to sign on at: {path!r}", path=path)
            )
        self.state.authorization_path = path
        self.state.last_change = config.last_change
        self.state.is_registration_required = config.is_registration_required
        limit = dict(config.properties).get("MaxExtendedUpdatesPerRequest", "")
        try:
            self.state.extended_limit = lexical.read_integer(limit, least=1)
        except ValueError:
            self.state.extended_limit = _USUAL_LIMIT

    def authorize(self) -> None:
        """GetAuthorizationCookie at the service that the configuration names."""
        machine = self.state.machine
        request = get_authorization_cookie.GetAuthorizationCookieRequest(
            client_id=machine.client_id,
            target_group_name=machine.target_group,
            dns_name=machine.name,
        )
        answer = self.connection.call(
            operations.GET_AUTHORIZATION_COOKIE, request, self.state.authorization_path
        )
        ticket = answer.authorization_cookie
        if ticket.plug_in_id != PLUG_IN or not ticket.cookie_data:
            raise AnswerRefused(
                Sentence("The authorization cookie is empty, or another plug-in's.")
            )
        self._ticket = ticket

    def renew(self) -> None:
        """GetCookie; the first time with an old cookie that has no data (FACTS §2.4)."""
        now = clock.now().replace(microsecond=0)
        assert self._ticket is not None
        request = get_cookie.GetCookieRequest(
            auth_cookies=(self._ticket,),
            old_cookie=self.state.cookie or Cookie(expiration=now, encrypted_data=b""),
            last_change=self.state.last_change,
            current_time=now,
            protocol_version=PROTOCOL,
        )
        cookie = self.connection.call(operations.GET_COOKIE, request, CLIENT_PATH).cookie
        if not cookie.encrypted_data or cookie.expiration < clock.now() + _SHORTEST_LIFE:
            raise AnswerRefused(
                Sentence(
                    "The cookie is empty, or expires before a scan could end: {expiration}",
                    expiration=cookie.expiration.isoformat(),
                )
            )
        self.state.cookie = cookie

    def register(self) -> None:
        """RegisterComputer; a server that does not want it says so with a fault."""
        request = register_computer.RegisterComputerRequest(
            cookie=self.state.cookie, computer_info=_computer_info(self.state)
        )
        try:
            self.connection.call(operations.REGISTER_COMPUTER, request, CLIENT_PATH)
        except SoapFault as fault:
            if fault.error_code is not ErrorCode.REGISTRATION_NOT_REQUIRED:
                raise
            self.state.is_registration_required = False
        self.state.is_registered = True

    def refresh_cache(self) -> None:
        """RefreshCache: learn the new server's numbers; forget what it does not answer."""
        before = {_identity(one): one for _, one in self.state.cached()}
        asked = sorted(before, key=lambda one: (one.update_id, one.revision_number))
        updates: dict[int, CachedUpdate] = {}
        drivers: dict[int, CachedUpdate] = {}
        for start in range(0, len(asked), _IDENTITIES):
            request = refresh_cache.RefreshCacheRequest(
                cookie=self.state.cookie, global_ids=tuple(asked[start : start + _IDENTITIES])
            )
            answer = self._call_registered(operations.REFRESH_CACHE, request)
            for one in answer.results:
                identity = UpdateIdentity(
                    one.global_id.update_id.lower(), one.global_id.revision_number
                )
                if identity not in before:
                    raise AnswerRefused(
                        Sentence(
                            "RefreshCache answers for {update}, which was not asked.",
                            update=one.global_id.update_id,
                        )
                    )
                known = before[identity]
                goes_to = drivers if known.core.update_type == "Driver" else updates
                goes_to[one.revision_id] = replace(
                    known, deployment=one.deployment, is_leaf=one.is_leaf
                )
        self.state.updates, self.state.drivers = updates, drivers

    def _call_registered(
        self, operation: Operation[_Request, _Response], request: _Request
    ) -> _Response:
        """Call, and once more after registering if the server, a new one, wants that first."""
        try:
            return self.connection.call(operation, request, CLIENT_PATH)
        except SoapFault as fault:
            if fault.error_code is not ErrorCode.REGISTRATION_REQUIRED:
                raise
        self.register()
        return self.connection.call(operation, request, CLIENT_PATH)

    def locate_files(self) -> None:
        """GetFileLocations, for every file whose address we know."""
        digests = sorted(self.state.locations)
        for start in range(0, len(digests), _DIGESTS):
            request = get_file_locations.GetFileLocationsRequest(
                cookie=self.state.cookie, file_digests=tuple(digests[start : start + _DIGESTS])
            )
            answer = self._call_registered(operations.GET_FILE_LOCATIONS, request)
            self.state.locations.update({one.file_digest: one.url for one in answer.file_locations})
            if answer.new_cookie is not None:
                self.state.cookie = answer.new_cookie


Reaction = Callable[[Session], None]

#: What to do before trying again; a code that is missing ends the scan (FACTS §1.6).
REACTIONS: Final[dict[ErrorCode, tuple[Reaction, ...]]] = {
    **dict.fromkeys(
        (ErrorCode.INVALID_COOKIE, ErrorCode.SERVER_CHANGED),
        (
            Session.forget_cookie,
            Session.configure,
            Session.authorize,
            Session.renew,
            Session.refresh_cache,
        ),
    ),
    ErrorCode.CONFIG_CHANGED: (Session.configure, Session.authorize, Session.renew),
    ErrorCode.COOKIE_EXPIRED: (Session.authorize, Session.renew),
    ErrorCode.INVALID_AUTHORIZATION_COOKIE: (Session.authorize, Session.renew),
    ErrorCode.REGISTRATION_REQUIRED: (Session.register,),
    ErrorCode.FILE_LOCATION_CHANGED: (Session.locate_files,),
}


def _given_up(fault: SoapFault) -> ServerSaidNo:
    return ServerSaidNo(said_by(fault), code=fault.code)


def _identity(cached: CachedUpdate) -> UpdateIdentity:
    return UpdateIdentity(cached.core.update_id, cached.core.revision_number)


def _computer_info(state: AgentState) -> register_computer.ComputerInfo:
    """FACTS §2.5, in the words of a Windows 11 client."""
    machine, windows, hardware = state.machine, state.machine.windows, state.machine.hardware
    major, minor, build, qfe = AGENT_VERSION
    return register_computer.ComputerInfo(
        dns_name=machine.name,
        os_major_version=windows.major,
        os_minor_version=windows.minor,
        os_build_number=windows.build,
        os_service_pack_major_number=windows.service_pack,
        os_service_pack_minor_number=0,
        os_locale=windows.locale,
        computer_manufacturer=hardware.manufacturer,
        computer_model=hardware.model,
        bios_version=hardware.bios_version,
        bios_name=hardware.bios_version,
        bios_release_date=datetime.fromisoformat(hardware.bios_date).replace(tzinfo=UTC),
        processor_architecture=hardware.architecture,
        suite_mask=windows.suite_mask,
        old_product_type=windows.product_type,
        new_product_type=windows.sku,
        system_metrics=0,
        client_version_major_number=major,
        client_version_minor_number=minor,
        client_version_build_number=build,
        client_version_qfe_number=qfe,
        os_description=windows.description,
        oem=hardware.manufacturer,
        device_type=hardware.model,
        firmware_version=hardware.bios_version,
        mobile_operator="Not Present",
    )
