"""The large Cores of one answer on their way: read in a thread, a little ahead of the sender."""

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

from headgate.services.clients.core_texts import CorePiece

Read = Callable[[Callable[[], Sequence[CorePiece]]], Awaitable[Sequence[CorePiece]]]


class LargeCores:
    """Hands out pieces in the order in which the Cores stand in the answer."""

    def __init__(self, pieces: Iterator[Sequence[CorePiece]], read: Read) -> None:
        """``read`` calls a function in a thread that may wait for the database."""
        self._pieces = pieces
        self._read = read
        self._ahead: deque[CorePiece] = deque()

    async def of(self, revision_id: int) -> AsyncIterator[bytes]:
        """Yield the pieces of the next Core."""
        while True:
            if not self._ahead:
                self._ahead.extend(await self._read(self._following))
            if not self._ahead or self._ahead[0].revision_id != revision_id:
                return
            yield self._ahead.popleft().data

    def _following(self) -> Sequence[CorePiece]:
        return next(self._pieces, ())
