"""One update file: whole, resumed, cut, refused, wrong; always verified."""

import errno
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import httpx2
import pytest
from tests.origins import Origin, Seen, serving

from headgate.errors import ContentError
from headgate.upstream.download import DownloadStopped, fetch_file
from headgate.upstream.failures import (
    BusyAnswer,
    ConnectionCut,
    FileNotAtSource,
    UnexpectedAnswer,
    UnusableAddress,
    WrongSize,
)
from headgate.upstream.partial import DigestMismatch, DiskFull
from headgate.upstream.transport import TransportSettings, open_client

FILE = hashlib.shake_128(b"an update").digest(3_000_000)
AT_ONCE = (0.0, 0.0, 0.0)


@pytest.fixture
def origin() -> Iterator[Origin]:
    with serving() as origin:
        origin.files["/f"] = FILE
        yield origin


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    with open_client(TransportSettings(read_timeout=10)) as client:
        yield client


def _fetch(
    client: httpx2.Client,
    urls: Sequence[str],
    destination: Path,
    *,
    content: bytes = FILE,
    sha256: bytes | None = hashlib.sha256(FILE).digest(),
    progress: Callable[[int], None] = lambda done: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> None:
    fetch_file(
        client,
        urls,
        destination,
        size=len(content),
        sha1=hashlib.sha1(content).digest(),
        sha256=sha256,
        progress=progress,
        should_stop=should_stop,
        backoff=AT_ONCE,
    )


def _ranges(origin: Origin) -> list[str | None]:
    return [seen.headers.get("range") for seen in origin.requests]


def _cut_after(sent: int, times: int) -> Callable[[BaseHTTPRequestHandler, Seen], bool]:
    """Announce the whole answer, send ``sent`` bytes of it and hang up; ``times`` times."""
    left = iter(range(times))

    def misbehave(handler: BaseHTTPRequestHandler, seen: Seen) -> bool:
        if next(left, None) is None:
            return False
        start = int(seen.headers.get("range", "bytes=0-")[6:-1])
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(FILE) - 1}/{len(FILE)}")
        handler.send_header("Content-Length", str(len(FILE) - start))
        handler.end_headers()
        handler.wfile.write(FILE[start : start + sent])
        handler.close_connection = True
        return True

    return misbehave


def _answer(status: int, body: bytes = b"", **headers: str) -> Callable[..., bool]:
    def misbehave(handler: BaseHTTPRequestHandler, seen: Seen) -> bool:
        handler.answer(status, body, **headers)  # type: ignore[attr-defined]
        return True

    return misbehave


def test_file_arrives_whole(origin: Origin, client: httpx2.Client, tmp_path: Path) -> None:
    told: list[int] = []

    _fetch(client, [origin.url("/f")], tmp_path / "f", progress=told.append)

    assert (tmp_path / "f").read_bytes() == FILE
    assert told[0] == 0
    assert told[-1] == len(FILE)
    assert told == sorted(told)
    assert "accept-encoding" not in origin.requests[0].headers
    assert "range" not in origin.requests[0].headers


def test_empty_file_arrives_too(origin: Origin, client: httpx2.Client, tmp_path: Path) -> None:
    origin.files["/f"] = b""

    _fetch(client, [origin.url("/f")], tmp_path / "f", content=b"", sha256=None)

    assert (tmp_path / "f").read_bytes() == b""


