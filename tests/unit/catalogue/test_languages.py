"""Which languages' files are wanted."""

from headgate.catalogue.languages import LanguagesMode, nearest_language, wanted_languages

KNOWN = ("en", "de", "pt", "pt-br", "no", "zh-tw")


def test_all_means_every_language_also_a_new_one() -> None:
    assert wanted_languages(LanguagesMode.ALL, selected=["de"], locale="sv", known=KNOWN) is None


def test_english_is_kept_among_the_selected() -> None:
    wanted = wanted_languages(LanguagesMode.SELECTED, selected=["DE"], locale="sv", known=KNOWN)

    assert wanted == {"de", "en"}


def test_a_locale_means_the_nearest_language_the_source_has() -> None:
    assert nearest_language("de-at", KNOWN) == "de"
    assert nearest_language("pt-br", KNOWN) == "pt-br"
    assert nearest_language("pt-pt", KNOWN) == "pt"
    assert nearest_language("zh-tw", KNOWN) == "zh-tw"
    assert nearest_language("nb-no", KNOWN) == "no"
    assert nearest_language("sv-se", []) == "sv"
