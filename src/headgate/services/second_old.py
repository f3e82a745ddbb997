"""What every call asks for and one of them looks up, at most once a second."""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

#: Seconds for which what was read counts.
COUNTS = 1.0

#: Things remembered before old ones are looked for; far fewer come in a second.
_MANY = 10_000


class SecondOld(Generic[T]):
    """Reads something anew when it is older than a second; for any number of threads."""

    def __init__(
        self, read: Callable[[], T], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._monotonic = monotonic
        self._seen: tuple[float, T] | None = None

    def current(self) -> T:
        """Return it, a second old at most. Raises what reading raises."""
        seen = self._seen
        if seen is not None and self._monotonic() - seen[0] < COUNTS:
            return seen[1]
        return self.now()

    def now(self) -> T:
        """Return it as it is at this very moment."""
        asked = self._monotonic()
        found = self._read()
        self._seen = (asked, found)
        return found


class SecondOldEach(Generic[K, T]):
    """Remembers what was found out about each of many for a second; for any number of threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._found: dict[K, tuple[float, T]] = {}

    def get(self, key: K) -> T | None:
        """Return what was found out about ``key`` within the last second."""
        found = self._found.get(key)
        return found[1] if found and self._monotonic() - found[0] < COUNTS else None

    def now(self) -> float:
        """Return the moment to remember with what is asked from now on."""
        return self._monotonic()

    def put(self, key: K, found: T, *, asked: float) -> None:
        """Remember what was asked at a moment of :meth:`now`."""
        if len(self._found) >= _MANY:
            self.forget_old()
        self._found[key] = (asked, found)

    def drop(self, key: K) -> None:
        """Forget what was found out about ``key``."""
        self._found.pop(key, None)

    def forget_old(self) -> None:
        """Let go of all that does not count any more."""
        earliest = self._monotonic() - COUNTS
        for key, (asked, _) in list(self._found.items()):
            if asked <= earliest:
                self.drop(key)
