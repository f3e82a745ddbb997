"""Which languages' files are wanted.

Documents are always kept whole; the choice governs files alone. English is kept whatever is chosen:
most updates are published once, in English or for every language, and a computer of any language
needs those.
"""

from collections.abc import Collection
from enum import StrEnum

from headgate.sentences import Sentence

ENGLISH = "en"

WHY_ENGLISH = Sentence(
    "English is always kept: updates for every language, and the texts that all others fall back "
    "on, are published as English."
)

#: Linux names the two written forms of Norwegian, documents name the language.
_NORWEGIAN = ("nb", "nn")

#: The word documents use for an update that is for every language.
EVERY = "all"


class LanguagesMode(StrEnum):
    """The setting ``languages.mode``."""

    LOCALE = "locale"  #: the language of this server
    ALL = "all"  #: every language, those the source adds later among them
    SELECTED = "selected"


def wanted_languages(
    mode: LanguagesMode, *, selected: Collection[str], locale: str, known: Collection[str]
) -> frozenset[str] | None:
    """Return the languages whose files are wanted, lower case; None means every language.

    ``known`` are those the source has named; a locale such as ``de-at`` counts as the nearest of
    them (``de``), because documents name the language alone where there is one.
    """
    if mode is LanguagesMode.ALL:
        return None
    if mode is LanguagesMode.SELECTED:
        return frozenset(language.lower() for language in selected) | {ENGLISH}
    return frozenset({nearest_language(locale, known), ENGLISH})


def nearest_language(locale: str, known: Collection[str]) -> str:
    """Return the known language a locale means.

    >>> nearest_language("de-at", ["de", "en"]), nearest_language("pt-br", ["pt", "pt-br"])
    ('de', 'pt-br')
    """
    wanted = locale.lower()
    language = wanted.partition("-")[0]
    names = {name.lower() for name in known}
    if language in _NORWEGIAN and language not in names:
        return "no"
    if wanted in names or (language not in names and names):
        return wanted
    return language
