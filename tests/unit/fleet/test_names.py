"""Ids and names come from strangers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.fleet import names

GUID = "6C3B5C7D-0A5B-4E59-8DC6-2D2F0E2D2C11"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (GUID, GUID.lower()),
        ("a" * 255, "a" * 255),
        ("a" * 256, None),
        ("", None),
        (None, None),
        ("has blank", None),
        ("under_score", None),
        ("{" + GUID + "}", None),
        ("ä", None),
        ("a\n", None),
    ],
)
def test_an_id_is_letters_digits_and_hyphens(said: str | None, kept: str | None) -> None:
    assert names.client_id(said) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("PC7.Example.COM", "pc7.example.com"),
        ("OFFICE_PC", "office_pc"),
        ("müller-pc", "müller-pc"),
        ("", None),
        (None, None),
        ("a b", None),
        ("a\x00b", None),
        ("<script>", None),
        ("..\\..\\x", None),
        ("x" * 256, None),
        ("x'); DROP TABLE computers", None),
    ],
)
def test_a_name_is_what_windows_allows(said: str | None, kept: str | None) -> None:
    assert names.dns_name(said) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [("Büro;Labor", "Büro;Labor"), (" ", None), ("", None), (None, None), ("a\nb", None)],
)
def test_an_absurd_group_is_none(said: str | None, kept: str | None) -> None:
    assert names.requested_group(said) == kept


@given(st.text())
def test_whatever_is_said_what_is_kept_is_short_and_printable(said: str) -> None:
    for kept in (names.client_id(said), names.dns_name(said), names.requested_group(said)):
        assert kept is None or (kept.isprintable() and 0 < len(kept) <= 512)


def test_a_name_without_its_domain() -> None:
    assert names.host_name("pc7.corp.example") == names.host_name("pc7") == "pc7"
