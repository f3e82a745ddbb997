"""How an answer leaves, and that its length is known before."""

import zlib

import pytest

from headgate.web.soap.encodings import accepted, encode
from headgate.wire import xpress
from headgate.wire.clientsync.update_info import LargeXml

LARGE = LargeXml(7, 1000)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, set()),
        ("", set()),
        ("xpress", {"xpress"}),
        ("gzip, XPRESS;q=1.0", {"gzip", "xpress"}),
        ("gzip;q=0, deflate;q=0.0,br; q=0.5", {"br"}),
        (";;;,,", set()),
    ],
)
def test_what_is_accepted(header: str | None, expected: set[str]) -> None:
    assert accepted(header) == expected


def test_small_answers_are_cut_and_compressed_whole() -> None:
    text = b"<a>" * 10_000
    done = encode([text], frozenset({"xpress", "gzip"}), xpress=xpress.compress, ready={})
    assert done.encoding == "xpress"
    reader = xpress.XpressReader()
    assert b"".join(reader.feed(part) for part in done.parts if isinstance(part, bytes)) == text
    assert done.length == sum(len(part) for part in done.parts if isinstance(part, bytes))


def test_large_cores_count_with_their_ready_blocks() -> None:
    done = encode(
        [b"before" * 99, LARGE, b"after"],
        frozenset({"xpress"}),
        xpress=xpress.compress,
        ready={7: 300},
    )
    before, core, after = done.parts
    assert core == LargeXml(7, 300) and done.encoding == "xpress"
    assert isinstance(before, bytes) and isinstance(after, bytes)
    assert done.length == len(before) + 300 + len(after)


@pytest.mark.parametrize("ready", [{}, {7: None}])
def test_large_cores_without_blocks_leave_as_they_are(ready: dict[int, int | None]) -> None:
    parts = [b"before", LARGE]
    for wanted in ({"xpress"}, {"gzip"}, {"xpress", "gzip"}):
        done = encode(parts, frozenset(wanted), xpress=xpress.compress, ready=ready)
        assert (done.encoding, list(done.parts), done.length) == (None, parts, 1006)


def test_gzip_for_those_who_ask_and_only_where_it_is_worth_it() -> None:
    text = b"words " * 1000
    done = encode([text[:3000], text[3000:]], frozenset({"gzip"}), xpress=None, ready={})
    (part,) = done.parts
    assert isinstance(part, bytes) and done.encoding == "gzip"
    assert zlib.decompress(part, 31) == text and done.length == len(part)
    short = encode([b"short"], frozenset({"gzip"}), xpress=None, ready={})
    assert (short.encoding, short.length) == (None, 5)


def test_a_build_without_a_compiler_falls_back() -> None:
    text = b"words " * 1000
    assert encode([text], frozenset({"xpress"}), xpress=None, ready={}).encoding is None
    both = encode([text], frozenset({"xpress", "gzip"}), xpress=None, ready={})
    assert both.encoding == "gzip"
