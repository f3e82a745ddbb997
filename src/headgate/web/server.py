"""Serving HTTP on one or two addresses in one event loop, with signals handled once, by us.

The sockets are bound before anything starts, so that a taken port is a clear error. uvicorn's own
signal handling is switched off: with two servers it stops them one after the other and ends the
process before anything after it runs.
"""

import asyncio
import errno
import os
import resource
import signal
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
import uvloop
from starlette.applications import Starlette

from headgate.arenas import share_arenas
from headgate.errors import HeadgateError
from headgate.web.connections import CarefulProtocol
from headgate.web.tls import LiveCertificate

#: Seconds running answers get when the server is told to stop.
GRACE_SECONDS = 5
#: Seconds a connection may lie idle: agents keep theirs for half a minute between calls.
KEEP_ALIVE_SECONDS = 65
#: Sockets and files this process may have open, where the system allows it.
MOST_OPEN = 65_536
#: Seconds a thread that computes keeps the interpreter when others wait for it: a loop that waits
#: five milliseconds, as is usual, in front of every answer is felt.
SWITCH_SECONDS = 0.001
_STARTING = 0.02
_BACKLOG = 2048
#: Milliseconds a receiver may take nothing before the kernel ends its connection, and frees what
#: waits for it: closing alone would wait for ever.
_STALLED = 120_000


class AddressError(HeadgateError):
    """The server cannot listen where it was told to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One bound address, with TLS when there is a certificate."""

    socket: socket.socket
    tls: LiveCertificate | None = None

    @property
    def bound(self) -> str:
        """The address it is bound to: HOST:PORT."""
        host, port = self.socket.getsockname()[:2]
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @property
    def url(self) -> str:
        """The address as a browser on this machine would write it."""
        host, port = self.socket.getsockname()[:2]
        local = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - read, not bound
        name = local.get(host, f"[{host}]" if ":" in host else host)
        return f"{'https' if self.tls else 'http'}://{name}:{port}/"


def bind(address: str, *, option: str = "--listen") -> socket.socket:
    """Return a socket bound to ``HOST:PORT`` (``[HOST]:PORT`` for IPv6); raises AddressError.

    ``option``: what to write in front of another address.
    """
    host, _, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isdigit() or int(port) > 65535:
        raise AddressError(
            f"{address!r} is no address to listen on.",
            next_step="Write HOST:PORT, such as 0.0.0.0:8530.",
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STALLED)  # inherited
        bound.bind((host, int(port)))
        bound.listen(_BACKLOG)
    except OSError as exc:
        bound.close()
        raise AddressError(
            f"Cannot listen on {address}: {exc.strerror or exc}.",
            next_step=_another_address(exc, port, option),
        ) from exc
    return bound


def _another_address(refusal: OSError, port: str, option: str) -> str:
    if refusal.errno == errno.EADDRINUSE:
        return (
            f"Choose another address with {option} HOST:PORT, or end the program that uses it "
            f"(`ss -ltnp 'sport = :{port}'` names it)."
        )
    if refusal.errno == errno.EACCES:
        return f"Choose a port above 1023 with {option} HOST:PORT; lower ones are root's."
    return f"Choose an address of this machine with {option} HOST:PORT (`ip address` lists them)."


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone; ``serve`` has them."""
        yield


def serve(
    app: Starlette,
    listeners: Sequence[Listener],
    *,
    on_ready: Callable[[], None],
    on_stop: Callable[[], None],
) -> None:
    """Answer requests until SIGTERM or SIGINT.

    ``on_ready`` is called when every address answers; ``on_stop`` when the signal comes, in a
    thread of its own, while running answers are finished. Returns when both are done.
    """
    _allow_many_connections()
    sys.setswitchinterval(SWITCH_SECONDS)
    share_arenas()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(app, listeners, on_ready, on_stop))


def _allow_many_connections() -> None:
    """Raise the limit of open files as far as we may: 1,024 is usual, and a morning has more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_OPEN if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _serve(
    app: Starlette,
    listeners: Sequence[Listener],
    on_ready: Callable[[], None],
    on_stop: Callable[[], None],
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    servers = [_Server(_config(app, listener)) for listener in listeners]
    running = [
        asyncio.ensure_future(server.serve(sockets=[listener.socket]))
        for server, listener in zip(servers, listeners, strict=True)
    ]
    following = [
        asyncio.ensure_future(listener.tls.follow()) for listener in listeners if listener.tls
    ]
    while not all(server.started for server in servers) and not stop.is_set():
        if any(task.done() for task in running):
            stop.set()  # it could not start; gathering the tasks below raises why
        await asyncio.sleep(_STARTING)
    if not stop.is_set():
        on_ready()
    await stop.wait()
    for task in following:
        task.cancel()
    for server in servers:
        server.should_exit = True
    stopping: Awaitable[None] = asyncio.to_thread(on_stop)
    await asyncio.gather(stopping, *running)
    await asyncio.gather(*following, return_exceptions=True)


def _config(app: Starlette, listener: Listener) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=CarefulProtocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whose headers count is decided where they are read
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_context_factory=_tls_of(listener),
    )


def _tls_of(listener: Listener) -> Callable[..., ssl.SSLContext] | None:
    live = listener.tls
    return None if live is None else lambda *_defaults: live.context


def tell_service_manager(state: str) -> None:
    """Tell systemd how we are (``READY=1``, ``STOPPING=1``); nothing happens without it."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.connect("\0" + address[1:] if address.startswith("@") else address)
        manager.sendall(state.encode())
