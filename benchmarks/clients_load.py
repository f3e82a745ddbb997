"""Many computers at once, from processes of their own so that they do not wait for each other.

A load is prepared by every process (computers sign on), then all begin at the same moment.
"""

import multiprocessing
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier
from typing import Any

_PROCESSES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is done again and again; both functions are looked up by name in another process."""

    prepare: Callable[[Any, int], Any]  #: of what is given and a computer's number, makes a visitor
    visit: Callable[[Any], None]  #: one round of a visitor; it is what is timed
    given: Any
    visitors: int  #: in all
    seconds: float
    per_second: float | None = None  #: rounds of all visitors together; None: as many as they can


@dataclass(slots=True)
class Taken:
    """What rounds took, in seconds, from the moment each was due."""

    seconds: list[float] = field(default_factory=list)
    lasted: float = 0.0  #: from the first beginning to the last end

    @property
    def per_second(self) -> float:
        """Rounds done in a second."""
        return len(self.seconds) / self.lasted

    def milliseconds(self, percent: int) -> float:
        """Return what so many percent of the rounds stayed under."""
        return statistics.quantiles(self.seconds, n=100)[percent - 1] * 1000


def put(load: Load) -> Taken:
    """Put a load on a server and return what its rounds took. Raises what a visitor raised."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        barrier = manager.Barrier(_PROCESSES)
        with context.Pool(_PROCESSES) as pool:
            parts = pool.starmap(_part, [(load, one, barrier) for one in range(_PROCESSES)])
    return Taken(
        seconds=[one for part in parts for one in part.seconds],
        lasted=max(part.lasted for part in parts),
    )


def _part(load: Load, process: int, barrier: Barrier) -> Taken:
    numbers = range(process, load.visitors, _PROCESSES)
    visitors = [load.prepare(load.given, number) for number in numbers]
    barrier.wait()
    began = time.perf_counter()
    turns = _Turns(load, began)
    with ThreadPoolExecutor(len(visitors)) as threads:
        taken = list(threads.map(lambda visitor: list(_rounds(load, visitor, turns)), visitors))
    return Taken(
        seconds=[one for some in taken for one in some], lasted=time.perf_counter() - began
    )


class _Turns:
    """When the rounds of one process are due; its threads take them in turn."""

    def __init__(self, load: Load, began: float) -> None:
        self._end = began + load.seconds
        self._every = None if load.per_second is None else _PROCESSES / load.per_second
        self._next = began
        self._lock = threading.Lock()

    def take(self) -> float | None:
        """Return the moment the next round is due, None when there is none any more."""
        with self._lock:
            due = time.perf_counter() if self._every is None else self._next
            self._next = due + (self._every or 0)
        return due if due < self._end else None


def _rounds(load: Load, visitor: Any, turns: _Turns) -> Iterator[float]:
    while (due := turns.take()) is not None:
        time.sleep(max(0.0, due - time.perf_counter()))
        load.visit(visitor)
        yield time.perf_counter() - due
