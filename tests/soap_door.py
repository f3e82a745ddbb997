"""The SOAP door beside a test: real services on a real database, real HTTP on a free port.

with serving(open_door(engine, tmp_path)) as door:
    computer = Computer(door.address); computer.shake_hands(); computer.scan()
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import HTTPConnection

from headgate import clock
from headgate.bootstrap.clients import client_services
from headgate.metadata.core_pieces import native_compressor
from headgate.services.clients.snapshots import Snapshots
from headgate.services.clients.visitor import Visitor
from headgate.services.settings.recent import RecentSettings
from headgate.services.way_in.addresses import Addresses, Serving
from headgate.services.way_in.server_names import ServerNames
from headgate.settings.local import local_settings
from headgate.settings.secrets import SecretKey
from headgate.settings.shared import shared_settings
from headgate.storage.engine import Engine
from headgate.web.forwarded import Caller
from headgate.web.soap.client_services import ClientServices
from headgate.web.soap.dispatch import Dispatcher
from headgate.web.soap.door import DoorLimits, SoapDoor
from headgate.web.soap.encodings import Compress
from headgate.web.soap.routes import soap_routes
from headgate.web.soap.visitors import visitor_of
from headgate.wire.clientsync import operations, sync_updates
from headgate.wire.clientsync.get_authorization_cookie import GetAuthorizationCookieRequest
from headgate.wire.clientsync.get_config import GetConfigRequest
from headgate.wire.clientsync.get_cookie import GetCookieRequest
from headgate.wire.clientsync.operations import Operation
from headgate.wire.clientsync.register_computer import ComputerInfo, RegisterComputerRequest
from headgate.wire.clientsync.sync_info import SyncInfo
from headgate.wire.cookie import Cookie, read_cookie_of
from headgate.wire.soap import SoapVersion
from headgate.wire.xpress import XpressReader
from tests.serving import serving_app

USER_AGENT = "Windows-Update-Agent/1507.2601.30012.0 Client-Protocol/2.90"
SERVICES = {
    "http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService": (
        "/ClientWebService/client.asmx"
    ),
    "http://www.microsoft.com/SoftwareDistribution/Server/SimpleAuthWebService": (
        "/SimpleAuthWebService/SimpleAuth.asmx"
    ),
    "http://www.microsoft.com/SoftwareDistribution": (
        "/ReportingWebService/ReportingWebService.asmx"
    ),
    "http://www.microsoft.com/SoftwareDistribution/Server/IMonitorable": (
        "/ClientWebService/client.asmx"
    ),
}


@dataclass(slots=True)
class OpenDoor:
    """The door and everything behind it."""

    door: SoapDoor
    services: ClientServices
    snapshots: Snapshots
    address: str = ""
    computers: list["Computer"] = field(default_factory=list)

    def computer(self, **facts: Any) -> "Computer":
        """A computer that knows this door; it hangs up when the door is closed."""
        computer = Computer(self.address, **facts)
        self.computers.append(computer)
        return computer

    def look(self) -> None:
        """Make changes of the database visible to scans now."""
        self.snapshots.look()
        self.snapshots.wait()


def open_door(
    engine: Engine,
    folder: Path,
    *,
    files_are_kept: bool = True,
    limits: DoorLimits | None = None,
    xpress: Compress | None = None,
) -> OpenDoor:
    """Put the door together as ``serve`` does; ``xpress``: what compresses, else C or none."""
    store = "local" if files_are_kept else "microsoft"
    settings = RecentSettings(lambda: shared_settings({"content.store": store}, machine_zone="UTC"))
    snapshots = Snapshots(engine, files_are_kept=settings.files_are_kept, look_every=0.0)
    services = client_services(
        engine=engine,
        secret_key=SecretKey(folder / "secret.key"),
        settings=settings,
        addresses=_addresses(folder),
        snapshots=snapshots,
    )
    door = SoapDoor(
        Dispatcher(services, xpress=xpress or native_compressor()),
        services.texts,
        visitor_of=direct,
        limits=limits,
    )
    return OpenDoor(door=door, services=services, snapshots=snapshots)


def _addresses(folder: Path) -> Addresses:
    addresses = Addresses(
        file=folder / "serving.json",
        names=ServerNames(lambda: ("headgate.test",)),
        local=lambda: local_settings(folder / "headgate.toml", {}),
        trusted_proxies=(),
    )
    addresses.begin(Serving(http="0.0.0.0:8530", https=None, http_setting=None, https_setting=None))
    return addresses


def direct(call: HTTPConnection) -> Visitor:
    """Who calls when no proxy stands between."""
    return visitor_of(Caller.of(call, ()))


@contextmanager
def serving(opened: OpenDoor) -> Iterator[OpenDoor]:
    """Serve a door while the context lasts; every thread of it has ended afterwards."""
    try:
        with serving_app(Starlette(routes=soap_routes(opened.door))) as opened.address:
            try:
                yield opened
            finally:
                for computer in opened.computers:
                    computer.http.close()
    finally:
        opened.door.close()
        opened.services.reports.close()
        opened.services.contacts.close()
        opened.snapshots.close()


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, unpacked."""

    status_code: int
    headers: Mapping[str, str]  #: names in any case
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode(errors="replace")


