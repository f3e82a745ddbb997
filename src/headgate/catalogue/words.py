"""Words as they are searched and sorted: ours, so that both databases see the same.

A text is taken apart into runs of letters and digits, without case, accents and width: "Königliche
Straße" becomes ``konigliche strasse``. What is stored and what is asked pass through here, so a
database compares plain words and needs to know nothing of languages.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from headgate.catalogue.revisions import Revision, UpdateKind

LONGEST_WORD = 64  #: characters of a word that are kept, and asked for
MOST_ASKED = 32  #: words of one question; nobody types more
_MOST_ASKED_TEXT = 10_000  #: characters of a question that are looked at
_MOST_STORED = 5_000  #: words of one update; a real one in every language has some hundred
_LONGEST_TITLE = 200  #: characters of a title that decide its place; indexes have small keys
_LONGEST_TEXT = 20_000  #: characters of one text that are looked at
_LONGEST_TOGETHER = 400_000  #: and of all texts of one update

#: Letters and digits, with the accents no composed letter exists for.
_RUN = re.compile(
    r"[^\W_](?:[^\W_]|[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f])*"
)
_DIGITS = re.compile(r"[0-9]+")
_DOTLESS = str.maketrans("ıİ", "ii")  # Turkish keyboards and others then find the same


def words_of(text: str) -> list[str]:
    """Return the words of a text, in its order.

    >>> words_of("Straße: KB5034441 (MS17-010), Ａ-1")
    ['strasse', 'kb5034441', 'ms17', '010', 'a', '1']
    """
    if text.isascii():
        return [word[:LONGEST_WORD] for word in _RUN.findall(text.lower())]
    runs = _RUN.findall(unicodedata.normalize("NFKC", text))
    return [word for run in runs if (word := _plain(run[:LONGEST_WORD]))]


def asked_words(phrase: str) -> tuple[str, ...]:
    """Return the words somebody asks for; empty when there are none.

    A word that is the beginning of another one asks nothing more and is left out.

    >>> asked_words("KB5034441 cumul cumulative!!")
    ('kb5034441', 'cumulative')
    """
    words = list(dict.fromkeys(words_of(phrase[:_MOST_ASKED_TEXT])))[:MOST_ASKED]
    return tuple(
        word
        for word in words
        if not any(other != word and other.startswith(word) for other in words)
    )


def searched_words(revision: Revision) -> tuple[str, ...]:
    """Return the words an update is found by, each once: empty for what no list shows.

    Titles in every language, the description in the document's own, KB and bulletin numbers.
    """
    if not is_listed(revision):
        return ()
    own = (text for text in revision.texts if text.language == revision.default_language)
    described = next(own, revision.texts[0] if revision.texts else None)
    return distinct_words(
        (
            *named(revision.kb_articles),
            *revision.security_bulletins,
            *revision.cves,
            revision.title,
            *(text.title for text in revision.texts),
            revision.legacy_name or "",
            (described.description or "") if described else "",
        )
    )


def is_listed(revision: Revision) -> bool:
    """Whether a list of updates may show it."""
    return revision.explicitly_deployable and revision.kind in (
        UpdateKind.SOFTWARE,
        UpdateKind.DRIVER,
    )


def named(kb_articles: Iterable[str]) -> list[str]:
    """Return KB numbers both ways people type them."""
    return [f"KB{article} {article}" for article in kb_articles]


def distinct_words(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the words of some texts, each once, as many as are stored of one update."""
    together = "\n".join(text[:_LONGEST_TEXT] for text in texts)[:_LONGEST_TOGETHER]
    return tuple(dict.fromkeys(words_of(together)))[:_MOST_STORED]


def title_key(title: str) -> str:
    """Return what titles are sorted by, compared character for character.

    Numbers are preceded by their length, so that Windows 7 comes before Windows 10.

    >>> title_key("Windows 7") < title_key("windows 10 (x64)") < title_key("Wörter")
    True
    """
    key = " ".join(words_of(title[: 2 * _LONGEST_TITLE]))
    return _DIGITS.sub(_counted, key)[:_LONGEST_TITLE]


def _counted(number: re.Match[str]) -> str:
    digits = number[0].lstrip("0") or "0"
    return f"{min(len(digits), 9)}{digits}"


@lru_cache(maxsize=1 << 15)
def _plain(run: str) -> str:
    """Return one word without case and accents; "" when nothing is left of it."""
    folded = _without_marks(run.translate(_DOTLESS)).casefold()
    return "".join(filter(str.isalnum, _without_marks(folded)))[:LONGEST_WORD]


def _without_marks(word: str) -> str:
    apart = unicodedata.normalize("NFKD", word)
    return "".join(each for each in apart if not unicodedata.combining(each))
