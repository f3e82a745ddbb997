"""Running coroutines beside a browser: Playwright keeps its own loop in the test's thread."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

_T = TypeVar("_T")


def run(begin: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
    """Run a coroutine in a loop and a thread of its own; returns or raises what it does."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(lambda: asyncio.run(begin())).result()
