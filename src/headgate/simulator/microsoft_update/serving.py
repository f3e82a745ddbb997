"""Serves a simulated source over HTTP: as a program, or in a thread beside a test.

The world is built, and packed when it asks so, before the port is bound; so whoever can connect
gets an answer. Signals end it as uvicorn does: running answers first.
"""

import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import uvicorn

from headgate.errors import UsageError
from headgate.simulator.microsoft_update.application import build_application
from headgate.simulator.microsoft_update.cookies import COOKIE_LIFE
from headgate.simulator.microsoft_update.upstream import Upstream, open_upstream
from headgate.simulator.microsoft_update.weather import weather_named
from headgate.simulator.microsoft_update.worlds import open_world

DEFAULT_PORT = 8540
LOOPBACK = "127.0.0.1"
_GRACE_SECONDS = 3


class PortTaken(UsageError):
    """The simulator cannot listen where it was told to."""


def run_upstream(
    *,
    port: int = DEFAULT_PORT,
    host: str = LOOPBACK,
    packages: Sequence[Path] = (),
    world: str | Path | None = None,
    weather: str = "calm",
    month: int = 0,
    cookie_life: timedelta = COOKIE_LIFE,
    seed: int = 0,
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serve a simulated source until SIGINT or SIGTERM.

    ``world`` and ``packages`` are those of ``worlds.open_world``; ``weather`` is one of
    ``weather.Weather``; ``month`` later months are revealed from the start; port 0 takes any free
    one. ``on_ready`` is called with the address once the port is bound. Raises PortTaken,
    UnknownWeather, UnknownWorld, WorldShapeError and PackageError, all before anything is served.
    """
    sky = weather_named(weather)
    upstream = open_upstream(
        open_world(world, packages=packages),
        weather=sky,
        month=month,
        cookie_life=cookie_life,
        seed=seed,
    )
    with closing(upstream.documents), _listening(host, port) as listener:
        if on_ready is not None:
            on_ready(_address(listener))
        _server(upstream).run(sockets=[listener])


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningUpstream:
    """A source that is being served from a thread of this process."""

    port: int
    address: str  #: http://127.0.0.1:port
    upstream: Upstream


@contextmanager
def serving_upstream(upstream: Upstream) -> Iterator[RunningUpstream]:
    """Serve ``upstream`` on a free loopback port while the context lasts."""
    with _listening(LOOPBACK, 0) as listener:
        server = _server(upstream)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name="upstream", daemon=True
        )
        thread.start()
        try:
            yield RunningUpstream(
                port=listener.getsockname()[1], address=_address(listener), upstream=upstream
            )
        finally:
            server.should_exit = True
            thread.join()


class _Server(uvicorn.Server):
    """uvicorn's server, but a signal ends it instead of being raised again afterwards."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        signals = (signal.SIGINT, signal.SIGTERM)
        before = {one: signal.signal(one, self.handle_exit) for one in signals}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)


def _server(upstream: Upstream) -> _Server:
    return _Server(
        uvicorn.Config(
            build_application(upstream),
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise PortTaken(
                f"The simulator cannot listen on {host}, port {port}: {error.strerror}.",
                next_step="Choose another port with --port, or 0 for any free one.",
            ) from error
        listener.listen(128)
        yield listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
