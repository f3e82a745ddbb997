"""A Core over 64 KiB is kept in pieces that join to exactly the Core; a small one only whole."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.metadata.made_documents import a_document, a_servicing_manifest

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.fragments import CorePiece, Packed
from headgate.metadata.core_pieces import LARGE, PIECE, CoreStream
from headgate.metadata.document import read_document
from headgate.metadata.packing import Packer
from headgate.metadata.rewriting import unescape
from headgate.wire import xpress
from headgate.wire.xpress import XpressReader

PACKER = Packer()


def cut(text: bytes, write: int = 100_000) -> tuple[Packed, tuple[CorePiece, ...]]:
    stream = CoreStream(PACKER, compress=xpress.compress)
    for start in range(0, len(text), write):
        stream.write(text[start : start + write])
    return stream.finish()


def joined(pieces: tuple[CorePiece, ...]) -> bytes:
    return b"".join(PACKER.unpack(piece.packed.data) for piece in pieces)


@pytest.mark.parametrize("size", [0, 1, LARGE])
def test_a_small_core_is_kept_whole_only(size: int) -> None:
    whole, pieces = cut(b"x" * size)

    assert (whole.size, pieces) == (size, ())
    assert PACKER.unpack(whole.data) == b"x" * size


@pytest.mark.parametrize("size", [LARGE + 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_a_large_core_is_kept_whole_and_in_pieces_of_their_size(size: int) -> None:
    text = bytes(range(97, 123)) * (size // 26 + 1)
    text = text[:size]
    whole, pieces = cut(text)

    assert whole.size == size
    assert PACKER.unpack(whole.data) == text
    assert joined(pieces) == text
    assert [piece.packed.size for piece in pieces[:-1]] == [PIECE] * (len(pieces) - 1)
    assert 0 < pieces[-1].packed.size <= PIECE


@settings(max_examples=20, deadline=None)
@given(part=st.binary(min_size=1, max_size=300), write=st.integers(1, 2 * PIECE))
def test_ready_blocks_say_what_the_piece_says_however_it_came(part: bytes, write: int) -> None:
    _, pieces = cut(part * (LARGE // len(part) + 200), max(write, LARGE // 50))

    for piece in pieces:
        assert piece.xpress is not None
        reader = XpressReader()
        assert reader.feed(piece.xpress) == PACKER.unpack(piece.packed.data)
        reader.close()


def test_a_build_without_a_compiler_leaves_the_blocks_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("headgate.wire.xpress_native._body", None)
    stream = CoreStream(PACKER)
    stream.write(b"x" * (LARGE + 1))
    _, pieces = stream.finish()

    assert [piece.xpress for piece in pieces] == [None]


@pytest.mark.parametrize("size", [100_000, 3_000_000])
def test_pieces_of_a_document_join_to_its_core(size: int) -> None:
    """A tree is made of the first, the second flows."""
    manifest = a_servicing_manifest(size)
    document = read_document(
        a_document(rules=manifest), DocumentEncoding.UTF8, None, PACKER
    ).fragments

    core = PACKER.unpack(document.core.data)
    assert joined(document.core_pieces) == core
    assert len(core) == document.core.size
    assert unescape(core).count(b"<component>") == manifest.count("<component>")
