"""Bytes that requests and answers may hold at once, so that no crowd can fill the memory."""

from types import TracebackType
from typing import Self


class NoRoom(Exception):
    """So much is held already that this has to wait; the caller is told to come again."""


class Room:
    """Counts bytes held; used by one event loop, so without a lock."""

    def __init__(self, most: int) -> None:
        """``most``: bytes that may be held at once."""
        self._most = most
        self._held = 0

    @property
    def held(self) -> int:
        """Bytes held at present."""
        return self._held

    def share(self) -> "Share":
        """Return what one request holds of it; to be used in a ``with``."""
        return Share(self)

    def _take(self, count: int) -> None:
        if self._held + count > self._most:
            raise NoRoom
        self._held += count

    def _give_back(self, count: int) -> None:
        self._held -= count


class Share:
    """What one request holds; given back at the end of its ``with``."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._held = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._room._give_back(self._held)
        self._held = 0

    def take(self, count: int) -> None:
        """Hold so many more bytes. Raises NoRoom; what was held before is still held then."""
        self._room._take(count)
        self._held += count
