"""Shared settings for those who are asked many times a second: at most a second old."""

import time
from collections.abc import Callable

from headgate.settings.shared import Shared

#: Seconds for which what was read counts.
_COUNTS = 1.0


class RecentSettings:
    """Reads the settings once a second, however often it is asked. One for the process."""

    def __init__(
        self, read: Callable[[], Shared], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._monotonic = monotonic
        self._seen: tuple[float, Shared] | None = None

    def current(self) -> Shared:
        """Return the settings, a second old at most. Raises what reading raises."""
        now, seen = self._monotonic(), self._seen
        if seen is None or now - seen[0] >= _COUNTS:
            seen = self._seen = (now, self._read())
        return seen[1]

    def files_are_kept(self) -> bool:
        """Whether update files are kept here, and not left to Microsoft."""
        return self.current().content.store == "local"

    def most_installed(self) -> int:
        """Return how many installed updates a computer may list."""
        return self.current().clients.max_installed_ids
