"""How an answer leaves: at once, in a trickle, or broken off in the middle.

An answer that breaks off announces its whole length; the connection closes before it is reached.
"""

import asyncio
from collections.abc import Iterator, Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from headgate.simulator.microsoft_update.weather import Pace


class WeatheredResponse(Response):
    """A response that suffers from the weather."""

    def __init__(
        self,
        content: bytes,
        *,
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        pace: Pace,
        cut: int | None,
    ) -> None:
        """Send ``content`` at ``pace``, and only its first ``cut`` bytes unless that is None."""
        super().__init__(content, status_code=status_code, headers=headers)
        self._pace = pace
        self._cut = cut

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response; without its last message when it is cut, which closes the line."""
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        for piece in self._pieces():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if self._pace.between:
                await asyncio.sleep(self._pace.between)
        if self._cut is None:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _pieces(self) -> Iterator[bytes]:
        body = bytes(self.body)[: self._cut]
        size = max(1, -(-len(body) // self._pace.pieces))
        return (body[start : start + size] for start in range(0, len(body), size))
