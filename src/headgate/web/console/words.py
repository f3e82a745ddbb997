"""How the console speaks: sentences, numbers and moments in one reader's language.

English is what the code says; German and Swedish come from ``translations/*.po``, read as they are
(no compiled copy can be stale). A sentence without a translation is said in English, and a test
fails.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from headgate.sentences import Bytes, Sentence, Sentences

#: Language of the console to its own name.
LANGUAGES = {"en": "English", "de": "Deutsch", "sv": "Svenska"}
TRANSLATIONS = Path(__file__).parent / "translations"

#: Marks that turn the direction of what follows, until somebody turns it back.
_MARKS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
#: These marks, and the letters of scripts that are written from right to left.
_TURNS = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


@lru_cache
def translations_of(language: str) -> Mapping[str, tuple[str, ...]]:
    """Return template to translations (one, or one for each plural form) of a language."""
    file = TRANSLATIONS / f"{language}.po"
    if not file.exists():
        return {}
    with file.open("rb") as source:
        catalog = read_po(source, locale=language)
    found: dict[str, tuple[str, ...]] = {}
    for message in catalog:
        template, *_ = _all(message.id)
        texts = _all(message.string)
        if template and all(texts) and not message.fuzzy:
            found[template] = texts
    return found


def _all(text: Any) -> tuple[str, ...]:
    """Return the one text, or those for each number."""
    return tuple(text) if isinstance(text, (tuple, list)) else (text or "",)


@dataclass(frozen=True, slots=True)
class Words:
    """One reader's language and the time zone moments are told in."""

    language: str  #: en | de | sv
    zone: ZoneInfo

    @property
    def locale(self) -> Locale:
        """The language as Babel knows it."""
        # English without a country would write dates the American way.
        return Locale.parse("en_GB" if self.language == "en" else self.language)

    def t(self, template: str, /, **values: Any) -> str:
        """Say a template in the reader's language; Markup among the values stays Markup."""
        texts = translations_of(self.language).get(template, (template,))
        return self._fill(texts[0], values)

    def tn(self, one: str, many: str, /, *, count: int, **values: Any) -> str:
        """Say how many there are; both templates may use ``{count}``."""
        texts = translations_of(self.language).get(one, (one, many))
        # All three languages have two forms, split between one and everything else.
        return self._fill(texts[0 if count == 1 else -1], {"count": count, **values})

    def say(self, sentence: str) -> str:
        """Say a sentence that was made below the doors; plain text is said as it is."""
        if isinstance(sentence, Sentences):
            return " ".join(self.say(part) for part in sentence.parts)
        if not isinstance(sentence, Sentence):
            return isolated(sentence)
        if sentence.many is not None:
            return self.tn(sentence.template, sentence.many, **sentence.values)
        return self.t(sentence.template, **sentence.values)

    def _fill(self, text: str, values: Mapping[str, Any]) -> str:
        if not values:
            return text
        said = {name: self.value(value) for name, value in values.items()}
        if any(isinstance(value, Markup) for value in said.values()):
            return Markup(escape(text)).format(**said)  # noqa: S704 - the text is escaped
        return text.format(**said)

    def value(self, value: Any) -> Any:
        """Return a value of a template as the reader writes it."""
        if isinstance(value, Markup):
            return value
        if isinstance(value, Bytes):
            return self.size(value)
        if isinstance(value, bool):
            return self.t("yes") if value else self.t("no")
        if isinstance(value, (int, float)):
            return self.number(value)
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, tuple):
            return ", ".join(str(self.value(each)) for each in value)
        return self.say(value) if isinstance(value, str) else value

    def number(self, value: float) -> str:
        """Return a number with the reader's separators."""
        return str(format_decimal(value, locale=self.locale))

    def size(self, count: int) -> str:
        """Return a number of bytes in the unit people would choose."""
        if count < 1000:
            return self.tn("{count} byte", "{count} bytes", count=int(count))
        amount, unit = float(count), 0
        while amount >= 1000 and unit < len(_UNITS) - 1:
            amount /= 1000
            unit += 1
        return f"{format_decimal(round(amount, 1), locale=self.locale)} {_UNITS[unit]}"

    def moment(self, value: datetime) -> str:
        """Return day and time on the server's wall clock."""
        local = value.astimezone(self.zone)
        return str(format_datetime(local, "medium", locale=self.locale)).rsplit(":", 1)[0]

    def date(self, value: datetime | date) -> str:
        """Return the day, on the server's calendar."""
        day = value.astimezone(self.zone) if isinstance(value, datetime) else value
        return str(format_date(day, "medium", locale=self.locale))

    def time(self, value: datetime) -> str:
        """Return the time of day on the server's wall clock."""
        return str(format_time(value.astimezone(self.zone), "short", locale=self.locale))

    @property
    def zone_name(self) -> str:
        """How people call the time zone."""
        return self.zone.key.removeprefix("Etc/")

    def ago(self, value: datetime, now: datetime) -> str:
        """Return how long ago something was, or in how long it will be."""
        return str(format_timedelta(value - now, add_direction=True, locale=self.locale))

    def duration(self, seconds: float) -> str:
        """Return a length of time in its two largest units."""
        whole = max(0, round(seconds))
        parts = [
            (whole // 3600, "hour"),
            (whole % 3600 // 60, "minute"),
            (whole % 60 if whole < 3600 else 0, "second"),
        ]
        said = [
            format_timedelta(
                timedelta(**{f"{unit}s": amount}),
                granularity=unit,  # type: ignore[arg-type]
                threshold=100,
                format="short",
                locale=self.locale,
            )
            for amount, unit in parts
            if amount
        ]
        return " ".join(said) or self.t("less than a second")

    def listed(self, items: Iterable[str]) -> str:
        """Return several things as one enumeration, with *and* before the last."""
        return str(format_list(list(items), locale=self.locale))


def isolated(text: str) -> str:
    r"""Return the text of somebody else so that it turns no writing direction but its own.

    Text without right-to-left letters or marks stays as it is.

    >>> isolated("KB1"), isolated("\u202ecod.exe")
    ('KB1', '\u2068cod.exe\u2069')
    """
    if not _TURNS.search(text):
        return text
    return f"\N{FIRST STRONG ISOLATE}{text.translate(_MARKS)}\N{POP DIRECTIONAL ISOLATE}"


def best_language(accepted: str) -> str:
    """Return the console's language for a browser's ``Accept-Language``; English for none.

    >>> best_language("da, sv-FI;q=0.8, de;q=0.9"), best_language("fr"), best_language("")
    ('de', 'en', 'en')
    """
    wanted = []
    for position, part in enumerate(accepted.split(",")):
        name, _, quality = part.strip().partition(";")
        try:
            rank = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            rank = 0.0
        if not 0 <= rank <= 1:  # nan among them
            rank = 0.0
        wanted.append((-rank, position, name.split("-")[0].strip().lower()))
    return next((name for rank, _, name in sorted(wanted) if name in LANGUAGES and rank < 0), "en")