@dataclass
class Computer:
    """A computer's side of the dialogue, call by call; it trusts what it is told."""

    address: str
    client_id: str = "e1da06a3-5601-43c9-bac3-52d5db701494"
    name: str = "pc1.example.com"
    protocol: str = "2.90"
    encoding: str = "identity"
    version: SoapVersion = SoapVersion.SOAP_11
    http: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=30, trust_env=False))
    cookie: Cookie | None = None
    last_change: str = ""

    def post(self, operation: Operation[Any, Any], request: Any, **headers: str) -> Answer:
        """Send one message."""
        return self.post_body(
            SERVICES[operation.namespace],
            operation.encode_request(request, self.version),
            **{"SOAPAction": f'"{operation.action}"', **headers},
        )

    def post_body(self, path: str, body: bytes, **headers: str) -> Answer:
        """Send any bytes."""
        answer = self.http.post(
            self.address + path,
            content=body,
            headers={
                "Content-Type": self.version.content_type(),
                "Accept-Encoding": self.encoding,
                "User-Agent": USER_AGENT,
                **headers,
            },
        )
        content = answer.content
        if answer.headers.get("Content-Encoding") == "xpress":
            reader = XpressReader()
            content = reader.feed(content)
            reader.close()
        return Answer(answer.status_code, answer.headers, content)

    def call(self, operation: Operation[Any, Any], request: Any) -> Any:
        """Send one message and return the decoded answer. Raises SoapFault."""
        answer = self.post(operation, request)
        assert answer.status_code in (200, 500), answer.text
        return operation.decode_response(answer.content)

    def shake_hands(self, *, register: bool = True) -> None:
        """Everything before the first scan."""
        config = self.call(operations.GET_CONFIG, GetConfigRequest(protocol_version=self.protocol))
        self.last_change = config.last_change
        self.renew()
        if register:
            self.register()

    def renew(self) -> None:
        """A new cookie; the old one is shown."""
        token = self.call(
            operations.GET_AUTHORIZATION_COOKIE,
            GetAuthorizationCookieRequest(client_id=self.client_id, dns_name=self.name),
        ).authorization_cookie
        self.cookie = self.call(
            operations.GET_COOKIE,
            GetCookieRequest(
                auth_cookies=(token,),
                old_cookie=self.cookie,
                last_change=self.last_change,
                current_time=clock.now(),
                protocol_version=self.protocol,
            ),
        ).cookie

    def register(self) -> None:
        info = ComputerInfo(
            dns_name=self.name, os_major_version=10, os_minor_version=0, os_build_number=26200
        )
        self.call(
            operations.REGISTER_COMPUTER,
            RegisterComputerRequest(cookie=self.cookie, computer_info=info),
        )

    def take_cookie(self, answer: Any) -> None:
        """Keep the NewCookie of an answer's tree."""
        self.cookie = read_cookie_of(next(answer.iter("{*}NewCookie")))

    def scan(self, **parameters: Any) -> SyncInfo:
        """One SyncUpdates; the new cookie is kept."""
        found: SyncInfo = self.call(
            operations.SYNC_UPDATES,
            sync_updates.SyncUpdatesRequest(
                cookie=self.cookie, parameters=sync_updates.SyncUpdateParameters(**parameters)
            ),
        )
        self.cookie = found.new_cookie
        return found
