"""How the console speaks: which language, numbers, plurals, and mark-up among the values."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup, escape

from headgate.sentences import Bytes, Sentence, Sentences, counted
from headgate.web.console.words import LANGUAGES, Words, best_language

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 7, 5, 12, 0, tzinfo=UTC)


def speaking(language: str) -> Words:
    return Words(language, BERLIN)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("DE-at", "de"),
        ("sv-FI, sv;q=0.9, en;q=0.8", "sv"),
        ("en;q=0.5, de;q=0.7", "de"),
        ("de;q=0.5,sv;q=0.5", "de"),
        ("da, nb;q=0.9, sv;q=0.1", "sv"),
        ("fr-FR,fr;q=0.9", "en"),
        ("de;q=0, sv;q=0.1", "sv"),
        ("de;q=0", "en"),
        ("*", "en"),
        ("*;q=0.5, de;q=0.4", "de"),
        (" de ; q=0.9 , en ; q=0.1", "de"),
        ("de;q=high, sv;q=0.2", "sv"),
        ("de;q=nan, sv;q=0.2", "sv"),
        ("de;q=inf, sv", "sv"),
        ("de;q=-1", "en"),
        ("de;level=1;q=0.3, sv;q=0.4", "sv"),
        (",,;;q=,=", "en"),
        ("\x00\xff<script>", "en"),
        ("de," * 5000, "de"),
    ],
)
def test_the_language_is_the_best_of_what_the_browser_wants(accepted: str, language: str) -> None:
    assert best_language(accepted) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_thing_and_several_are_said_differently(language: str) -> None:
    said = [
        speaking(language).tn("{count} update", "{count} updates", count=count)
        for count in (0, 1, 2, 1234)
    ]

    assert said[1].startswith("1 ")
    assert said[0].startswith("0 ")
    assert said[0].split()[-1] == said[2].split()[-1] == said[3].split()[-1]


def test_numbers_have_the_readers_separators() -> None:
    said = {language: speaking(language).number(1234567) for language in LANGUAGES}

    assert said == {"en": "1,234,567", "de": "1.234.567", "sv": "1\N{NO-BREAK SPACE}234\xa0567"}


def test_english_dates_are_not_american() -> None:
    assert speaking("en").date(date(2026, 7, 5)) == "5 Jul 2026"


def test_moments_are_told_on_the_servers_wall_clock() -> None:
    assert "14:00" in speaking("en").moment(NOON)
    assert "14:00" in speaking("de").moment(NOON)
    late = datetime(2026, 7, 5, 22, 30, tzinfo=UTC)
    assert speaking("de").date(late) == "06.07.2026"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "less than a second"),
        (-5, "less than a second"),
        (59.6, "1 min"),
        (61, "1 min 1 sec"),
        (7260, "2 hrs 1 min"),
    ],
)
def test_lengths_of_time_are_told_in_their_two_largest_units(seconds: float, said: str) -> None:
    assert speaking("en").duration(seconds) == said


def test_how_long_ago_and_in_how_long() -> None:
    words = speaking("de")

    assert words.ago(NOON - timedelta(hours=3), NOON) == "vor 3 Stunden"
    assert words.ago(NOON + timedelta(days=2), NOON) == "in 2 Tagen"


def test_sizes_are_told_in_the_unit_people_would_choose() -> None:
    words = speaking("en")

    assert words.size(1) == "1 byte"
    assert words.size(999) == "999 bytes"
    assert words.size(47_000_000_000) == "47 GB"
    assert words.size(5 * 10**18) == "5,000,000 TB"


def test_text_and_values_are_escaped_as_soon_as_one_value_is_mark_up() -> None:
    link = Markup('<a href="/">home</a>')

    said = speaking("en").t("{link} & {name}", link=link, name="<b>Anna</b>")

    assert isinstance(said, Markup)
    assert said == '<a href="/">home</a> &amp; &lt;b&gt;Anna&lt;/b&gt;'


def test_without_mark_up_the_text_is_plain_and_templates_escape_it_once() -> None:
    said = speaking("en").t("Search: {words}", words="<b> & {braces} %s")

    assert not isinstance(said, Markup)
    assert said == "Search: <b> & {braces} %s"
    assert escape(said) == "Search: &lt;b&gt; &amp; {braces} %s"


def test_a_text_without_values_may_contain_anything() -> None:
    assert speaking("de").t("100 % {of} {0} {{all}}") == "100 % {of} {0} {{all}}"


def test_sentences_are_said_in_the_readers_language_down_to_their_values() -> None:
    inner = Sentence("Save settings")
    sentence = Sentences(
        (
            Sentence("{what}!", what=inner),
            counted("{count} file", "{count} files", count=1200),
            Sentence("{size}", size=Bytes(1_500_000)),
            Sentence("{at}", at=NOON),
            Sentence("{names}", names=("a", inner)),
            Sentence("{is_so}", is_so=True),
        )
    )

    said = speaking("de").say(sentence)

    assert said.startswith("Einstellungen speichern! 1.200 ")
    assert "1,5 MB" in said
    assert "05.07.2026, 14:00" in said
    assert "a, Einstellungen speichern" in said
    assert said.endswith("ja")


def test_what_nobody_has_translated_is_said_as_it_is() -> None:
    assert speaking("sv").say("plain text") == "plain text"
    assert speaking("sv").t("no such template {x}", x=1000) == "no such template 1\xa0000"


def test_an_enumeration_has_its_and() -> None:
    assert speaking("en").listed(["a", "b", "c"]) == "a, b and c"
    assert speaking("de").listed(["a", "b", "c"]) == "a, b und c"
    assert speaking("de").listed([]) == ""


@pytest.mark.parametrize("name", ["\N{RIGHT-TO-LEFT OVERRIDE}exe", "\u2069\u202eexe", "תיקון"])
def test_text_written_from_right_to_left_turns_nothing_but_itself(name: str) -> None:
    bare = name.strip("\u2069\u202e")
    words = speaking("en")

    assert words.t("{name} is here.", name=name) == f"\u2068{bare}\u2069 is here."
    assert words.say(Sentence("{name}!", name=name)) == f"\u2068{bare}\u2069!"
    assert words.say(name) == f"\u2068{bare}\u2069"
    assert words.say(Sentence("{names}", names=(name, "b"))) == f"\u2068{bare}\u2069, b"
