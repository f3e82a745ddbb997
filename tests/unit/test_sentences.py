"""Sentences read as English, and survive being written down with template and values."""

import copy
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from headgate.errors import HeadgateError, UsageError
from headgate.sentences import Bytes, Sentence, Sentences, counted, kept, restored, said_by

EVENING = datetime(2026, 3, 4, 20, 15, tzinfo=UTC)


def test_counts_sizes_and_moments_are_written_the_english_way() -> None:
    said = Sentence(
        "{count} of {size} since {moment} in {names}, {sure}",
        count=12_345,
        size=Bytes(1_234_567),
        moment=EVENING,
        names=("one", "two"),
        sure=True,
    )

    assert said == "12,345 of 1.2 MB since 2026-03-04 20:15 in one, two, yes"


def test_a_text_with_braces_stands_as_it_is_unless_values_are_given() -> None:
    assert Sentence("{name}") == "{name}"
    assert Sentence("{name}", name="{other}") == "{other}"


@pytest.mark.parametrize(("count", "text"), [(0, "0 files"), (1, "1 file"), (2_000, "2,000 files")])
def test_a_count_chooses_its_template(count: int, text: str) -> None:
    assert counted("{count} file", "{count} files", count=count) == text


def test_several_sentences_are_joined_and_empty_ones_left_out() -> None:
    assert Sentences((Sentence("One."), "", Sentence("Two."))) == "One. Two."


def test_a_sentence_comes_back_with_template_and_values() -> None:
    said = Sentence("{name} has {count} updates.", name="Windows 11", count=1234)

    back = restored(kept(said))

    assert back == said
    assert isinstance(back, Sentence)
    assert (back.template, back.many) == (said.template, None)
    assert back.values == {"name": "Windows 11", "count": 1234}


def test_sentences_among_the_values_come_back_as_sentences() -> None:
    inner = Sentence("without a code")
    said = Sentence("The source refuses ({details}).", details=(inner, "id 7", Sentence("x")))

    back = restored(kept(said))

    assert isinstance(back, Sentence)
    assert back.values == said.values
    assert [type(one) for one in back.values["details"]] == [Sentence, str, Sentence]


def test_sizes_and_moments_stay_what_they_are() -> None:
    east = EVENING.astimezone(timezone(timedelta(hours=1)))
    said = Sentence("{size} at {moment}", size=Bytes(47_000_000_000), moment=east)

    back = restored(kept(said))

    assert isinstance(back, Sentence)
    assert isinstance(back.values["size"], Bytes)
    assert (back.values["size"], back.values["moment"]) == (47_000_000_000, EVENING)


def test_a_plural_keeps_both_templates() -> None:
    back = restored(kept(counted("{count} file", "{count} files", count=1)))

    assert isinstance(back, Sentence)
    assert (back, back.template, back.many) == ("1 file", "{count} file", "{count} files")


def test_several_sentences_come_back_one_by_one() -> None:
    said = Sentences((Sentence("{n} left.", n=3), "Plain."))

    back = restored(kept(said))

    assert isinstance(back, Sentences)
    assert back == "3 left. Plain."
    assert [type(part) for part in back.parts] == [Sentence, str]


def test_what_is_no_text_or_number_is_kept_as_its_text() -> None:
    said = Sentence("{path} is full", path=Path("/var/lib"))

    assert said.values == {"path": "/var/lib"}


@pytest.mark.parametrize("text", ["", "plain", "50 % of {nothing}", '{"other": 1}'])
def test_plain_text_is_left_alone(text: str) -> None:
    assert kept(text) == text
    assert restored(text) == text
    assert type(restored(text)) is str


@pytest.mark.parametrize(
    "text",
    [
        '{"sentence":{"of":"{a.__class__}","many":null,"with":{"a":"b"}}}',
        '{"sentence":{"parts":[]}}',
        '{"sentence":',
    ],
)
def test_a_strangers_text_in_our_form_stays_a_text(text: str) -> None:
    assert restored(kept(text)) == text


@pytest.mark.parametrize(
    "stored", ['{"sentence":', '{"sentence":{}}', '{"sentence":{"of":"{a}","with":{}}}']
)
def test_damaged_sentences_are_shown_as_they_are_stored(stored: str) -> None:
    assert restored(stored) == stored


@pytest.mark.parametrize(
    "said",
    [
        Sentence("{name} is here.", name="{braces}"),
        counted("{count} file", "{count} files", count=3),
        Sentences((Sentence("One."), Sentence("Two."))),
    ],
)
def test_a_copy_can_be_translated_too(said: Sentence) -> None:
    copied = copy.deepcopy(said)

    assert (copied, type(copied)) == (said, type(said))
    assert kept(copied) == kept(said)


def test_an_error_says_its_message_and_next_step_as_sentences() -> None:
    error = UsageError(Sentence("{n} is too many.", n=9), next_step=Sentence("Take fewer."))

    said = error.sentence()

    assert said == "9 is too many. Take fewer."
    assert isinstance(said, Sentences)
    assert said.parts == (error.message, error.next_step)
    assert all(isinstance(part, Sentence) for part in said.parts)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (HeadgateError(Sentence("Full.")), Sentence),
        (ValueError(Sentence("Full.")), Sentence),
        (ValueError("Full."), str),
    ],
)
def test_what_an_error_says_keeps_its_sentence(error: Exception, kind: type[str]) -> None:
    assert (said_by(error), type(said_by(error))) == ("Full.", kind)


def test_an_error_of_the_system_says_its_text() -> None:
    assert said_by(OSError(2, "No such file", "x")) == "[Errno 2] No such file: 'x'"
