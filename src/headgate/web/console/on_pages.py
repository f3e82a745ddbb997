"""Sentences as pages show them: commands and names of settings as code, next steps with a link.

Files that are saved (CSV) and attributes say the same sentences as plain text, with ``Words``.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup, escape

from headgate.sentences import Sentence, Sentences
from headgate.web.console.next_steps import IN_PLACE, Page
from headgate.web.console.words import Words

_CODE = re.compile("`([^`\n]+)`")


def speech(words: Words) -> Mapping[str, Callable[..., str]]:
    """Return ``t``, ``tn`` and ``say`` of templates."""

    def t(template: str, /, **values: Any) -> str:
        said = words.t(template, **values)
        return _with_code(said) if "`" in template else said

    def tn(one: str, many: str, /, *, count: int, **values: Any) -> str:
        said = words.tn(one, many, count=count, **values)
        return _with_code(said) if "`" in one else said

    def say(sentence: str) -> str:
        return said_on_page(words, sentence)

    return {"t": t, "tn": tn, "say": say}


def said_on_page(words: Words, sentence: str) -> str:
    """Say a sentence; Markup when something in it is code or a link. Plain text stays plain."""
    if isinstance(sentence, Sentences):
        return Markup(" ").join(said_on_page(words, part) for part in sentence.parts)
    if not isinstance(sentence, Sentence):
        return words.say(sentence)
    values = {name: _value(words, value) for name, value in sentence.values.items()}
    instead = IN_PLACE.get(sentence.template)
    if instead is not None:
        said = words.t(instead.sentence, **values, page=_link(words, instead.page))
    elif sentence.many is not None:
        said = words.tn(sentence.template, sentence.many, **values)
    else:
        said = words.t(sentence.template, **values)
    return _with_code(said)


def _value(words: Words, value: Any) -> Any:
    return escape(said_on_page(words, value)) if isinstance(value, Sentence) else value


def _link(words: Words, page: Page) -> Markup:
    return Markup('<a href="{}">{}</a>').format(page.address, words.say(page.title))


def _with_code(said: str) -> str:
    if "`" not in said:
        return said
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(said))))  # noqa: S704 - escaped
