"""The SOAP door itself: HTTP on one side, the dispatcher on the other.

Everything a stranger can do wrong below XML is settled here: methods, sizes, pace, crowds. Answers
always tell their length and are never chunked; large Cores leave piece by piece.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Scope, Send

from headgate.errors import StorageError
from headgate.logs import get_logger
from headgate.services.clients.core_texts import CoreTexts
from headgate.services.clients.refusals import Refusal
from headgate.services.clients.visitor import Visitor
from headgate.web.soap import encodings, replies
from headgate.web.soap.desk import Busy, Desk
from headgate.web.soap.dispatch import Dispatcher, Later, Ready, Request
from headgate.web.soap.encodings import Encoded
from headgate.web.soap.hints import Hint, hint_of
from headgate.web.soap.large_cores import LargeCores
from headgate.web.soap.receiving import Gone, Incoming, Limits, Unreadable
from headgate.web.soap.replies import Reply
from headgate.web.soap.room import NoRoom, Room
from headgate.wire.clientsync.update_info import LargeXml

_log = get_logger(__name__)

#: Seconds after which a computer that was turned away by a crowd comes again.
RETRY_AFTER = 30

#: Bytes written before it is waited for the receiver to take them.
_CHUNK = 256 * 1024

#: Bytes of one piece of a large Core.
_PIECE = 1024 * 1024

#: Seconds a receiver may take for one chunk.
_RECEIVER_PATIENCE = 120.0

_NOT_POST = "This is a service for Windows computers; it answers SOAP messages sent with POST."
_CROWDED = "The server is busy; ask again later."


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorLimits:
    """What the door lets happen at once."""

    body: Limits = field(default_factory=Limits)
    bodies: int = 128 * 1024 * 1024  #: bytes of large requests held at once
    small_bodies: int = 128 * 1024 * 1024  #: the same of small ones
    answers: int = 128 * 1024 * 1024  #: bytes of answers being sent at once
    waiting: int = 200  #: requests being worked on or waiting for it


class SoapDoor:
    """Answers POST on the service paths; one for the process."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        texts: CoreTexts,
        *,
        visitor_of: Callable[[HTTPConnection], Visitor],
        limits: DoorLimits | None = None,
    ) -> None:
        """``texts`` gives the pieces of large Cores; ``visitor_of`` tells who calls."""
        limits = limits or DoorLimits()
        self._dispatcher = dispatcher
        self._texts = texts
        self._visitor_of = visitor_of
        self._limits = limits.body
        self._bodies = Room(limits.bodies)
        self._small_bodies = Room(limits.small_bodies)
        self._answers = Room(limits.answers)
        self._desk = Desk(most_waiting=limits.waiting)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["method"] != "POST":
            await _send_plain(send, HTTPStatus.METHOD_NOT_ALLOWED, _NOT_POST, {"allow": "POST"})
            return
        headers = Headers(scope=scope)
        visitor = self._visitor_of(HTTPConnection(scope))
        incoming = Incoming(headers, receive, self._limits)
        accepted = encodings.accepted(headers.get("accept-encoding"))
        try:
            ready = await self._worked_out(incoming, visitor, accepted, hint_of(headers))
            with self._answers.share() as share:
                share.take(_most_held(ready.encoded))
                await self._send(ready.reply, ready.encoded, send, incoming)
        except Unreadable as refusal:
            self._dispatcher.note(visitor, "", f"HTTP {refusal.status.value}")
            await _turn_away(send, incoming, refusal.status, refusal.said)
        except (Busy, NoRoom):
            self._dispatcher.note(visitor, "", Refusal.SERVER_BUSY)
            later = {"retry-after": str(RETRY_AFTER)}
            await _turn_away(send, incoming, HTTPStatus.SERVICE_UNAVAILABLE, _CROWDED, later)
        except Gone:
            return

    def close(self) -> None:
        """Work on nothing more."""
        self._desk.close()

    async def _worked_out(
        self, incoming: Incoming, visitor: Visitor, accepted: frozenset[str], hint: Hint
    ) -> Ready:
        with self._bodies.share() as share, self._small_bodies.share() as small:
            body = await incoming.read(share, small)
            request = Request(body=body, visitor=visitor, encodings=accepted, hint=hint)
            return await incoming.unless_gone(self._answer(request))

    async def _answer(self, request: Request) -> Ready:
        found = await self._desk.compute(lambda: self._dispatcher.begin(request))
        return await self._desk.write(found.finish) if isinstance(found, Later) else found

    async def _send(self, reply: Reply, encoded: Encoded, send: Send, incoming: Incoming) -> None:
        coding = {"content-encoding": encoded.encoding} if encoded.encoding else {}
        await send(_start(reply, encoded.length, coding))
        texts = [part for part in encoded.parts if isinstance(part, bytes)]
        if encoded.length <= _CHUNK and len(texts) == len(encoded.parts):
            await send({"type": "http.response.body", "body": b"".join(texts)})
            return
        # What ends early is left unfinished, so that the server closes the connection.
        try:
            await incoming.unless_gone(self._send_long(encoded, send))
        except TimeoutError:
            _log.info("receiver too slow", length=encoded.length)
        except StorageError as error:
            _log.warning("answer cut off", length=encoded.length, reason=error.message)

    async def _send_long(self, encoded: Encoded, send: Send) -> None:
        large = [part.revision_id for part in encoded.parts if isinstance(part, LargeXml)]
        pieces = self._texts.pieces(large, xpress=encoded.encoding == "xpress")
        cores = LargeCores(pieces, self._desk.read)
        for part in encoded.parts:
            if isinstance(part, bytes):
                await _send_part(part, send)
                continue
            async for piece in cores.of(part.revision_id):
                await _send_part(piece, send)
        async with asyncio.timeout(_RECEIVER_PATIENCE):
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send_part(part: bytes, send: Send) -> None:
    """Send bytes no faster than they are received. Raises TimeoutError."""
    for start in range(0, len(part), _CHUNK):
        async with asyncio.timeout(_RECEIVER_PATIENCE):
            chunk = part[start : start + _CHUNK]  # no copy when it is all of it
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _turn_away(
    send: Send,
    incoming: Incoming,
    status: HTTPStatus,
    sentence: str,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Answer before the request has been looked at; the connection ends when it was not whole."""
    if incoming.is_whole:
        await _send_plain(send, status, sentence, headers or {})
        return
    body = replies.sentence_body(sentence)
    closing = {**(headers or {}), "connection": "close"}
    await send(_start(replies.said(status, sentence), len(body), closing))
    await send({"type": "http.response.body", "body": body, "more_body": True})
    await incoming.read_past()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send_plain(
    send: Send, status: HTTPStatus, sentence: str, headers: Mapping[str, str]
) -> None:
    body = replies.sentence_body(sentence)
    await send(_start(replies.said(status, sentence), len(body), headers))
    await send({"type": "http.response.body", "body": body})


def _start(reply: Reply, length: int, more: Mapping[str, str]) -> Message:
    headers = {
        "content-type": reply.content_type,
        "content-length": str(length),
        "cache-control": reply.cache_control,
        "vary": "Accept-Encoding",
        "x-content-type-options": "nosniff",
        **more,
    }
    return {
        "type": "http.response.start",
        "status": reply.status.value,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }


def _most_held(encoded: Encoded) -> int:
    """Return how many bytes of an answer are in memory at once: of a large Core one piece."""
    whole = sum(len(part) for part in encoded.parts if isinstance(part, bytes))
    return whole + _PIECE * any(isinstance(part, LargeXml) for part in encoded.parts)
