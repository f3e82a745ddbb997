"""A tiny update server that a test may make misbehave, over real HTTP on 127.0.0.1.

Left alone it is honest in the simplest way there is: it knows a handful of revisions, hands out
those whose prerequisites the request lists as installed, and serves their files in ranges. A test
changes what it knows, puts faults in front of an operation (``faults``), or bends an answer
(``bend``) to see whether the agent refuses it.
"""

import base64
import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from headgate.wire import faults, soap, xpress
from headgate.wire.clientsync import operations
from headgate.wire.clientsync.file_locations import FileLocation
from headgate.wire.clientsync.get_authorization_cookie import GetAuthorizationCookieResponse
from headgate.wire.clientsync.get_config import AuthPlugInInfo, GetConfigResponse
from headgate.wire.clientsync.get_cookie import GetCookieResponse
from headgate.wire.clientsync.get_extended_update_info import ExtendedUpdateInfo
from headgate.wire.clientsync.refresh_cache import RefreshCacheResponse, RefreshCacheResult
from headgate.wire.clientsync.register_computer import RegisterComputerResponse
from headgate.wire.clientsync.report_event_batch import ReportEventBatchResponse
from headgate.wire.clientsync.reporting_event import ReportingEvent
from headgate.wire.clientsync.start_category_scan import StartCategoryScanResponse
from headgate.wire.clientsync.sync_info import SyncInfo
from headgate.wire.clientsync.update_data import UpdateData
from headgate.wire.clientsync.update_info import Deployment, UpdateInfo, escape_fragment
from headgate.wire.cookie import AuthorizationCookie, Cookie
from headgate.wire.faults import SoapFault
from headgate.wire.soap import SoapVersion
from headgate.wire.values import UpdateIdentity

