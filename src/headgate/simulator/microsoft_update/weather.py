"""Weather: how badly the simulated source behaves, and that a patient client survives it.

Everything is decided by hashes of what is asked, never by chance or by the clock, so a run can be
repeated. What goes wrong goes wrong a limited number of times for the same question.

    calm       nothing goes wrong
    busy       a third of the questions meet ServerBusy once or twice before they are answered
    slow       answers wait a little, and their bodies trickle
    cut        a third of the answers, and of the downloads, break off in the middle once
    damaged    one document in twenty is damaged when it is first asked for; GetUpdateData answers
               a web page once and a plain HTTP 500 once
    expiring   a cookie is good for seven calls and says that it lives ten seconds
"""

import hashlib
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from headgate.errors import UsageError


class Weather(StrEnum):
    """The names an operator may use."""

    CALM = "calm"
    BUSY = "busy"
    SLOW = "slow"
    CUT = "cut"
    DAMAGED = "damaged"
    EXPIRING = "expiring"


class UnknownWeather(UsageError):
    """There is no such weather."""


def weather_named(name: str) -> Weather:
    """Return the weather called ``name``. Raises UnknownWeather."""
    try:
        return Weather(name.strip().lower())
    except ValueError as error:
        raise UnknownWeather(
            f"There is no weather called {name!r}.",
            next_step=f"Choose one of {', '.join(Weather)}.",
        ) from error


class Mishap(StrEnum):
    """What can befall one call before it is answered."""

    BUSY = "busy"
    WEB_PAGE = "web page"
    PLAIN_ERROR = "plain error"


class Damage(StrEnum):
    """What can be wrong with one document."""

    NOT_WELL_FORMED = "not well-formed"
    WRONG_IDENTITY = "wrong identity"
    DOCTYPE = "doctype"
    INVALID_UTF16 = "invalid utf-16"
    BROKEN_CABINET = "broken cabinet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How an answer leaves: seconds before its first byte, pieces, seconds between them."""

    before: float = 0.0
    pieces: int = 1
    between: float = 0.0


_PROMPT = Pace()
_SLOW = Pace(before=0.15, pieces=12, between=0.01)
_COOKIE_CALLS = 7
_SHORT_LIFE = timedelta(seconds=10)
_SMALLEST_CUT = 512  #: bytes; shorter answers arrive whole


class Sky:
    """The weather now, and what it has already done. Safe to use from several threads."""

    def __init__(self, weather: Weather = Weather.CALM, *, seed: int = 0) -> None:
        self._seed = seed
        self._lock = threading.Lock()
        self._weather = weather
        self._done: Counter[str] = Counter()

    @property
    def weather(self) -> Weather:
        """The weather now."""
        return self._weather

    def change(self, weather: Weather) -> None:
        """Let the weather change; what was done once in it may happen again."""
        with self._lock:
            self._weather = weather
            self._done.clear()

    @property
    def pace(self) -> Pace:
        """How answers leave now."""
        return _SLOW if self._weather is Weather.SLOW else _PROMPT

    @property
    def cookie_calls(self) -> int | None:
        """How many calls a cookie is good for; None for any number."""
        return _COOKIE_CALLS if self._weather is Weather.EXPIRING else None

    def cookie_life(self, usual: timedelta) -> timedelta:
        """How long a cookie given out now says that it lives."""
        return min(usual, _SHORT_LIFE) if self._weather is Weather.EXPIRING else usual

    def mishap(self, operation: str, question: bytes) -> Mishap | None:
        """Return what befalls this call; ``question`` is what makes it the same call again."""
        if self._weather is Weather.BUSY:
            hindrance = self._number("busy", operation, question.hex()) % 12
            times = 2 if hindrance == 0 else 1 if hindrance < 4 else 0
            return (
                Mishap.BUSY if self._happens(f"busy {operation} {question.hex()}", times) else None
            )
        if self._weather is Weather.DAMAGED and operation == "GetUpdateData":
            if self._happens("web page", 1):
                return Mishap.WEB_PAGE
            if self._happens("plain error", 1):
                return Mishap.PLAIN_ERROR
        return None

    def cut(self, what: str, size: int) -> int | None:
        """Return after how many bytes the answer to ``what`` breaks off; None when it does not."""
        if self._weather is not Weather.CUT or size < _SMALLEST_CUT:
            return None
        number = self._number("cut", what)
        if number % 3 or not self._happens(f"cut {what}", 1):
            return None
        return size * (20 + number % 60) // 100

    def damage(self, identity: str) -> Damage | None:
        """Return what is wrong with a document this time; once for each that is chosen."""
        if self._weather is not Weather.DAMAGED:
            return None
        number = self._number("damage", identity)
        if number % 20 or not self._happens(f"damage {identity}", 1):
            return None
        return list(Damage)[number // 20 % len(Damage)]

    def _number(self, *parts: str) -> int:
        text = "\n".join((str(self._seed), *parts)).encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:6], "big")

    def _happens(self, key: str, times: int) -> bool:
        with self._lock:
            if self._done[key] >= times:
                return False
            self._done[key] += 1
            return True
