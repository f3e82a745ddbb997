"""Titles and descriptions of made-up updates, in several languages.

The sentences lie in ``data/texts.json``: our own words in the style of the real ones. A pattern has
fields in braces: month, product, processor, kb, version.
"""

import functools
import json
from importlib.resources import files

from headgate.catalogue.revisions import LocalizedText


@functools.cache
def _patterns() -> dict[str, dict[str, list[str]]]:
    source = files(__package__) / "data" / "texts.json"
    patterns: dict[str, dict[str, list[str]]] = json.loads(source.read_text(encoding="utf-8"))
    return patterns


def localized(kind: str, *, kb: str | None = None, **fields: str) -> tuple[LocalizedText, ...]:
    """Return one text per language for the ``kind`` of update, its fields filled in.

    KeyError when ``kind`` is no key of ``data/texts.json``.
    """
    address = f"https://support.microsoft.com/help/{kb}" if kb else None
    return tuple(
        LocalizedText(
            language=language,
            title=title.format(kb=kb, **fields),
            description=description.format(kb=kb, **fields),
            more_info_url=address,
            support_url=address,
        )
        for language, (title, description) in _patterns()[kind].items()
    )


def english(title: str, description: str | None = None) -> tuple[LocalizedText, ...]:
    """Return one English text: for hidden members, drivers and detectoids."""
    return (LocalizedText(language="en", title=title, description=description),)
