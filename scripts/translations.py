"""Keeps the console's translations in step with the code: `make words`.

Reads every template from the sources (``Sentence``, ``counted``, and ``t``, ``tn`` of pages), adds
those that are new to ``translations/*.po`` without a translation, and drops those nobody says any
more. tests/architecture/test_translations.py fails until each has one.
"""

import io
import string
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src/headgate"
TRANSLATIONS = SOURCES / "web/console/translations"
LANGUAGES = ("de", "sv")

_METHODS = [
    ("cli/**.py", "ignore"),
    ("simulator/**.py", "ignore"),
    ("**.py", "python"),
    ("**.html", "jinja2.ext:babel_extract"),
]
_KEYWORDS = {"Sentence": None, "counted": (1, 2), "t": None, "tn": (1, 2)}
_OPTIONS = {"**.html": {"trimmed": "true"}}


def templates() -> Catalog:
    """Return every template of the sources with the files that say it."""
    catalog = Catalog(charset="utf-8")
    found = extract_from_dir(
        SOURCES, method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS, comment_tags=()
    )
    for name, _line, template, _comments, _context in found:
        if template:
            catalog.add(template, locations=[(name, 0)])
    return catalog


def translation(language: str) -> Catalog:
    """Return the translations of a language as they are."""
    file = TRANSLATIONS / f"{language}.po"
    if not file.exists():
        return Catalog(locale=language)
    with file.open("rb") as source:
        return read_po(source, locale=language)


def fields(text: str) -> set[str]:
    """Return the ``{names}`` of a template."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def renew(languages: Sequence[str]) -> Iterator[str]:
    """Bring languages into step; yield a sentence about each."""
    wanted = templates()
    for language in languages:
        old = translation(language)
        new = Catalog(locale=language, charset="utf-8")
        for message in wanted:
            if not message.id:
                continue
            known = old.get(message.id if isinstance(message.id, str) else message.id[0])
            text = known.string if known is not None and not known.fuzzy else ""
            if isinstance(message.id, tuple) != isinstance(text, tuple):
                text = ("", "") if isinstance(message.id, tuple) else ""
            files = sorted({(name, None) for name, _ in message.locations})
            new.add(message.id, text, locations=files)
        write(new, language)
        missing = sum(1 for one in new if one.id and not all(_texts(one.string)))
        yield f"{language}: {len(new)} sentences, {missing} without a translation"


def write(catalog: Catalog, language: str) -> None:
    """Write a language's file, always the same bytes for the same words."""
    out = io.BytesIO()
    write_po(out, catalog, width=100, omit_header=True, sort_output=True, include_lineno=False)
    forms = "nplurals=2; plural=(n != 1);"
    header = (
        f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {forms}\\n"\n\n'
    )
    (TRANSLATIONS / f"{language}.po").write_bytes(header.encode() + out.getvalue())


def _texts(string_: object) -> tuple[str, ...]:
    return tuple(map(str, string_)) if isinstance(string_, (tuple, list)) else (str(string_ or ""),)


if __name__ == "__main__":
    sys.stdout.write("\n".join(renew(sys.argv[1:] or LANGUAGES)) + "\n")
