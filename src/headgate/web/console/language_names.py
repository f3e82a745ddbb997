"""Languages of updates by their names in the reader's language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from babel import Locale, UnknownLocaleError

#: Languages updates come in, as documents name them; offered until the source has named its own.
_USUAL = """
ar bg cs da de el en es et fi fr he hi hr hu it ja ko lt lv nl no pl pt
pt-br ro ru sk sl sr sv th tr uk zh-cn zh-hk zh-tw
"""
USUAL_LANGUAGES = tuple(_USUAL.split())


@dataclass(frozen=True, slots=True)
class NamedLanguage:
    """A language and how the reader calls it."""

    code: str
    name: str


def language_name(code: str, reader: Locale, *, said: str | None = None) -> str:
    """Return the name of a language, as the source calls it (``said``) where nobody knows better.

    >>> language_name("pt-br", Locale("de")), language_name("qq-x", Locale("de"), said="Quux")
    ('Portugiesisch (Brasilien)', 'Quux')
    """
    try:
        name = Locale.parse(code, sep="-").get_display_name(reader)
    except (UnknownLocaleError, ValueError):
        name = None
    return name or said or code


def named_languages(known: Mapping[str, str], reader: Locale) -> list[NamedLanguage]:
    """Return the languages of the source, the usual ones before it has named any; by name."""
    codes: Iterable[str] = known or USUAL_LANGUAGES
    found = [NamedLanguage(one, language_name(one, reader, said=known.get(one))) for one in codes]
    return sorted(found, key=lambda one: one.name.casefold())