def test_what_is_there_is_continued(origin: Origin, client: httpx2.Client, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(FILE[:1_234_567])
    told: list[int] = []

    _fetch(client, [origin.url("/f")], tmp_path / "f", progress=told.append)

    assert (tmp_path / "f").read_bytes() == FILE
    assert _ranges(origin) == ["bytes=1234567-"]
    assert told[0] == 1_234_567


def test_complete_file_is_verified_without_asking(
    origin: Origin, client: httpx2.Client, tmp_path: Path
) -> None:
    (tmp_path / "f").write_bytes(FILE)

    _fetch(client, [origin.url("/f")], tmp_path / "f")

    assert origin.requests == []


def test_more_than_the_file_has_is_thrown_away(
    origin: Origin, client: httpx2.Client, tmp_path: Path
) -> None:
    (tmp_path / "f").write_bytes(FILE + b"tail")

    _fetch(client, [origin.url("/f")], tmp_path / "f")

    assert (tmp_path / "f").read_bytes() == FILE
    assert _ranges(origin) == [None]


def test_cut_connections_are_resumed(origin: Origin, client: httpx2.Client, tmp_path: Path) -> None:
    origin.misbehave = _cut_after(200_000, times=3)

    _fetch(client, [origin.url("/f")], tmp_path / "f")

    assert (tmp_path / "f").read_bytes() == FILE
    assert _ranges(origin) == [None, "bytes=200000-", "bytes=400000-", "bytes=600000-"]


def test_connection_that_is_always_cut_is_given_up(
    origin: Origin, client: httpx2.Client, tmp_path: Path
) -> None:
    origin.misbehave = _cut_after(10, times=1000)
    with pytest.raises(ConnectionCut):
        _fetch(client, [origin.url("/f")], tmp_path / "f")

    assert len(origin.requests) == 1 + len(AT_ONCE)
    assert (tmp_path / "f").read_bytes() == FILE[:40], "kept for the next run"


def test_real_progress_earns_new_retries(
    origin: Origin, client: httpx2.Client, tmp_path: Path
) -> None:
    large = FILE * 3
    origin.files["/f"] = large
    left = iter(range(7))

    def misbehave(handler: BaseHTTPRequestHandler, seen: Seen) -> bool:
        if next(left, None) is None:
            return False
        start = int(seen.headers.get("range", "bytes=0-")[6:-1])
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(large) - 1}/{len(large)}")
        handler.send_header("Content-Length", str(len(large) - start))
        handler.end_headers()
        handler.wfile.write(large[start : start + 1_100_000])
        handler.close_connection = True
        return True

    origin.misbehave = misbehave
    _fetch(client, [origin.url("/f")], tmp_path / "f", content=large, sha256=None)

    assert len(origin.requests) == 8


def test_whole_file_instead_of_a_range_starts_over(
    origin: Origin, client: httpx2.Client, tmp_path: Path
) -> None:
    (tmp_path / "f").write_bytes(b"x" * 1000)
    origin.misbehave = _answer(200, FILE)

    _fetch(client, [origin.url("/f")], tmp_path / "f")

    assert (tmp_path / "f").read_bytes() == FILE


@pytest.mark.parametrize(
    "refusal",
    [_answer(416), _answer(206, b"xx", Content_Range="bytes 0-1/3000000"), _answer(206, b"xx")],
    ids=["416", "206 from elsewhere", "206 from nowhere"],
)
def test_range_that_is_not_served_starts_over(
    origin: Origin, client: httpx2.Client, tmp_path: Path, refusal: Callable[..., bool]
) -> None:
    (tmp_path / "f").write_bytes(FILE[:1000])
    origin.misbehave = lambda handler, seen: "range" in seen.headers and refusal(handler, seen)

    _fetch(client, [origin.url("/f")], tmp_path / "f")

    assert (tmp_path / "f").read_bytes() == FILE
    assert _ranges(origin) == ["bytes=1000-", None]


def test_file_not_at_any_address(origin: Origin, client: httpx2.Client, tmp_path: Path) -> None:
    with pytest.raises(FileNotAtSource, match="answers 404"):
        _fetch(client, [origin.url("/gone"), origin.url("/away")], tmp_path / "f")

    assert [seen.path for seen in origin.requests] == ["/gone", "/away"]


def test_next_address_is_tried(origin: Origin, client: httpx2.Client, tmp_path: Path) -> None:
    _fetch(client, ["not an address", origin.url("/gone"), origin.url("/f")], tmp_path / "f")

    assert (tmp_path / "f").read_bytes() == FILE


def test_no_address_at_all(client: httpx2.Client, tmp_path: Path) -> None:
    with pytest.raises(FileNotAtSource, match="No address"):
        _fetch(client, [], tmp_path / "f")


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/f", "//nowhere", "http://:80x/", "file:///etc/passwd"]
)
def test_address_that_is_none(client: httpx2.Client, tmp_path: Path, url: str) -> None:
    with pytest.raises(UnusableAddress):
        _fetch(client, [url], tmp_path / "f")


