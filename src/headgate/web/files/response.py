"""A file, or pieces of it, on its way: 1 MiB at a time, with its length said before.

What the system has in its memory goes from there into the connection, where that is possible; the
rest is read in threads, so that a slow disk holds up nobody else. Never compressed, never chunked:
downloaders compare sizes with what the metadata declare (FACTS §6.2).
"""

import asyncio
import os
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

import anyio
from starlette.types import Receive, Scope, Send

from headgate.services.clients.content import ServedFile
from headgate.web import zero_copy
from headgate.web.files.byte_ranges import Piece

CHUNK = 1024 * 1024
#: How far apart a piece is looked at; and where what is found there goes.
_PROBE = 256 * 1024
_PROBED = [bytearray(1)]

_OCTETS = "application/octet-stream"

#: Reads so many bytes of a file at a place, in a thread. Raises OSError.
Read = Callable[[ServedFile, int, int], bytes]

#: Threads that read at once; they wait for the disk and give the interpreter back meanwhile.
READERS = anyio.CapacityLimiter(8)


class FileResponse:
    """The whole file, one piece (206) or several (206, multipart), as an ASGI application."""

    def __init__(
        self, file: ServedFile, pieces: list[Piece] | None, *, read: Read, with_body: bool
    ) -> None:
        self._file = file
        self._read = read
        self._with_body = with_body
        self._status, media_type, more = 206, _OCTETS, []
        self._parts: list[bytes | Piece]
        if pieces is None:
            self._status = 200
            self._parts = [Piece(0, file.size - 1)] if file.size else []
        elif len(pieces) == 1:
            more = [(b"content-range", pieces[0].content_range(file.size).encode())]
            self._parts = [pieces[0]]
        else:
            boundary = secrets.token_hex(12)
            media_type = f"multipart/byteranges; boundary={boundary}"
            self._parts = list(_multipart(pieces, boundary, file.size))
        self._length = sum(len(one) if isinstance(one, bytes) else one.size for one in self._parts)
        self._headers = [
            *_headers(file.sha1, file.stored_at),
            *more,
            (b"content-type", media_type.encode()),
            (b"content-length", b"%d" % self._length),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send headers and parts; stop when nobody listens any more."""
        zero_copied = zero_copy.EXTENSION in scope.get("extensions", ())
        if self._length <= CHUNK:  # so little may be read for nobody
            await self._send_all(send, zero_copied)
            return
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._stop_when_left, receive, tasks.cancel_scope)
            await self._send_all(send, zero_copied)
            tasks.cancel_scope.cancel()

    async def _stop_when_left(self, receive: Receive, scope: anyio.CancelScope) -> None:
        """Wait for the reader to leave: without this a file of gigabytes is read for nobody."""
        while (await receive())["type"] != "http.disconnect":
            pass
        scope.cancel()

    async def _send_all(self, send: Send, zero_copied: bool) -> None:
        await send(
            {"type": "http.response.start", "status": self._status, "headers": self._headers}
        )
        for part in self._parts if self._with_body else ():
            if isinstance(part, bytes):
                await _send(send, part)
            else:
                await self._send_piece(part, send, zero_copied)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_piece(self, piece: Piece, send: Send, zero_copied: bool) -> None:
        opened = self._file.opened
        at = piece.first
        while at <= piece.last:
            wanted = min(CHUNK, piece.last + 1 - at)
            if zero_copied and _is_in_memory(opened.fileno(), at, wanted):
                await send(
                    {"type": zero_copy.EXTENSION, "file": opened, "offset": at, "count": wanted}
                )
                at += wanted
                if at <= piece.last:
                    await asyncio.sleep(0)  # others have their turn
                continue
            data = await anyio.to_thread.run_sync(
                self._read, self._file, wanted, at, limiter=READERS
            )
            if not data:  # cut while it was read: the connection must not end as if all were well
                raise OSError("the file is shorter than it was")
            await _send(send, data)
            at += len(data)


def _is_in_memory(descriptor: int, start: int, count: int) -> bool:
    """Whether bytes of a file can be had without waiting for a disk, as far as some of them tell.

    False too where the file system cannot say.
    """
    last = start + count - 1
    try:
        return all(
            os.preadv(descriptor, _PROBED, at, os.RWF_NOWAIT)
            for at in (*range(start, last, _PROBE), last)
        )
    except OSError:
        return False


@lru_cache(maxsize=64)
def _headers(sha1: bytes, stored_at: datetime) -> list[tuple[bytes, bytes]]:
    """Return what is the same in every answer about a file."""
    return [
        (b"accept-ranges", b"bytes"),
        (b"etag", _etag(sha1).encode()),
        (b"last-modified", format_datetime(stored_at, usegmt=True).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]


def etag_of(file: ServedFile) -> str:
    """Return the file's entity tag: its digest, so that every server has the same one."""
    return _etag(file.sha1)


def _etag(sha1: bytes) -> str:
    return f'"{sha1.hex().upper()}"'


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
