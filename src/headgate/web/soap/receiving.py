"""Reading a request's body: bounded in bytes, in time, and in what all requests hold together."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from starlette.datastructures import Headers
from starlette.types import Receive

from headgate.web.soap.room import Share

T = TypeVar("T")

#: Longer than any honest request: 5,000 cached ids are 90 KB, a driver pass 50 KB (FACTS §3.1).
MOST_BYTES = 8 * 1024 * 1024

#: Seconds a whole request may take to arrive.
PATIENCE = 60.0

#: Seconds a sender is listened to after it was turned away in the middle of its request.
LINGER = 2.0

#: What every request may hold of a room of its own: ordinary ones never wait for large ones.
SMALL_BYTES = 64 * 1024


class Gone(Exception):
    """The sender has hung up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is read, and for how long."""

    most_bytes: int = MOST_BYTES
    patience: float = PATIENCE  #: seconds


class Unreadable(Exception):
    """The request is answered with a status, before it was looked at."""

    def __init__(self, status: HTTPStatus, said: str) -> None:
        super().__init__(said)
        self.status = status
        self.said = said


class Incoming:
    """One request's body, and whether its sender still listens."""

    def __init__(self, headers: Headers, receive: Receive, limits: Limits) -> None:
        self._headers = headers
        self._receive = receive
        self._limits = limits
        self._is_whole = False

    async def read(self, share: Share, small: Share) -> bytes:
        """Return the whole body; what it holds is taken of ``small`` first, then of ``share``.

        Raises Unreadable (too large, too slow, encoded), NoRoom, and Gone.
        """
        self._refuse_by_headers()
        try:
            async with asyncio.timeout(self._limits.patience):
                return await self._read(share, small)
        except TimeoutError as error:
            raise Unreadable(
                HTTPStatus.REQUEST_TIMEOUT, "The request took too long to arrive."
            ) from error

    async def unless_gone(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what ``work`` returns; it is given up when the sender hangs up: raises Gone."""
        doing = asyncio.ensure_future(work)
        leaving = asyncio.ensure_future(self._receive())  # the body is whole: nothing else comes
        try:
            await asyncio.wait({doing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                raise Gone
            return doing.result()
        finally:
            doing.cancel()
            leaving.cancel()

    async def read_past(self) -> None:
        """Read what is left and forget it, for a moment, after an answer that came too early.

        A connection that is closed while its sender still writes is reset, and the answer with it.
        """
        try:
            async with asyncio.timeout(LINGER):
                while not self._is_whole:
                    await self._chunk()
        except (TimeoutError, Gone):
            return

    @property
    def is_whole(self) -> bool:
        """Whether everything has been read."""
        return self._is_whole

    def _refuse_by_headers(self) -> None:
        declared = self._headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self._limits.most_bytes:
            raise _too_large()
        if self._headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise Unreadable(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Requests are not compressed.")

    async def _read(self, share: Share, small: Share) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while not self._is_whole:
            chunk = await self._chunk()
            before, size = size, size + len(chunk)
            if size > self._limits.most_bytes:
                raise _too_large()
            if before < SMALL_BYTES:
                small.take(min(size, SMALL_BYTES) - before)
            if size > SMALL_BYTES:
                share.take(size - max(before, SMALL_BYTES))
            chunks.append(chunk)
        return b"".join(chunks)

    async def _chunk(self) -> bytes:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise Gone
        self._is_whole = not message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        return chunk


def _too_large() -> Unreadable:
    return Unreadable(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The request is larger than any honest one."
    )
