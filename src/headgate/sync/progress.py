"""How far a synchronization is: phase, done of total, rate, time left."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from headgate.sentences import Sentence

Report = Callable[[dict[str, Any]], None]


@dataclass(slots=True)
class Progress:
    """Counts what is done in the present phase and tells ``report`` (which may thin it out).

    The rate is of the phase so far; seconds left are None until there is a rate to believe in.
    """

    report: Report
    tick: Callable[[], float] = time.monotonic  #: seconds, only differences matter
    phase: str = ""  #: a Sentence of ``phases``
    done: int = 0
    total: int | None = None
    received: int = 0  #: bytes of the whole run
    _since: float = field(default=0.0)

    def begin(self, phase: Sentence, total: int | None = None) -> None:
        """A phase begins; ``total`` None when nobody knows yet."""
        self.phase, self.done, self.total = phase, 0, total
        self._since = self.tick()
        self._tell()

    def advance(self, done: int, *, received: int = 0) -> None:
        """``done`` more are done, ``received`` more bytes have come."""
        self.done += done
        self.received += received
        if self.total is not None:
            self.total = max(self.total, self.done)
        self._tell()

    def _tell(self) -> None:
        seconds = self.tick() - self._since
        rate = self.done / seconds if seconds > 0 and self.done else None
        left = (
            (self.total - self.done) / rate if rate is not None and self.total is not None else None
        )
        self.report(
            {
                "phase": self.phase,
                "done": self.done,
                "total": self.total,
                "rate": round(rate, 1) if rate is not None else None,
                "seconds_left": round(left) if left is not None else None,
                "bytes": self.received,
            }
        )
