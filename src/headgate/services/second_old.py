"""What every call asks for and one of them looks up, at most once a second."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

#: Seconds for which what was read counts.
COUNTS = 1.0


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
