"""Packed pieces: with and without a dictionary, at once and streamed, sound and damaged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.metadata.made_documents import a_document

from headgate.metadata.packing import (
    PackedDataDamaged,
    Packer,
    dictionary_id,
    load_dictionaries,
    train,
    unpack,
)

_SAMPLES = [
    a_document(identity=f'<upd:UpdateIdentity UpdateID="{number:032x}" RevisionNumber="1" />')
    for number in range(0, 900_000_000, 1_000_003)
]


@pytest.fixture(scope="module")
def dictionary() -> bytes:
    return train(_SAMPLES, size=16_384)


@given(st.binary())
def test_what_was_packed_comes_back(data: bytes) -> None:
    packed = Packer().pack(data)

    assert packed.size == len(data)
    assert unpack(packed.data, {}) == data


def test_one_packer_packs_many_pieces_independently() -> None:
    packer = Packer()
    packed = [packer.pack(sample) for sample in _SAMPLES[:50]]

    assert [unpack(each.data, {}) for each in reversed(packed)] == _SAMPLES[:50][::-1]


def test_a_dictionary_makes_pieces_smaller_and_is_named_in_them(dictionary: bytes) -> None:
    with_dictionary = Packer(dictionary=dictionary)

    packed = with_dictionary.pack(_SAMPLES[7])

    assert len(packed.data) < len(Packer().pack(_SAMPLES[7]).data) / 3
    assert dictionary_id(packed.data) in load_dictionaries([dictionary])
    assert with_dictionary.unpack(packed.data) == _SAMPLES[7]


def test_pieces_of_an_older_dictionary_stay_readable(dictionary: bytes) -> None:
    packed = Packer(dictionary=dictionary).pack(_SAMPLES[7])
    newer = train([sample[::-1] for sample in _SAMPLES], size=8_192)

    assert Packer(dictionary=newer, older=[dictionary]).unpack(packed.data) == _SAMPLES[7]


def test_a_missing_dictionary_is_named(dictionary: bytes) -> None:
    packed = Packer(dictionary=dictionary).pack(_SAMPLES[7])

    with pytest.raises(PackedDataDamaged, match=str(dictionary_id(packed.data))):
        Packer().unpack(packed.data)


def test_frames_one_behind_the_other_unpack_as_one(dictionary: bytes) -> None:
    packer = Packer(dictionary=dictionary)
    frames = [packer.pack(sample).data for sample in _SAMPLES]

    assert packer.unpack(b"".join(frames)) == b"".join(_SAMPLES)


@pytest.mark.parametrize("data", [b"", b"no frame at all", Packer().pack(b"x" * 999).data[:-2]])
def test_damaged_data_is_told_from_sound_data(data: bytes) -> None:
    with pytest.raises(PackedDataDamaged):
        unpack(data, {})


def test_too_few_samples_teach_nothing() -> None:
    with pytest.raises(ValueError, match="too little"):
        train([b"one"])
