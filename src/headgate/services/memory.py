"""Answers about the catalogue that stay true until it changes."""

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

T = TypeVar("T")

#: Answers kept at most; readers' languages are few.
_MOST = 64


class Memory:
    """Keeps answers for one version of the catalogue; for any number of threads.

    Two threads may work out the same answer at the same time; that costs less than waiting.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version: int | None = None
        self._answers: dict[Hashable, Any] = {}

    def remembered(self, version: int, question: Hashable, ask: Callable[[], T]) -> T:
        """Return the answer to a question, worked out unless known for this version."""
        with self._lock:
            if self._version != version:
                self._version, self._answers = version, {}
            if question in self._answers:
                return cast("T", self._answers[question])
        answer = ask()
        with self._lock:
            if self._version == version and len(self._answers) < _MOST:
                self._answers[question] = answer
        return answer
