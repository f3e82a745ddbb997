"""How often one call is tried again, and how long is waited in between.

Three counters, each with its own end: trouble on the way (cut connections, unreadable answers,
gateways without a server), a busy source, and sessions that are refused. Decides nothing about
what trouble is; trusts nobody's wish to wait for ever.
"""

import random
from collections.abc import Callable
from datetime import timedelta

from headgate.errors import SourceError

#: Waits for so many seconds. May raise, to end a cancelled synchronization: what it raises passes.
Pause = Callable[[float], None]

#: Seconds between tries after trouble: four tries in all, over in less than ten seconds.
AFTER_TROUBLE = (1.0, 2.0, 4.0)
#: Seconds between tries of a busy source: two and a quarter minutes in all.
WHEN_BUSY = (5.0, 10.0, 20.0, 40.0, 60.0)
#: A fresh session refused this often will not be accepted the next time.
MOST_RESTARTS = 2
#: Who asks us to come back later than this is not waited for.
LONGEST_WAIT = timedelta(minutes=5)

_RANDOM = random.SystemRandom()


class Patience:
    """What is left of one call's patience."""

    def __init__(self, pause: Pause) -> None:
        self._pause = pause
        self._after_trouble = list(AFTER_TROUBLE)
        self._when_busy = list(WHEN_BUSY)
        self._restarts = MOST_RESTARTS

    def after_trouble(self, trouble: SourceError, wanted: timedelta | None = None) -> None:
        """Wait before the next try; raise ``trouble`` when there is none.

        ``wanted`` is what the other side asked us to wait at least.
        """
        self._wait(self._after_trouble, trouble, wanted)

    def when_busy(self, busy: SourceError, wanted: timedelta | None = None) -> None:
        """Wait for a busy source; raise ``busy`` when it has been long enough."""
        self._wait(self._when_busy, busy, wanted)

    def before_restart(self, refused: SourceError) -> None:
        """Allow another handshake at once; raise ``refused`` when there were enough."""
        if not self._restarts:
            raise refused
        self._restarts -= 1

    def _wait(self, left: list[float], error: SourceError, wanted: timedelta | None) -> None:
        if not left or (wanted is not None and wanted > LONGEST_WAIT):
            raise error
        seconds = spread(left.pop(0))
        self._pause(max(seconds, wanted.total_seconds()) if wanted else seconds)


def spread(seconds: float) -> float:
    """Return a time a fifth shorter or longer, so that several threads do not come back at once."""
    return seconds * _RANDOM.uniform(0.8, 1.2)
