"""A proxy made of a raw socket: it says what it is told to say and keeps every byte it gets.

For what no real squid does: answers cut in the middle, endless refusals, unheard-of schemes.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

#: Given the head of a request (bytes up to the empty line), return what to send back.
#: None closes the connection without a word.
Script = Callable[[bytes], bytes | None]


@dataclass
class FakeProxy:
    """What the proxy has seen."""

    port: int
    heads: list[bytes] = field(default_factory=list)  #: of every request, in order of arrival
    bodies: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def everything(self) -> bytes:
        return b"".join(self.heads) + b"".join(self.bodies)


def refusal(*challenges: str, close: bool = False) -> bytes:
    """Return a 407 with these challenges."""
    lines = ["HTTP/1.1 407 Proxy Authentication Required", "Content-Length: 4"]
    lines += [f"Proxy-Authenticate: {challenge}" for challenge in challenges]
    lines += ["Connection: close"] if close else []
    return ("\r\n".join(lines) + "\r\n\r\nbody").encode("latin-1")


FINE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def fake_proxy(script: Script) -> Iterator[FakeProxy]:
    """Run the proxy on a free port of 127.0.0.1."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=16)
    proxy = FakeProxy(port=listener.getsockname()[1])
    threads: list[threading.Thread] = []
    open_sockets: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                proxy.connections += 1
                open_sockets.append(connection)
                thread = threading.Thread(target=serve, args=(connection,), daemon=True)
                threads.append(thread)
                thread.start()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while (answer := _answer(connection, proxy, script)) is not None:
                connection.sendall(answer)
                if b"Connection: close" in answer or b"Cut: here" in answer:
                    return

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield proxy
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join(5)
        for connection in open_sockets:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(5)


def _answer(connection: socket.socket, proxy: FakeProxy, script: Script) -> bytes | None:
    """Read one request and return what the script says to it."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            while len(body) < int(value):
                body += connection.recv(65536)
    proxy.heads.append(head)
    proxy.bodies.append(body)
    return script(head)
