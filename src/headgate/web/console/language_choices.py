"""The choice of languages: in words, and what ``section_languages.html`` shows beside it."""

from collections.abc import Mapping
from typing import Any

from headgate.catalogue.languages import ENGLISH, LanguagesMode
from headgate.settings.machine import machine_locale
from headgate.settings.shared import Languages
from headgate.web.console.language_names import language_name, named_languages
from headgate.web.console.visit import Console, Visit
from headgate.web.console.words import Words


def facts(console: Console, visit: Visit) -> dict[str, Any]:
    """Return what the section needs beside the form."""
    known, reader = console.configuring.source_languages(), visit.words.locale
    chosen = console.configuring.shared().languages.locale
    return {
        "locale": language_name(chosen or machine_locale().language, reader),
        "locale_reason": None if chosen else machine_locale().reason,
        "source_languages": named_languages(known, reader),
        "are_known": bool(known),
    }


def chosen(words: Words, choice: Languages, known: Mapping[str, str]) -> str:
    """Return in a sentence which languages are chosen, by name; ``known``: the source's own."""
    if choice.mode == LanguagesMode.ALL:
        return words.t("All languages are selected, those the source adds later among them.")
    if choice.mode == LanguagesMode.SELECTED:
        codes = {*choice.selected, ENGLISH}
        names = (language_name(one, words.locale, said=known.get(one)) for one in codes)
        return words.t("Selected languages: {names}.", names=tuple(sorted(names, key=str.casefold)))
    code = choice.locale or machine_locale().language
    return words.t(
        "The language of this server is selected: {name}.", name=language_name(code, words.locale)
    )
