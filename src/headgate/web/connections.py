"""One connection: uvicorn's HTTP, with bounds on a request's head, and files sent by the kernel.

uvicorn lets heads grow and take time without end: one sender of endless headers fills the memory,
and a thousand who send one byte a minute fill the table of open files.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from headgate.web import zero_copy

#: Bytes a request's line and headers may have; an agent sends some hundred.
MOST_HEAD = 64 * 1024

#: Seconds until a head must be whole, from its first byte or the connection's beginning.
HEAD_PATIENCE = 30.0


class CarefulProtocol(HttpToolsProtocol):
    """Ends connections whose request never begins."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._in_head = False
        self._head_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._go_on()
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Offer to send files without copying them, where nothing has to be encrypted."""
        if self.scheme == "http":
            app = zero_copy.offering(app, cycle)
        super()._start_asgi_task(cycle, app)

    def on_message_begin(self) -> None:
        """Begin to count a head."""
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Stop counting; how long a body may take, the doors decide."""
        self._in_head = False
        self._go_on()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Count what belongs to an unfinished head."""
        super().data_received(data)
        is_idle = self.timeout_keep_alive_task is None and (
            self.cycle is None or self.cycle.response_complete
        )
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD:
                self.transport.abort()
                return
        if self._in_head or is_idle:  # idle: empty lines in front of a request
            self._wait()

    def _wait(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_PATIENCE, self.transport.abort)

    def _go_on(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
