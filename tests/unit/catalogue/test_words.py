"""Words as they are searched and sorted."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.catalogue.words import (
    LONGEST_WORD,
    MOST_ASKED,
    asked_words,
    distinct_words,
    title_key,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("!?", []),
        ("2026-11 Cumulative Update", ["2026", "11", "cumulative", "update"]),
        ("KB5034441 MS17-010", ["kb5034441", "ms17", "010"]),
        ("snake_case", ["snake", "case"]),
        ("Ä Ö Ü ß é", ["a", "o", "u", "ss", "e"]),
        ("İı", ["ii"]),
        ("日本語 更新", ["日本語", "更新"]),
        ("ﬁ Ａ ½", ["fi", "a", "1", "2"]),
        ("a\0b\ud800c", ["a", "b", "c"]),
    ],
)
def test_a_text_is_taken_apart_into_plain_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_words_are_letters_and_digits_and_stay_as_they_are(text: str) -> None:
    words = words_of(text)

    assert all(word.isalnum() and len(word) <= LONGEST_WORD for word in words)
    assert [again for word in words for again in words_of(word)] == words


@given(st.text())
def test_case_and_composition_make_no_difference(text: str) -> None:
    assert words_of(unicodedata.normalize("NFC", text)) == words_of(
        unicodedata.normalize("NFKC", text)
    )


def test_a_question_is_cut_to_what_a_database_answers_quickly() -> None:
    assert len(asked_words(" ".join(f"{number:04}" for number in range(1_000)))) == MOST_ASKED
    assert asked_words("x" * 20_000) == ("x" * LONGEST_WORD,)


def test_a_word_that_begins_another_one_is_not_asked_for_itself() -> None:
    assert asked_words("c cu cumulative up") == ("cumulative", "up")


def test_words_of_several_texts_come_once() -> None:
    assert distinct_words(["one two", "TWO three"]) == ("one", "two", "three")


def test_titles_are_sorted_without_case_and_by_number() -> None:
    titles = ["Windows 11", "windows 7", "Windows 10, Version 22H2", "Äther", "Zebra", "azur"]

    assert sorted(titles, key=title_key) == [
        "Äther",
        "azur",
        "windows 7",
        "Windows 10, Version 22H2",
        "Windows 11",
        "Zebra",
    ]


def test_the_key_of_a_long_title_stays_short() -> None:
    assert len(title_key("9" * 10_000)) <= 200
