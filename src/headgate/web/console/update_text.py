"""Text from documents on pages: in the reader's language, of any length, of any characters.

Templates escape it; here it is made harmless to look at. Direction is left to the browser
(``dir="auto"``), which also keeps marks of direction inside their element.
"""

import re
from collections.abc import Mapping, Sequence

from headgate.catalogue.reading import preferred
from headgate.catalogue.revisions import LocalizedText, Revision
from headgate.catalogue.update_list import UpdateLine
from headgate.web.console import language_names
from headgate.web.console.words import Words

#: Longer titles are cut in lists; the page of the update says all.
LONGEST_TITLE = 160

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def shown(text: str) -> str:
    r"""Return text whose control characters can be seen.

    >>> shown("a\x01b\r\nc")
    'a\ufffdb\nc'
    """
    return _CONTROL.sub(_REPLACEMENT, text.replace("\r\n", "\n"))


def short(text: str, longest: int = LONGEST_TITLE) -> str:
    """Return the text for a list.

    >>> short("Servicing Stack", 9)
    'Servicin…'
    """
    text = shown(text)
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def title_in_list(line: UpdateLine, titles: Mapping[int, str]) -> str:
    """Return what a list calls an update; ``titles``: revision id to title for the reader."""
    return short(titles.get(line.revision_id, line.title)) or str(line.identity)


def languages_for(words: Words) -> tuple[str, ...]:
    """Return the languages to look for titles in; the document's own follows by itself."""
    return (words.language,)


def text_for(document: Revision, languages: Sequence[str]) -> LocalizedText | None:
    """Return the text of a document for a reader of ``languages``, best first; None without any."""
    by_language = {text.language: text for text in reversed(document.texts)}
    order = preferred(by_language, languages, document.default_language)
    titled = (by_language[name] for name in order if by_language[name].title)
    return next(titled, None)


def is_in(text: LocalizedText, language: str) -> bool:
    """Whether a text is in a language, in whichever country's form."""
    return text.language.partition("-")[0] == language


def language_name(name: str, words: Words) -> str:
    """Return what the reader calls a language of a document: de, pt-br, zh-tw."""
    return language_names.language_name(name, words.locale, said=shown(name))


def languages_named(names: Sequence[str], words: Words) -> list[str]:
    """Return what the reader calls some languages, in the order of these words."""
    return sorted((language_name(name, words) for name in names), key=str.casefold)
