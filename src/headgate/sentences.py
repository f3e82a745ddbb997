"""Sentences for people that can still be said in another language when they reach a reader.

Below the doors everything is said in English. A :class:`Sentence` is that English text, usable as
any other ``str``, and remembers the template and values it was made of; the console finds the
template's translation and sets the values in the reader's way. What a sentence must survive (a
run's reason in the database, an error from another process) is written and read with
:func:`kept` and :func:`restored`.

Templates are extracted by name: ``Sentence("…")`` and ``counted("…", "…", count=…)``. A template is
always a literal. Numbers in ``values`` are counts and get separators; what only looks like a number
(a port, a KB number, a status) is passed as text.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Self

_MARK = '{"sentence":'


class Bytes(int):
    """A number of bytes among the values of a sentence: said in the unit people would choose."""


class Sentence(str):
    """English text made of a template and values.

    >>> said = Sentence("{name} has {count} updates.", name="Windows 11", count=1234)
    >>> said, said.template
    ('Windows 11 has 1,234 updates.', '{name} has {count} updates.')
    """

    template: str  #: what is translated
    many: str | None  #: the template for any number but one, when ``values["count"]`` decides
    values: dict[str, Any]  #: text, counts, Bytes, moments, sentences, tuples of these; no others

    def __new__(cls, template: str, /, **values: Any) -> Self:
        """Fill the template's ``{names}``; without values it stands as it is.

        What is none of the kinds of ``values`` (a path, an identity) is kept as its text.
        """
        return cls._made(template, None, values)

    @classmethod
    def _made(cls, template: str, many: str | None, values: dict[str, Any]) -> Self:
        said = {name: _sayable(value) for name, value in values.items()}
        chosen = many if many is not None and said["count"] != 1 else template
        text = chosen.format(**{k: _english(v) for k, v in said.items()}) if said else chosen
        made = super().__new__(cls, text)
        made.template, made.many, made.values = template, many, said
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy made the way of plain texts would have no template.
        return restored, (kept(self),)


class Sentences(Sentence):
    """Several sentences one after the other; each is translated by itself."""

    parts: tuple[str, ...]

    def __new__(cls, parts: Iterable[str], /) -> Self:
        """Join what is not empty with a blank."""
        kept_parts = tuple(part for part in parts if part)
        made = str.__new__(cls, " ".join(kept_parts))
        made.template, made.many, made.values = "", None, {}
        made.parts = kept_parts
        return made


def counted(one: str, many: str, /, *, count: int, **values: Any) -> Sentence:
    """Return the sentence for a count; both templates may use ``{count}``.

    >>> counted("{count} file is missing.", "{count} files are missing.", count=1200)
    '1,200 files are missing.'
    """
    return Sentence._made(one, many, {"count": count, **values})


def english_size(count: int) -> str:
    """Return a number of bytes in the unit people would choose.

    >>> english_size(0), english_size(999), english_size(1_234_567), english_size(47_000_000_000)
    ('0 bytes', '999 bytes', '1.2 MB', '47.0 GB')
    """
    if count < 1000:
        return f"{count} bytes"
    amount = float(count)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 1000:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1000:.1f} TB"


def said_by(error: BaseException) -> str:
    """Return what an error says: its sentence if it was made of one, else its text."""
    first = error.args[0] if error.args else None
    return first if isinstance(first, Sentence) else str(error)


def _sayable(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_sayable(each) for each in value)
    if value is None or isinstance(value, (str, int, float, datetime)):
        return value
    return str(value)


def _english(value: Any) -> Any:
    if isinstance(value, Bytes):
        return english_size(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, tuple):
        return ", ".join(str(_english(each)) for each in value)
    return value


def kept(sentence: str) -> str:
    """Return what to store of a sentence; plain text is stored as it is."""
    if not isinstance(sentence, Sentence):
        if not sentence.startswith(_MARK):
            return str(sentence)
        sentence = Sentence("{text}", text=str(sentence))  # a stranger's text that looks like ours
    return json.dumps({"sentence": _plain(sentence)}, ensure_ascii=False, separators=(",", ":"))


def restored(stored: str) -> str:
    """Return the sentence :func:`kept` has written; other text comes back as it is."""
    if not stored.startswith(_MARK):
        return stored
    try:
        found = _value(json.loads(stored)["sentence"])
    except (ValueError, KeyError, TypeError, IndexError):
        return stored
    return found if isinstance(found, str) else stored


def _plain(value: Any) -> Any:
    if isinstance(value, Sentences):
        return {"parts": [_plain(part) for part in value.parts]}
    if isinstance(value, Sentence):
        values = {name: _plain(each) for name, each in value.values.items()}
        return {"of": value.template, "many": value.many, "with": values}
    if isinstance(value, Bytes):
        return {"bytes": int(value)}
    if isinstance(value, datetime):
        return {"at": value.astimezone(UTC).isoformat()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value


def _value(stored: Any) -> Any:
    if isinstance(stored, list):
        return tuple(_value(each) for each in stored)
    if not isinstance(stored, dict):
        return stored
    if "parts" in stored:
        return Sentences(_value(part) for part in stored["parts"])
    if "bytes" in stored:
        return Bytes(stored["bytes"])
    if "at" in stored:
        return datetime.fromisoformat(stored["at"])
    values = {name: _value(each) for name, each in stored["with"].items()}
    return Sentence._made(stored["of"], stored["many"], values)
