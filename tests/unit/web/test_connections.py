"""Connections whose request never begins, over real sockets."""

import socket
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from tests.serving import serving_app

from headgate.web import connections

REQUEST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"


async def _echo(request: Request) -> Response:
    return PlainTextResponse(await request.body())


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    monkeypatch.setattr(connections, "HEAD_PATIENCE", 0.5)
    app = Starlette(routes=[Route("/", _echo, methods=["POST"])])
    with serving_app(app) as url:
        host, _, port = url.removeprefix("http://").rstrip("/").partition(":")
        yield host, int(port)


def _answer(address: tuple[str, int], *sent: bytes) -> bytes:
    """Return all that comes until the server hangs up, b"" for a connection it cut."""
    with socket.create_connection(address, timeout=30) as line:
        try:
            for piece in sent:
                line.sendall(piece)
            got = b""
            while piece := line.recv(65_536):
                got += piece
                if got.endswith(b"hello"):
                    return got
        except (ConnectionResetError, BrokenPipeError):
            return b""
    return got


def test_a_request_is_answered_however_slowly_its_body_comes(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=30) as line:
        line.sendall(REQUEST + b"\r\nhel")
        line.settimeout(1.5)
        with pytest.raises(TimeoutError):  # longer than a head may take
            line.recv(1)
        line.settimeout(30)
        line.sendall(b"lo")
        assert line.recv(65_536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("sent", [b"", b"\r\n", REQUEST], ids=["nothing", "a blank line", "half"])
def test_a_head_that_does_not_come_ends_the_connection(
    address: tuple[str, int], sent: bytes
) -> None:
    assert _answer(address, sent) == b""


def test_a_flood_of_headers_ends_the_connection(address: tuple[str, int]) -> None:
    header = b"X-Flood: " + b"x" * 4000 + b"\r\n"

    assert _answer(address, REQUEST, *[header] * 2000) == b""
    assert _answer(address, REQUEST + b"\r\nhello").startswith(b"HTTP/1.1 200")
