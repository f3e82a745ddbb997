import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.wire import xpress

NOISE = random.Random(20261120).randbytes(40_000)
SOAP = b"<UpdateIdentity><UpdateID>%d</UpdateID></UpdateIdentity>"
REPEATING = b"".join(SOAP % number for number in range(3000))


def read(body: bytes, size: int = 1 << 20) -> bytes:
    reader = xpress.XpressReader()
    text = b"".join(reader.feed(body[at : at + size]) for at in range(0, len(body), size))
    reader.close()
    return text


def frame(size: int, block: bytes) -> bytes:
    return struct.pack("<ii", size, len(block)) + block


@pytest.mark.parametrize(
    ("block", "text"),
    [
        # the two examples of [MS-XCA] 3.1
        (
            bytes.fromhex("3f000000") + b"abcdefghijklmnopqrstuvwxyz",
            b"abcdefghijklmnopqrstuvwxyz",
        ),
        (bytes.fromhex("ffffff1f61626317000fff2601"), b"abc" * 100),
    ],
)
def test_the_examples_of_the_specification(block: bytes, text: bytes) -> None:
    assert xpress.expand_block(block, len(text)) == text
    assert xpress.compress_block(text) == block


def test_a_stored_block_is_taken_as_it_is() -> None:
    """Both sizes are equal; the decoder would make something else of it (FACTS 1.5)."""
    text = b"<a>" + NOISE[:181]

    assert read(frame(len(text), text)) == text


@pytest.mark.parametrize("size", [1, 7, 1000, 1 << 20])
def test_chunks_of_any_size_give_the_same_text(size: int) -> None:
    text = REPEATING + NOISE
    body = xpress.compress(text)

    assert len(body) < len(text)
    assert read(body, size) == text


def test_blocks_are_cut_as_a_real_server_cuts_them() -> None:
    body = xpress.compress(REPEATING[:20_302])

    assert struct.unpack_from("<i", body)[0] == 16_352
    first = struct.unpack_from("<i", body, 4)[0]
    assert struct.unpack_from("<i", body, 8 + first)[0] == 3_950


def test_what_does_not_shrink_is_stored() -> None:
    assert xpress.compress(NOISE[:300]) == frame(300, NOISE[:300])
    assert xpress.compress(b"") == b""


@settings(deadline=None)
@given(
    st.lists(
        st.binary(max_size=40) | st.integers(1, 3000).map(lambda count: b"ab" * count), max_size=20
    ).map(b"".join)
)
def test_every_text_comes_back(text: bytes) -> None:
    assert read(xpress.compress(text)) == text


def test_a_cut_off_body_is_refused() -> None:
    body = xpress.compress(REPEATING)

    for length in (1, 7, 8, 500, len(body) - 1):
        with pytest.raises(xpress.XpressError, match="cut off"):
            read(body[:length])


@pytest.mark.parametrize(
    "body",
    [
        struct.pack("<ii", -1, 5) + b"xxxxx",
        struct.pack("<ii", 70_000, 5) + b"xxxxx",
        struct.pack("<ii", 100, 1 << 30),
        b"<soap:Envelope xmlns:soap='http://schemas.xmlsoap.org/soap/envelope/'/>",
        frame(100, b"\0\0\0\0ab"),
        frame(100, b"\xff\xff\xff\xff\x08\x00"),
    ],
)
def test_impossible_blocks_are_refused(body: bytes) -> None:
    with pytest.raises(xpress.XpressError):
        read(body)


@settings(deadline=None)
@given(st.data())
def test_mutated_bodies_give_an_xpress_error_or_text(data: st.DataObject) -> None:
    body = bytearray(xpress.compress(REPEATING[:3000]))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))

    try:
        read(bytes(body))
    except xpress.XpressError as error:
        assert str(error)
