"""Choosing languages by name."""

import pytest

from headgate.errors import UsageError
from headgate.services.catalogue import language_choice
from headgate.services.catalogue.language_choice import UnknownLanguageError
from headgate.settings.shared import Languages

KNOWN = ["de", "en", "fr", "pt-br"]
ALL = Languages(mode="all", selected=("en",), locale=None)
SOME = Languages(mode="selected", selected=("de", "en"), locale=None)


def test_selecting_where_all_were_selected_means_these_and_english() -> None:
    changes = language_choice.selecting(["FR"], ALL, KNOWN)

    assert changes == {"languages.mode": "selected", "languages.selected": "en,fr"}


def test_selecting_adds_to_a_selection() -> None:
    changes = language_choice.selecting(["pt_BR"], SOME, KNOWN)

    assert changes["languages.selected"] == "de,en,pt-br"


def test_deselecting_where_all_were_selected_keeps_the_others() -> None:
    changes = language_choice.deselecting(["de"], ALL, KNOWN)

    assert changes["languages.selected"] == "en,fr,pt-br"


def test_deselecting_where_the_servers_was_selected_keeps_it_unless_named() -> None:
    german = Languages(mode="locale", selected=("en",), locale="de-at")

    assert language_choice.deselecting(["fr"], german, KNOWN)["languages.selected"] == "de,en"
    assert language_choice.deselecting(["de"], german, KNOWN)["languages.selected"] == "en"


def test_deselecting_of_all_waits_until_the_source_has_named_them() -> None:
    with pytest.raises(UsageError, match="not known yet"):
        language_choice.deselecting(["de"], ALL, [])


@pytest.mark.parametrize("word", ["all", "locale"])
def test_the_other_modes_are_chosen_by_their_word(word: str) -> None:
    assert language_choice.selecting([word], SOME, KNOWN) == {"languages.mode": word}


def test_english_cannot_be_deselected() -> None:
    with pytest.raises(UsageError, match="English is always kept"):
        language_choice.deselecting(["en"], SOME, KNOWN)


def test_a_language_the_source_does_not_have_is_refused() -> None:
    with pytest.raises(UnknownLanguageError):
        language_choice.selecting(["tlh"], ALL, KNOWN)
    assert language_choice.selecting(["tlh"], ALL, [])  # nothing is known yet
