"""The simulator of Microsoft Update beside a test: real HTTP on a free loopback port.

with running_upstream() as source:                    # the built-in world
with running_upstream(world=builder.world(), weather="busy") as source:
    ... point a client at source.host, source.port ...
    source.advance()
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx2

from headgate.simulator.microsoft_update import open_upstream, open_world, serving_upstream
from headgate.simulator.microsoft_update.cookies import COOKIE_LIFE
from headgate.simulator.microsoft_update.publication import World
from headgate.simulator.microsoft_update.upstream import Upstream
from headgate.simulator.microsoft_update.weather import weather_named


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningLab:
    """A simulated source that is being served; talk to it by HTTP, like any client."""

    port: int
    address: str  #: http://127.0.0.1:port
    upstream: Upstream
    host: str = "127.0.0.1"

    def advance(self) -> dict[str, Any]:
        """Reveal the next month; return what it brings."""
        return self._post("/lab/advance")

    def set_weather(self, weather: str) -> None:
        """Change the weather."""
        self._post("/lab/weather", {"weather": weather})

    def statistics(self) -> dict[str, Any]:
        """Return what was asked and answered so far."""
        return self.get("/lab/statistics")

    def _post(self, path: str, content: Any = None) -> dict[str, Any]:
        return self._ask("POST", path, content)

    def get(self, path: str) -> dict[str, Any]:
        """Return the JSON at a page of the lab."""
        return self._ask("GET", path)

    def _ask(self, method: str, path: str, content: Any = None) -> dict[str, Any]:
        with httpx2.Client(trust_env=False, verify=False, timeout=30) as http:
            answer = http.request(method, self.address + path, json=content)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told


def _opened(world: World | str | Path | None, packages: Sequence[Path]) -> World:
    if isinstance(world, World):
        return world
    if packages or str(world).endswith(".toml"):
        return open_world(world, packages=packages)
    return _built(world)


@cache
def _built(name: str | Path | None) -> World:
    """Return a named world, built once: it says the same every time and nothing changes it."""
    return open_world(name)


@contextmanager
def running_upstream(
    *,
    world: World | str | Path | None = None,
    packages: Sequence[Path] = (),
    weather: str = "calm",
    month: int = 0,
    cookie_life: timedelta = COOKIE_LIFE,
    seed: int = 0,
) -> Iterator[RunningLab]:
    """Serve a world (one built by a test, or a named one) while the context lasts."""
    upstream = open_upstream(
        _opened(world, packages),
        weather=weather_named(weather),
        month=month,
        cookie_life=cookie_life,
        seed=seed,
    )
    with closing(upstream.documents), serving_upstream(upstream) as running:
        lab = RunningLab(port=running.port, address=running.address, upstream=upstream)
        lab.get("/lab/ready")
        yield lab
