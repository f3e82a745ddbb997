"""Files sent by the kernel, over real sockets: what arrives is the file, whoever listens how."""

import http.client
import os
import random
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from tests.commands import until
from tests.serving import serving_app

from headgate.services.clients.content import OpenFile, ServedFile
from headgate.web import zero_copy
from headgate.web.files import byte_ranges
from headgate.web.files.response import FileResponse

CONTENT = random.Random(20261122).randbytes(9 * 1024 * 1024 + 77)


class _Door:
    """Sends a file as the content door does; counts the pieces the kernel was asked to send."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.by_kernel = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted(message: object) -> None:
            self.by_kernel += message["type"] == zero_copy.EXTENSION  # type: ignore[index]
            await send(message)  # type: ignore[arg-type]

        opened = OpenFile(os.open(self._path, os.O_RDONLY))
        file = ServedFile(
            opened=opened, sha1=b"a" * 20, size=len(CONTENT), stored_at=datetime.now(UTC)
        )
        asked = dict(scope["headers"]).get(b"range")
        pieces = byte_ranges.pieces(asked and asked.decode(), file.size)
        response = FileResponse(file, pieces, read=_read, with_body=True)
        await response(scope, receive, counted)


def _read(file: ServedFile, count: int, at: int) -> bytes:
    return os.pread(file.opened.fileno(), count, at)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def door(path: Path) -> _Door:
    return _Door(path)


@pytest.fixture
def address(door: _Door) -> Iterator[tuple[str, int]]:
    with serving_app(Starlette(routes=[Route("/", door, methods=["GET"])])) as url:
        host, _, port = url.removeprefix("http://").rstrip("/").partition(":")
        yield host, int(port)


def test_the_file_and_ranges_of_it_arrive_over_one_connection(
    address: tuple[str, int], door: _Door
) -> None:
    connection = http.client.HTTPConnection(*address, timeout=30)
    for asked in ("bytes=0-", "bytes=1048576-2097151", "bytes=9437180-9437191", "bytes=-5"):
        connection.request("GET", "/", headers={"Range": asked})
        (piece,) = byte_ranges.pieces(asked, len(CONTENT)) or ()
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (206, CONTENT[piece.first : piece.last + 1])
    connection.close()
    assert door.by_kernel > 4


def test_requests_sent_together_are_answered_in_their_order(address: tuple[str, int]) -> None:
    asked = b"GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=%d-%d\r\n\r\n"
    with socket.create_connection(address, timeout=30) as line:
        line.sendall(b"".join(asked % (start, start + 99_999) for start in (500_000, 0, 7)))
        got = b""
        while got.count(b"HTTP/1.1 206") < 3 or len(got.rpartition(b"\r\n\r\n")[2]) < 100_000:
            got += line.recv(65_536)

    parts = got.split(b"HTTP/1.1 206")[1:]
    bodies = [part.partition(b"\r\n\r\n")[2] for part in parts]
    assert bodies == [CONTENT[start : start + 100_000] for start in (500_000, 0, 7)]


def test_a_slow_receiver_gets_all_of_it_and_holds_up_nobody(address: tuple[str, int]) -> None:
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(30)
        slow.connect(address)
        slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        got = slow.recv(10)
        other = http.client.HTTPConnection(*address, timeout=30)
        other.request("GET", "/")
        assert other.getresponse().read() == CONTENT  # while the first one has hardly begun
        other.close()
        while piece := slow.recv(65_536):
            got += piece

    assert got.partition(b"\r\n\r\n")[2] == CONTENT


def test_who_leaves_in_the_middle_leaves_nothing_open(address: tuple[str, int], path: Path) -> None:
    for _ in range(5):
        with socket.create_connection(address, timeout=30) as line:
            line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert line.recv(1000)
    until(lambda: str(path) not in _open_files() and not _connections(address[1]))


def _open_files() -> set[str]:
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # of the directory itself
            found.add(str(descriptor.readlink()))
    return found


def _connections(port: int) -> list[str]:
    """Return the states of the server's connections that a process still holds."""
    held = {"01": "established", "08": "close wait"}
    lines = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    return [held[line[3]] for line in lines if line[1].endswith(f":{port:04X}") and line[3] in held]


def test_a_file_that_is_cut_meanwhile_ends_the_connection_early(
    address: tuple[str, int], path: Path
) -> None:
    os.truncate(path, 1_500_000)
    connection = http.client.HTTPConnection(*address, timeout=30)
    connection.request("GET", "/")
    answer = connection.getresponse()
    assert answer.getheader("content-length") == str(len(CONTENT))
    with pytest.raises(http.client.IncompleteRead):
        answer.read()
    connection.close()


def test_parts_between_pieces_keep_their_place(address: tuple[str, int]) -> None:
    """Text goes through the transport, pieces do not: a slow receiver must not see them mixed."""
    asked = ",".join(f"{start}-{start + 1_500_000}" for start in range(0, 9_000_000, 1_600_000))
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(30)
        slow.connect(address)
        headers = f"Host: x\r\nConnection: close\r\nRange: bytes={asked}\r\n\r\n"
        slow.sendall(f"GET / HTTP/1.1\r\n{headers}".encode())
        got = b""
        while piece := slow.recv(65_536):
            got += piece

    head, _, body = got.partition(b"\r\n\r\n")
    boundary = head.partition(b"boundary=")[2].partition(b"\r\n")[0]
    parts = body.split(b"--" + boundary)[1:-1]
    starts = [int(one.partition(b"bytes ")[2].partition(b"-")[0]) for one in parts]
    assert starts == list(range(0, 9_000_000, 1_600_000))
    for start, one in zip(starts, parts, strict=True):
        content = one.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n")
        assert content == CONTENT[start : start + 1_500_001][: len(CONTENT) - start]
