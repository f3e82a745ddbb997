"""Cabinets; a foreign reader (libmspack, the one inside cabextract) checks what we write."""

import random
import struct

import pylibmspack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.wire import cab, cab_layout

NOISE = random.Random(20261120).randbytes(100_000)
TEXT = "<upd:Update>\r\nStraße \U0001f600</upd:Update>\r\n".encode("utf-16-le") * 3000


def member(cabinet: bytes, name: str = cab.BLOB, **limit: int) -> bytes:
    return b"".join(cab.open_member(cabinet, name, **limit))


def stored(content: bytes) -> bytes:
    """A cabinet with an uncompressed folder, reserved areas everywhere and something after it."""
    block = cab_layout.BLOCK.pack(0, len(content), len(content)) + b"RR" + content
    files_at = 36 + 4 + 5 + 8 + 3
    first_block = files_at + 16 + 2
    length = first_block + len(block)
    header = cab_layout.HEADER.pack(b"MSCF", 0, length, 0, files_at, 0, 3, 1, 1, 1, 4, 7, 0)
    reserve = struct.pack("<HBB", 5, 3, 2) + b"HHHHH"
    folder = cab_layout.FOLDER.pack(first_block, 1, 0) + b"FFF"
    entry = cab_layout.FILE.pack(len(content), 0, 0, 0, 0, 0) + b"m\0"
    return header + reserve + folder + entry + block + b"signature"


@pytest.mark.parametrize("content", [b"", b"a", TEXT, NOISE, NOISE[:32768], NOISE[:32769]])
def test_a_written_cabinet_is_read_by_us_and_by_libmspack(content: bytes) -> None:
    cabinet = cab.write_cabinet([(cab.BLOB, content)])

    assert member(cabinet) == content
    assert cab.read_members(cabinet) == {cab.BLOB: content}
    if content:
        assert pylibmspack.CabArchive.from_bytes(cabinet).read(cab.BLOB) == content


def test_several_files_share_one_folder() -> None:
    files = {"package.xml": TEXT, "empty": b"", "metadata.txt": NOISE, "über": b"x"}

    cabinet = cab.write_cabinet(list(files.items()))

    assert cab.read_members(cabinet) == files
    assert member(cabinet, "metadata.txt") == NOISE
    theirs = pylibmspack.CabArchive.from_bytes(cabinet)
    assert [one["name"] for one in theirs.files()] == list(files)
    assert theirs.read("metadata.txt") == NOISE


def test_members_are_handed_out_in_pieces() -> None:
    pieces = list(cab.open_member(cab.write_cabinet([("a", b"x"), ("b", TEXT)]), "b"))

    assert max(map(len, pieces)) <= 32768
    assert b"".join(pieces) == TEXT


def test_stored_folders_and_reserved_areas_are_read() -> None:
    assert member(stored(b"hello"), "m") == b"hello"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "not a cabinet"),
        (b"<html></html>", "not a cabinet"),
        (b"MSCF", "cut off"),
        (cab.write_cabinet([(cab.BLOB, TEXT)])[:-1], "cut off: .* bytes are here"),
    ],
)
def test_what_is_no_whole_cabinet_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(cab.CabError, match=sentence):
        member(data)


def test_a_damaged_block_is_found_by_its_checksum() -> None:
    cabinet = bytearray(cab.write_cabinet([(cab.BLOB, TEXT)]))
    cabinet[-5] ^= 1

    with pytest.raises(cab.CabError, match="checksum"):
        member(bytes(cabinet))


def test_sizes_over_the_limit_are_refused_before_anything_is_expanded() -> None:
    bomb = cab.write_cabinet([(cab.BLOB, bytes(10_000_000))])

    assert len(bomb) < 20_000
    with pytest.raises(cab.CabError, match="expands to 10000000 bytes; the limit is 1000000"):
        member(bomb, max_size=1_000_000)
    with pytest.raises(cab.CabError, match="limit"):
        cab.read_members(bomb, max_size=1_000_000)


def test_a_file_larger_than_its_data_is_refused() -> None:
    cabinet = bytearray(cab.write_cabinet([(cab.BLOB, b"short")]))
    cabinet[44:48] = struct.pack("<I", 6)

    for read in (member, cab.read_members):
        with pytest.raises(cab.CabError, match="does not fit"):
            read(bytes(cabinet))


def test_sets_of_cabinets_and_unknown_compressions_are_refused() -> None:
    part = bytearray(cab.write_cabinet([(cab.BLOB, b"x")]))
    part[30] = 1
    quantum = bytearray(cab.write_cabinet([(cab.BLOB, b"x")]))
    quantum[42] = 2
    window = bytearray(cab.write_cabinet([(cab.BLOB, b"x")]))
    window[42:44] = b"\x03\x1f"

    for cabinet, sentence in ((part, "set"), (quantum, "not supported"), (window, "window")):
        with pytest.raises(cab.CabError, match=sentence):
            member(bytes(cabinet))


def test_a_missing_member_is_named() -> None:
    with pytest.raises(cab.CabError, match="no file 'blob'"):
        member(cab.write_cabinet([("other", b"x")]))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_cabinets_give_a_cab_error_or_content(data: st.DataObject) -> None:
    """LZX as well: the compression word is among the mutated bytes."""
    cabinet = bytearray(
        data.draw(
            st.sampled_from(
                [
                    cab.write_cabinet([(cab.BLOB, TEXT[:5000]), ("m", b"more")]),
                    stored(TEXT[:300]),
                ]
            )
        )
    )
    front = st.integers(0, min(len(cabinet), 120) - 1)
    anywhere = st.integers(0, len(cabinet) - 1)
    for _ in range(data.draw(st.integers(1, 6))):
        cabinet[data.draw(front | anywhere)] = data.draw(st.integers(0, 255))
    cut = bytes(cabinet[: data.draw(st.just(len(cabinet)) | st.integers(0, len(cabinet)))])

    for name in (cab.BLOB, "m"):
        try:
            member(cut, name, max_size=1_000_000)
            cab.read_members(cut, max_size=1_000_000)
        except cab.CabError as error:
            assert str(error)


@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 5, 31, 4096, 4099])
def test_the_checksum_is_that_of_the_specification(length: int) -> None:
    """[MS-CAB] 3.1 word by word, as its pseudo code says."""
    block = NOISE[:length]
    expected = struct.unpack("<I", struct.pack("<HH", length, 777))[0]
    for at in range(0, length - length % 4, 4):
        expected ^= struct.unpack_from("<I", block, at)[0]
    for shift, byte in zip((16, 8, 0)[3 - length % 4 :], block[length - length % 4 :], strict=True):
        expected ^= byte << shift

    assert cab_layout.block_checksum(block, 777) == expected
