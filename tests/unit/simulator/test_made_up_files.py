"""The files the simulator makes up: true sizes and digests, and licences people can read."""

import hashlib

import pytest

from headgate.simulator.microsoft_update.content import made_up_bytes, made_up_file
from tests.cast import NOON


@pytest.mark.parametrize("size", [0, 10, 700, 20_000])
def test_licence_terms_can_be_read(size: int) -> None:
    file = made_up_file("eula-24h2-en.txt", size, modified=NOON, is_eula=True)
    content = made_up_bytes(file.name, file.size)

    assert len(content) == size
    assert hashlib.sha1(content, usedforsecurity=False).digest() == file.sha1
    assert all(letter.isprintable() or letter in "\r\n" for letter in content.decode("ascii"))
    assert content.startswith(b"LICENCE TERMS"[:size])


def test_each_licence_is_a_file_of_its_own() -> None:
    one, other = (made_up_bytes(f"eula-{language}.txt", 700) for language in ("en", "de"))

    assert one != other