def test_redirection_is_followed_and_a_circle_is_not(
    origin: Origin, client: httpx2.Client, tmp_path: Path
) -> None:
    origin.misbehave = lambda handler, seen: (
        seen.path == "/moved" and _answer(302, Location="/f")(handler, seen)
    )
    _fetch(client, [origin.url("/moved")], tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == FILE

    origin.misbehave = _answer(302, Location="/f")
    with pytest.raises(UnusableAddress):
        _fetch(client, [origin.url("/f")], tmp_path / "g")


def test_busy_source_is_asked_again_and_then_given_up(
    origin: Origin, client: httpx2.Client, tmp_path: Path
) -> None:
    origin.misbehave = _answer(503)
    with pytest.raises(BusyAnswer, match="answers 503"):
        _fetch(client, [origin.url("/f")], tmp_path / "f")

    assert len(origin.requests) == 1 + len(AT_ONCE)


def test_forbidden_is_not_asked_again(
    origin: Origin, client: httpx2.Client, tmp_path: Path
) -> None:
    origin.misbehave = _answer(403)
    with pytest.raises(UnexpectedAnswer, match="answers 403") as caught:
        _fetch(client, [origin.url("/f")], tmp_path / "f")

    assert caught.value.status == 403
    assert len(origin.requests) == 1


def test_page_in_place_of_the_file_is_refused_and_what_is_there_stays(
    origin: Origin, client: httpx2.Client, tmp_path: Path
) -> None:
    (tmp_path / "f").write_bytes(FILE[:1000])
    origin.misbehave = _answer(200, b"<html>blocked by policy</html>")
    with pytest.raises(WrongSize, match="30 bytes instead of the 3000000"):
        _fetch(client, [origin.url("/f")], tmp_path / "f")

    assert (tmp_path / "f").read_bytes() == FILE[:1000]


def test_endless_body_is_cut_off(origin: Origin, client: httpx2.Client, tmp_path: Path) -> None:
    def misbehave(handler: BaseHTTPRequestHandler, seen: Seen) -> bool:
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(FILE + b"and more")
        return True

    origin.misbehave = misbehave
    with pytest.raises(WrongSize, match="more than the 3000000"):
        _fetch(client, [origin.url("/f")], tmp_path / "f")


@pytest.mark.parametrize("digest", ["SHA-1", "SHA-256"])
def test_wrong_digest_removes_the_file(
    origin: Origin, client: httpx2.Client, tmp_path: Path, digest: str
) -> None:
    sha1, sha256 = hashlib.sha1(FILE).digest(), hashlib.sha256(FILE).digest()
    with pytest.raises(DigestMismatch, match=f"not what its {digest} says") as caught:
        fetch_file(
            client,
            [origin.url("/f")],
            tmp_path / "f",
            size=len(FILE),
            sha1=bytes(20) if digest == "SHA-1" else sha1,
            sha256=bytes(32) if digest == "SHA-256" else sha256,
            progress=lambda done: None,
            should_stop=lambda: False,
        )

    actual = sha1 if digest == "SHA-1" else sha256
    assert caught.value.actual == f"{digest}:{actual.hex()}"
    assert caught.value.expected == f"{digest}:{'00' * len(actual)}"
    assert not (tmp_path / "f").exists()


def test_stopping_keeps_what_has_come(
    origin: Origin, client: httpx2.Client, tmp_path: Path
) -> None:
    done = [0]

    def note(length: int) -> None:
        done[0] = length

    with pytest.raises(DownloadStopped):
        _fetch(
            client,
            [origin.url("/f"), origin.url("/f")],
            tmp_path / "f",
            progress=note,
            should_stop=lambda: done[0] > 100_000,
        )
    assert (tmp_path / "f").read_bytes() == FILE[: done[0]]
    assert 100_000 < done[0] < len(FILE)

    _fetch(client, [origin.url("/f")], tmp_path / "f")
    assert (tmp_path / "f").read_bytes() == FILE


class _FullDisk(type(Path())):  # type: ignore[misc]
    """A path on a disk that takes a thousand bytes and no more."""

    def open(self, mode: str = "r", buffering: int = -1) -> io.FileIO:  # type: ignore[override]
        class File(io.FileIO):
            def write(self, data: memoryview) -> int:  # type: ignore[override]
                room = 1000 - self.tell()
                if room <= 0:
                    raise OSError(errno.ENOSPC, "No space left on device")
                return super().write(data[:room])

        return File(str(self), "x+")


def test_full_disk_is_said_in_words(origin: Origin, client: httpx2.Client, tmp_path: Path) -> None:
    with pytest.raises(DiskFull, match="The disk is full") as caught:
        _fetch(client, [origin.url("/f")], _FullDisk(tmp_path / "f"))

    assert "Free space" in caught.value.next_step
    assert (tmp_path / "f").read_bytes() == FILE[:1000]
    assert len(origin.requests) == 1


def test_folder_that_cannot_be_written_is_said_in_words(
    client: httpx2.Client, tmp_path: Path
) -> None:
    with pytest.raises(ContentError, match="cannot be written"):
        _fetch(client, [], tmp_path / "absent" / "f")
