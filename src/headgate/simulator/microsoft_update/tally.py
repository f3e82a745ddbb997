"""Counts what was asked and answered, for ``GET /lab/statistics`` and the tests behind it."""

import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_KEPT = 200


class Tally:
    """Running totals. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, Counter[str]] = {}
        self._lists: dict[str, deque[Any]] = {}
        self._now: Counter[str] = Counter()
        self._most: Counter[str] = Counter()

    def count(self, group: str, name: str, by: int = 1) -> None:
        """Add to the counter ``name`` of ``group``."""
        with self._lock:
            self._counts.setdefault(group, Counter())[name] += by

    def keep(self, group: str, entry: Any) -> None:
        """Remember one entry; the newest 200 of a group are kept."""
        with self._lock:
            self._lists.setdefault(group, deque(maxlen=_KEPT)).append(entry)

    @contextmanager
    def at_once(self, name: str) -> Iterator[None]:
        """Notice how many of these run at the same time."""
        with self._lock:
            self._now[name] += 1
            self._most[name] = max(self._most[name], self._now[name])
        try:
            yield
        finally:
            with self._lock:
                self._now[name] -= 1

    def snapshot(self) -> dict[str, Any]:
        """Return everything, ready for JSON."""
        with self._lock:
            return {
                **{group: dict(counter) for group, counter in self._counts.items()},
                **{group: list(entries) for group, entries in self._lists.items()},
                "most_at_once": dict(self._most),
            }
