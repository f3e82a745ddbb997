"""Pieces of files that go from the system's memory into a connection, without passing through ours.

After the extension *zero copy send* of the ASGI specification: a door that finds ``EXTENSION`` in
its scope may send such a message instead of a body. Only plain connections have it: what goes out
over TLS has to be encrypted first.
"""

import asyncio
import os

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

EXTENSION = "http.response.zerocopysend"


def offering(app: ASGIApp, cycle: RequestResponseCycle) -> ASGIApp:
    """Return an application that is offered the extension while it answers one request.

    Its messages have ``file`` (with a ``fileno``), ``offset`` and ``count``, and come after the
    start of an answer that tells its length.
    """
    cycle.scope["extensions"] = {EXTENSION: {}}

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_any(message: Message) -> None:
            if message["type"] != EXTENSION:
                await send(message)
            else:
                await _send_piece(cycle, message)

        await app(scope, receive, send_any)

    return answer


async def _send_piece(cycle: RequestResponseCycle, message: Message) -> None:
    """Send a piece of a file behind everything that was sent before. Raises OSError if it is cut.

    Returns early when the receiver has gone.
    """
    transport = cycle.transport
    if transport.get_write_buffer_size() and not transport.is_closing():
        await _emptied(cycle)
    if cycle.disconnected or transport.is_closing():
        return
    # The transport may close its socket while we wait, and the number soon be another's.
    socket = os.dup(transport.get_extra_info("socket").fileno())
    try:
        await _copy(socket, message["file"].fileno(), message["offset"], message["count"])
        cycle.expected_content_length -= message["count"]
    except (ConnectionError, TimeoutError):
        transport.abort()
    finally:
        os.close(socket)


async def _copy(socket: int, file: int, offset: int, count: int) -> None:
    while count:
        try:
            sent = os.sendfile(socket, file, offset, count)
        except BlockingIOError:
            await _writable(socket)
            continue
        if not sent:
            raise OSError("the file is shorter than it was")
        offset, count = offset + sent, count - sent


async def _emptied(cycle: RequestResponseCycle) -> None:
    """Wait until the transport keeps nothing back any more.

    It writes at once what it is given, unless something waits already.
    """
    transport = cycle.transport
    transport.set_write_buffer_limits(0)
    try:
        await cycle.flow.drain()
    finally:
        if not transport.is_closing():
            transport.set_write_buffer_limits()


async def _writable(socket: int) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_writer(socket, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_writer(socket)
