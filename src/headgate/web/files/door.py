"""GET and HEAD of ``/Content/<XX>/<SHA-1>.<ext>`` (FACTS §6.2, [MS-WUSP] 2.2.2.5)."""

import asyncio

import anyio
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from headgate.errors import HeadgateError
from headgate.logs import get_logger
from headgate.services.clients.content import (
    QUARANTINE_SECONDS,
    ClientContent,
    FileInQuarantine,
    NoSuchFile,
    ServedFile,
)
from headgate.web.any_case import AnyCaseRoute
from headgate.web.files import byte_ranges, conditions
from headgate.web.files.byte_ranges import NotSatisfiable
from headgate.web.files.response import READERS, FileResponse, etag_of, last_modified_of

_log = get_logger(__name__)

#: Seconds after which a computer asks again for what could not be looked up or opened.
_RETRY_AFTER = 60

_NOT_NOW = "This update file cannot be read here at the moment. Ask again later.\n"

#: What of a request counts here.
_FIELDS = conditions.FIELDS | {b"range", b"if-range"}

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
        except HeadgateError as exc:  # the database or the disk; strangers need not know which
            _log.error("file not sent", path=scope["path"], reason=exc.message)
            retry = {"Retry-After": str(_RETRY_AFTER)}
            response = PlainTextResponse(_NOT_NOW, 503, retry)
        else:
            response = self._answer(file, scope["method"], _asked(scope))
        await response(scope, receive, send)

    async def _opened(self, folder: str, name: str) -> ServedFile:
        file = self._content.recent(folder, name)
        if file is None:
            # One trip to a thread for everything that asks the database and the disk.
            file = await anyio.to_thread.run_sync(self._content.open, folder, name, limiter=READERS)
            asyncio.get_running_loop().call_later(_CLOSE_AFTER, self._content.close_old)
        return file

    def _answer(self, file: ServedFile, method: str, asked: dict[bytes, str]) -> ASGIApp:
        if not conditions.FIELDS.isdisjoint(asked):
            status = conditions.unmet(asked, etag_of(file), file.stored_at)
            if status is not None:
                named = {"ETag": etag_of(file), "Last-Modified": last_modified_of(file)}
                return Response(status_code=status, headers=named)
        read = self._content.read
        if method == "HEAD":  # a Range counts for GET alone (RFC 9110 14.2)
            return FileResponse(file, None, read=read, with_body=False)
        condition = asked.get(b"if-range")
        still_the_same = condition is None or condition in (etag_of(file), last_modified_of(file))
        ranges = asked.get(b"range") if still_the_same else None
        try:
            pieces = byte_ranges.pieces(ranges, file.size)
        except NotSatisfiable:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{file.size}"})
        return FileResponse(file, pieces, read=read, with_body=True)


def _asked(scope: Scope) -> dict[bytes, str]:
    """Return what counts of the headers; a field in several lines is one with commas."""
    found: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in _FIELDS:
            text = value.decode("latin-1")
            found[name] = f"{found[name]}, {text}" if name in found else text
    return found
