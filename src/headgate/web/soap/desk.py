"""Where answers are worked out: two threads that compute, some more that wait for the database.

Computing in more threads than cores makes every answer slower; writing needs threads of its own,
because who waits for a commit computes nothing. Nothing queues without end: whoever finds too many
waiting is told to come again.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_T = TypeVar("_T")

#: Threads that parse, decide and join.
COMPUTING = 2

#: Threads that wait for commits; the commits of several reports are one.
WRITING = 16

#: Requests being worked on or waiting, above which computers are asked to come again: some seconds
#: of work.
MOST_WAITING = 200


class Busy(Exception):
    """Too many are waiting already."""


class Desk:
    """Takes work from one event loop."""

    def __init__(self, *, most_waiting: int = MOST_WAITING) -> None:
        self._computing = ThreadPoolExecutor(COMPUTING, "soap")
        self._writing = ThreadPoolExecutor(WRITING, "soap-write")
        self._most_waiting = most_waiting
        self._waiting = 0

    async def compute(self, work: Callable[[], _T]) -> _T:
        """Return what ``work`` returns; it never starts when the task is cancelled before.

        Raises Busy at once when too many are waiting.
        """
        return await self._run(self._computing, work)

    async def write(self, work: Callable[[], _T]) -> _T:
        """As :meth:`compute`, for work that waits for the database."""
        return await self._run(self._writing, work)

    async def read(self, work: Callable[[], _T]) -> _T:
        """Return what ``work`` returns, for an answer that has begun: never refused."""
        return await asyncio.get_running_loop().run_in_executor(self._writing, work)

    def close(self) -> None:
        """Take no more work; what has begun is finished."""
        for pool in (self._computing, self._writing):
            pool.shutdown(cancel_futures=True)

    async def _run(self, pool: ThreadPoolExecutor, work: Callable[[], _T]) -> _T:
        if self._waiting >= self._most_waiting:
            raise Busy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work)
        finally:
            self._waiting -= 1
