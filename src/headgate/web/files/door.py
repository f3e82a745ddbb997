"""GET and HEAD of ``/Content/<XX>/<SHA-1>.<ext>`` (FACTS §6.2, [MS-WUSP] 2.2.2.5)."""

import asyncio

import anyio
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from headgate.services.clients.content import (
    QUARANTINE_SECONDS,
    ClientContent,
    FileInQuarantine,
    NoSuchFile,
    ServedFile,
)
from headgate.web.any_case import AnyCaseRoute
from headgate.web.files import byte_ranges
from headgate.web.files.byte_ranges import NotSatisfiable
from headgate.web.files.response import READERS, FileResponse, etag_of, last_modified_of

#: Seconds after which a file nobody has asked for again is closed.
_CLOSE_AFTER = 1.1


def file_routes(content: ClientContent) -> list[AnyCaseRoute]:
    """Return the routes of update files."""
    door = _FileDoor(content)
    return [AnyCaseRoute("/content/{folder}/{name}", door, methods=["GET", "HEAD"])]


class _FileDoor:
    def __init__(self, content: ClientContent) -> None:
        self._content = content

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            file = await self._opened(**scope["path_params"])
        except NoSuchFile as exc:
            response: ASGIApp = PlainTextResponse(f"{exc.message}\n", 404)
        except FileInQuarantine as exc:
            retry = {"Retry-After": str(QUARANTINE_SECONDS)}
            response = PlainTextResponse(f"{exc.message}\n", 503, retry)
        else:
            response = _answer(file, scope["method"], Headers(scope=scope))
        await response(scope, receive, send)

    async def _opened(self, folder: str, name: str) -> ServedFile:
        file = self._content.recent(folder, name)
        if file is None:
            # One trip to a thread for everything that asks the database and the disk.
            file = await anyio.to_thread.run_sync(self._content.open, folder, name, limiter=READERS)
            asyncio.get_running_loop().call_later(_CLOSE_AFTER, self._content.close_old)
        return file


def _answer(file: ServedFile, method: str, headers: Headers) -> ASGIApp:
    if method == "HEAD":  # a Range counts for GET alone (RFC 9110 14.2)
        return FileResponse(file, None, with_body=False)
    condition = headers.get("if-range")
    still_the_same = condition is None or condition in (etag_of(file), last_modified_of(file))
    asked = headers.get("range") if still_the_same else None
    try:
        pieces = byte_ranges.pieces(asked, file.size)
    except NotSatisfiable:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{file.size}"})
    return FileResponse(file, pieces, with_body=True)