MICROSOFT = "56309036-4c77-4dd9-951a-99ee9c246a94"
WINDOWS = "6964aab4-c5b5-43bd-a17d-ffb4346a8e1d"
FIX = "11111111-0000-4000-8000-000000000001"
CHANGE = "2026-10-04T13:17:07.59Z"


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One revision the server knows."""

    number: int
    update_id: str
    kind: str = "Software"
    needs: tuple[str, ...] = ()
    rules: str = "<IsInstalled><True /></IsInstalled>"
    bundled: str = ""
    action: str = "Install"
    is_leaf: bool = True
    files: tuple[tuple[str, bytes], ...] = ()
    restart: str = "NeverReboots"
    title: str = "An update"

    @property
    def core(self) -> str:
        needs = "".join(f'<UpdateIdentity UpdateID="{one}" />' for one in self.needs)
        relations = (f"<Prerequisites>{needs}</Prerequisites>" if needs else "") + self.bundled
        return (
            f'<UpdateIdentity UpdateID="{self.update_id}" RevisionNumber="100" />'
            f'<Properties UpdateType="{self.kind}" />'
            + (f"<Relationships>{relations}</Relationships>" if relations else "")
            + (f"<ApplicabilityRules>{self.rules}</ApplicabilityRules>" if self.rules else "")
        )

    @property
    def extended(self) -> str:
        files = "".join(
            f'<File Digest="{_base64(hashlib.sha1(data).digest())}" DigestAlgorithm="SHA1" '
            f'FileName="{name}" Size="{len(data)}"><AdditionalDigest Algorithm="SHA256">'
            f"{_base64(hashlib.sha256(data).digest())}</AdditionalDigest></File>"
            for name, data in self.files
        )
        return (
            '<ExtendedProperties DefaultPropertiesLanguage="en">'
            f'<InstallationBehavior RebootBehavior="{self.restart}" /></ExtendedProperties>'
            f"<Files>{files}</Files>"
        )

    @property
    def localized(self) -> str:
        return (
            "<LocalizedProperties><Language>en</Language>"
            f"<Title>{self.title}</Title></LocalizedProperties>"
        )

    @property
    def deployment(self) -> Deployment:
        return Deployment(id=self.number + 1000, action=self.action, last_change_time="2026-10-04")

    @property
    def info(self) -> UpdateInfo:
        return UpdateInfo(
            id=self.number,
            deployment=self.deployment,
            is_leaf=self.is_leaf,
            xml=escape_fragment(self.core),
        )


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def category(number: int, update_id: str, *needs: str) -> Revision:
    """A category every computer is in."""
    return Revision(
        number=number,
        update_id=update_id,
        kind="Category",
        needs=needs,
        action="Evaluate",
        is_leaf=False,
    )


def fix(**facts: Any) -> Revision:
    """An update that sets a registry value, for Windows."""
    rule = (
        '<b.RegSz Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\\Lab" Value="Fixed" '
        'Comparison="EqualTo" Data="yes" />'
    )
    usual: dict[str, Any] = {
        "number": 30,
        "update_id": FIX,
        "needs": (WINDOWS,),
        "rules": f"<IsInstalled>{rule}</IsInstalled><IsInstallable><True /></IsInstallable>",
        "files": (("fix.exe", b"the fix " * 400_000),),
        "title": "The fix",
    }
    return Revision(**{**usual, **facts})


def three_levels() -> list[Revision]:
    """The company, its family, and an update."""
    return [category(1, MICROSOFT), category(2, WINDOWS, MICROSOFT), fix()]


Bend = Callable[[Any], Any]


@dataclass
class TinyServer:
    """What the server knows, and what it was asked."""

    revisions: list[Revision]
    compressed: bool = True
    damaged: bool = False  #: compressed answers lack their last byte
    port: int = 0
    asked: list[tuple[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    events: list[ReportingEvent] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    bend: dict[str, Bend] = field(default_factory=dict)
    bend_text: dict[str, tuple[str, str]] = field(default_factory=dict)
    content: Callable[[str, bytes], bytes] = lambda _name, data: data
    life: timedelta = timedelta(minutes=60)
    serial: int = 0
    config_life: str = CHANGE

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def operations(self) -> list[str]:
        """What was asked, in order."""
        return [name for name, _ in self.asked]

    def requests(self, operation: str) -> list[Any]:
        """The requests of one operation."""
        return [request for name, request in self.asked if name == operation]

    def next_cookie(self) -> Cookie:
        self.serial += 1
        return Cookie(expiration=datetime.now(UTC) + self.life, encrypted_data=b"%d" % self.serial)

    def answer(self, operation: str, request: Any) -> Any:
        """The honest answer."""
        match operation:
            case "GetConfig":
                plug_in = AuthPlugInInfo(
                    plug_in_id="SimpleTargeting", service_url="SimpleAuthWebService/SimpleAuth.asmx"
                )
                return GetConfigResponse(
                    last_change=self.config_life,
                    is_registration_required=True,
                    auth_info=(plug_in,),
                    properties=(("MaxExtendedUpdatesPerRequest", "2"), ("ProtocolVersion", "3.2")),
                )
            case "GetAuthorizationCookie":
                return GetAuthorizationCookieResponse(
                    authorization_cookie=AuthorizationCookie(
                        plug_in_id="SimpleTargeting", cookie_data=b"ticket"
                    )
                )
            case "GetCookie":
                return GetCookieResponse(cookie=self.next_cookie())
            case "RegisterComputer":
                return RegisterComputerResponse()
            case "SyncUpdates":
                return self._scan(request.parameters)
            case "StartCategoryScan":
                asked = request.requested_categories
                return StartCategoryScanResponse(
                    preferred_category_ids=tuple(one.category_id for one in asked)
                )
            case "RefreshCache":
                return self._refreshed(request.global_ids)
            case "GetExtendedUpdateInfo":
                return self._extended(request.revision_ids)
            case "ReportEventBatch":
                self.events += request.event_batch
                return ReportEventBatchResponse(accepted=True)
        raise AssertionError(operation)

    def _scan(self, asked: Any) -> SyncInfo:
        if asked.skip_software_sync:
            return SyncInfo(
                truncated=False, new_cookie=self.next_cookie(), driver_sync_not_needed=True
            )
        installed = set(asked.installed_non_leaf_update_ids or ())
        cached = installed | set(asked.other_cached_update_ids or ())
        ids = {one.update_id for one in self.revisions if one.number in installed}
        known = {one.number for one in self.revisions}
        ready = [one for one in self.revisions if set(one.needs) <= ids]
        return SyncInfo(
            new_updates=tuple(one.info for one in ready if one.number not in cached),
            out_of_scope_revision_ids=tuple(sorted(cached - known)),
            truncated=False,
            new_cookie=self.next_cookie(),
            driver_sync_not_needed=False,
        )

    def _refreshed(self, identities: tuple[UpdateIdentity, ...]) -> RefreshCacheResponse:
        by_id = {one.update_id: one for one in self.revisions}
        found = [by_id[one.update_id] for one in identities if one.update_id in by_id]
        return RefreshCacheResponse(
            results=tuple(
                RefreshCacheResult(
                    revision_id=one.number,
                    global_id=UpdateIdentity(one.update_id, 100),
                    is_leaf=one.is_leaf,
                    deployment=one.deployment,
                )
                for one in found
            )
        )

    def _extended(self, numbers: tuple[int, ...]) -> ExtendedUpdateInfo:
        asked = [one for one in self.revisions if one.number in numbers]
        files = {hashlib.sha1(data).digest(): name for one in asked for name, data in one.files}
        return ExtendedUpdateInfo(
            updates=(
                *(UpdateData(id=one.number, xml=escape_fragment(one.extended)) for one in asked),
                *(UpdateData(id=one.number, xml=escape_fragment(one.localized)) for one in asked),
            ),
            file_locations=tuple(
                FileLocation(file_digest=digest, url=f"{self.address}/Content/{name}")
                for digest, name in files.items()
            ),
        )

    def file(self, name: str) -> bytes:
        found = {known: data for one in self.revisions for known, data in one.files}
        return self.content(name, found[name])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    tiny: TinyServer

    def do_POST(self) -> None:
        tiny = self.tiny
        body = self.rfile.read(int(self.headers["Content-Length"]))
        envelope = soap.read_request(body)
        operation = operations.OPERATIONS[envelope.operation]
        request = operation.decode_request(envelope)
        tiny.asked.append((operation.name, request))
        tiny.headers.append(dict(self.headers))
        if tiny.statuses[operation.name]:
            self._send(tiny.statuses[operation.name].pop(0), b"busy", {})
            return
        if tiny.faults[operation.name]:
            fault = SoapFault(tiny.faults[operation.name].pop(0))
            self._answer(500, faults.write_fault(fault))
            return
        answer = tiny.answer(operation.name, request)
        answer = tiny.bend.get(operation.name, lambda same: same)(answer)
        text = operation.encode_response(answer, SoapVersion.SOAP_11)
        for old, new in [tiny.bend_text.get(operation.name, ("", ""))]:
            text = text.replace(old.encode(), new.encode()) if old else text
        self._answer(200, text)

    def _answer(self, status: int, body: bytes) -> None:
        if self.tiny.compressed:
            packed = xpress.compress(body)
            kept = packed[:-1] if self.tiny.damaged else packed
            self._send(status, kept, {"Content-Encoding": "xpress"})
        else:
            self._send(status, body, {})

    def do_GET(self) -> None:
        tiny = self.tiny
        name = self.path.rpartition("/")[2]
        wanted = self.headers.get("Range", "")
        tiny.ranges.append(wanted)
        first, last = map(int, wanted.removeprefix("bytes=").split("-"))
        data = tiny.file(name)
        piece = data[first : last + 1]
        ending = first + len(piece) - 1
        self._send(
            206,
            piece,
            {"Content-Range": f"bytes {first}-{ending}/{len(data)}", "ETag": '"same"'},
        )

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self._headers_buffer.append(b"\r\n" + body)  # type: ignore[attr-defined]
        self.flush_headers()

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def tiny_server(revisions: list[Revision] | None = None, **facts: Any) -> Iterator[TinyServer]:
    """Serve on a free port while the context lasts."""
    tiny = TinyServer(revisions=revisions if revisions is not None else three_levels(), **facts)
    handler = type("Handler", (_Handler,), {"tiny": tiny})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        tiny.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield tiny
        finally:
            server.shutdown()
            thread.join()


def renumbered(revisions: list[Revision]) -> list[Revision]:
    """The same revisions as another server numbers them."""
    return [replace(one, number=one.number + 500) for one in revisions]
