"""A file, or pieces of it, on its way: 1 MiB at a time, with its length said before.

Reading is done in threads, so that a slow disk holds up nobody else. Never compressed, never
chunked: downloaders compare sizes with what the metadata declare (FACTS §6.2).
"""

import os
import secrets
from collections.abc import Iterator
from email.utils import format_datetime

import anyio
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from headgate.services.client_content import ServedFile
from headgate.web.files.byte_ranges import Piece

CHUNK = 1024 * 1024
_OCTETS = "application/octet-stream"

#: Threads that read at once; they wait for the disk and give the interpreter back meanwhile.
READERS = anyio.CapacityLimiter(8)


class FileResponse(Response):
    """The whole file, one piece (206) or several (206, multipart)."""

    def __init__(self, file: ServedFile, pieces: list[Piece] | None, *, with_body: bool) -> None:
        self._file = file
        self._with_body = with_body
        headers = _headers(file)
        self._parts: list[bytes | Piece]
        if pieces is None:
            status, media_type = 200, _OCTETS
            self._parts = [Piece(0, file.size - 1)] if file.size else []
        elif len(pieces) == 1:
            status, media_type = 206, _OCTETS
            headers["Content-Range"] = pieces[0].content_range(file.size)
            self._parts = [pieces[0]]
        else:
            boundary = secrets.token_hex(12)
            status, media_type = 206, f"multipart/byteranges; boundary={boundary}"
            self._parts = list(_multipart(pieces, boundary, file.size))
        length = sum(len(one) if isinstance(one, bytes) else one.size for one in self._parts)
        headers["Content-Length"] = str(length)
        super().__init__(None, status, headers, media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send headers and parts; stop when nobody listens any more. Always closes the file."""
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._stop_when_left, receive, tasks.cancel_scope)
                await self._send_all(send)
                tasks.cancel_scope.cancel()
        finally:
            self._file.stream.close()

    async def _stop_when_left(self, receive: Receive, scope: anyio.CancelScope) -> None:
        """Wait for the reader to leave: without this a file of gigabytes is read for nobody."""
        while (await receive())["type"] != "http.disconnect":
            pass
        scope.cancel()

    async def _send_all(self, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        for part in self._parts if self._with_body else ():
            if isinstance(part, bytes):
                await _send(send, part)
            else:
                await self._send_piece(part, send)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_piece(self, piece: Piece, send: Send) -> None:
        descriptor = self._file.stream.fileno()
        at = piece.first
        while at <= piece.last:
            wanted = min(CHUNK, piece.last + 1 - at)
            data = await anyio.to_thread.run_sync(os.pread, descriptor, wanted, at, limiter=READERS)
            if not data:  # cut while it was read: the connection must not end as if all were well
                raise OSError("the file is shorter than it was")
            await _send(send, data)
            at += len(data)


def short_piece(file: ServedFile, piece: Piece) -> Response:
    """Return a piece of at most ``CHUNK`` bytes, read already: what agents ask for all day.

    Raises OSError when the file is shorter than it was.
    """
    with file.stream as stream:
        data = os.pread(stream.fileno(), piece.size, piece.first)
    if len(data) != piece.size:
        raise OSError("the file is shorter than it was")
    headers = _headers(file) | {"Content-Range": piece.content_range(file.size)}
    return Response(data, 206, headers, _OCTETS)


def _headers(file: ServedFile) -> dict[str, str]:
    return {
        "Accept-Ranges": "bytes",
        "ETag": etag_of(file),
        "Last-Modified": last_modified_of(file),
        "X-Content-Type-Options": "nosniff",
    }


def etag_of(file: ServedFile) -> str:
    """Return the file's entity tag: its digest, so that every server has the same one."""
    return f'"{file.sha1.hex().upper()}"'


def last_modified_of(file: ServedFile) -> str:
    """Return when the file came, as HTTP writes it."""
    return format_datetime(file.stored_at, usegmt=True)


def _multipart(pieces: list[Piece], boundary: str, size: int) -> Iterator[bytes | Piece]:
    """Yield what stands around the pieces; BITS reads at most 180 bytes of headers in each."""
    for number, piece in enumerate(pieces):
        before = "" if number == 0 else "\r\n"
        yield (
            f"{before}--{boundary}\r\nContent-Type: {_OCTETS}\r\n"
            f"Content-Range: {piece.content_range(size)}\r\n\r\n"
        ).encode()
        yield piece
    yield f"\r\n--{boundary}--\r\n".encode()


async def _send(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})
