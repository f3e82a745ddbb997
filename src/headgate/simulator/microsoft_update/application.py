"""The simulator's doors: two SOAP services, update files, and the lab's own pages.

All routes on one screen, paths without regard to letter case as IIS has it (FACTS 1.1).
``/ServerSyncWebService/ServerSyncProxy.asmx``, which the WSDL names, answers 404 as a real one.
"""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from headgate.errors import MalformedMessage
from headgate.simulator.microsoft_update.call import Call, refusal
from headgate.simulator.microsoft_update.departures import WeatheredResponse
from headgate.simulator.microsoft_update.downloads import download
from headgate.simulator.microsoft_update.upstream import Upstream
from headgate.simulator.microsoft_update.weather import Mishap, UnknownWeather, weather_named
from headgate.wire import soap, xpress
from headgate.wire.faults import ErrorCode, SoapFault, write_fault

_SERVER_SYNC = "/serversyncwebservice/serversyncwebservice.asmx"
_DSS_AUTH = "/dssauthwebservice/dssauthwebservice.asmx"
_WEB_PAGE = (
    b"<!DOCTYPE html><html><head><title>Down for maintenance</title></head><body></body></html>"
)
#: Larger answers go uncompressed: our compressor is Python, and clients accept both (FACTS 1.5).
_XPRESS_UP_TO = 131_072


def build_application(upstream: Upstream) -> ASGIApp:
    """Return the ASGI application that serves ``upstream``."""
    doors = _Doors(upstream)
    routes = [
        Route(_SERVER_SYNC, doors.server_sync, methods=["POST"]),
        Route(_DSS_AUTH, doors.dss_auth, methods=["POST"]),
        Route("/content/{folder}/{name}", doors.file, methods=["GET", "HEAD"]),
        Route("/msdownload/{place:path}", doors.file, methods=["GET", "HEAD"]),
        Route("/lab/ready", doors.ready, methods=["GET"]),
        Route("/lab/advance", doors.advance, methods=["POST"]),
        Route("/lab/weather", doors.weather, methods=["GET", "POST"]),
        Route("/lab/statistics", doors.statistics, methods=["GET"]),
    ]
    return _AnyCase(Starlette(routes=routes))


class _AnyCase:
    """Lets routes see paths in lower case; the path as it came stays in ``headgate.path``."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            scope = {**scope, "path": path.lower(), "headgate.path": path}
        await self._application(scope, receive, send)


class _Doors:
    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def server_sync(self, request: Request) -> Response:
        return await self._soap(request, self._upstream.calls.server_sync)

    async def dss_auth(self, request: Request) -> Response:
        return await self._soap(request, self._upstream.calls.dss_auth)

    async def _soap(self, request: Request, answer: Callable[[Call], bytes]) -> Response:
        body = await request.body()
        try:
            call = _call(request, body)
        except MalformedMessage:
            self._upstream.tally.count("refused", "no SOAP")
            return Response("Bad Request", status_code=400, headers={"Connection": "close"})
        with self._upstream.tally.at_once(call.operation):
            await asyncio.sleep(self._upstream.sky.pace.before)
            accepted = request.headers.get("accept-encoding", "").lower()
            return await run_in_threadpool(self._answer, call, answer, "xpress" in accepted)

    def _answer(
        self, call: Call, answer: Callable[[Call], bytes], accepts_xpress: bool
    ) -> Response:
        self._upstream.tally.count("calls", call.operation)
        match self._upstream.sky.mishap(call.operation, call.question):
            case Mishap.WEB_PAGE:
                return Response(_WEB_PAGE, media_type="text/html")
            case Mishap.PLAIN_ERROR:
                return Response("Server Error", status_code=500, media_type="text/plain")
            case Mishap.BUSY:
                return self._leave(call, refusal(call, ErrorCode.SERVER_BUSY, at_fault="Server"))
        try:
            return self._leave(call, answer(call), accepts_xpress)
        except SoapFault as fault:
            return self._leave(call, fault, accepts_xpress)

    def _leave(self, call: Call, said: bytes | SoapFault, accepts_xpress: bool = False) -> Response:
        version, tally = call.envelope.version, self._upstream.tally
        headers = {"Content-Type": version.content_type(), "Cache-Control": "private, max-age=0"}
        if isinstance(said, SoapFault):
            tally.count("faults", said.code)
            headers |= {"Connection": "close", "Cache-Control": "private"}
            body, status = write_fault(said, version), 500
        else:
            body, status = said, 200
        if accepts_xpress and len(body) <= _XPRESS_UP_TO:
            body, headers = xpress.compress(body), {**headers, "Content-Encoding": "xpress"}
        cut = self._upstream.sky.cut(call.operation + call.question.hex(), len(body))
        if cut is not None:
            tally.count("cut", call.operation)
        tally.count("bytes", call.operation, len(body) if cut is None else cut)
        return WeatheredResponse(
            body, status_code=status, headers=headers, pace=self._upstream.sky.pace, cut=cut
        )

    async def file(self, request: Request) -> Response:
        return await run_in_threadpool(download, request, self._upstream)

    async def ready(self, request: Request) -> Response:
        publisher = self._upstream.publisher
        return JSONResponse({"world": publisher.world.name, "month": publisher.month})

    async def advance(self, request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(self._upstream.advance))

    async def weather(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                wanted = weather_named(str((await request.json())["weather"]))
            except (json.JSONDecodeError, KeyError, TypeError):
                return JSONResponse({"error": 'Send {"weather": NAME}.'}, status_code=400)
            except UnknownWeather as error:
                return JSONResponse({"error": error.sentence()}, status_code=400)
            self._upstream.sky.change(wanted)
        return JSONResponse({"weather": self._upstream.sky.weather})

    async def statistics(self, request: Request) -> Response:
        told: dict[str, Any] = self._upstream.tally.snapshot()
        return JSONResponse(told)


def _call(request: Request, body: bytes) -> Call:
    """Return the call in ``body``. Raises MalformedMessage."""
    server = request.scope.get("server") or ("127.0.0.1", 80)
    host = request.headers.get("host") or f"{server[0]}:{server[1]}"
    return Call(
        envelope=soap.read_request(body),
        address=f"http://{host}",
        path=request.scope["headgate.path"],
    )
