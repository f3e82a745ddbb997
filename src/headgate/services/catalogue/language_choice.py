"""Choosing languages by name: turns what people type into changes of the ``languages`` settings."""

from collections.abc import Collection, Sequence

from headgate.catalogue.languages import ENGLISH, LanguagesMode, wanted_languages
from headgate.errors import UsageError
from headgate.sentences import Sentence, Sentences
from headgate.settings.machine import machine_locale
from headgate.settings.shared import Languages


class UnknownLanguageError(UsageError):
    """The source has no language of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Sentence("The source has no language '{name}'.", name=name),
            next_step=Sentence("`headgate languages list` shows them, such as en, de or pt-br."),
        )


def described(choice: Languages) -> str:
    """Return in a sentence what is chosen, and for the locale where it comes from."""
    if choice.mode == LanguagesMode.ALL:
        return Sentence("All languages are selected, those the source adds later among them.")
    if choice.mode == LanguagesMode.SELECTED:
        return Sentence(
            "Selected languages: {names}.", names=tuple(sorted({*choice.selected, ENGLISH}))
        )
    if choice.locale:
        return Sentence(
            "The language of this server is selected: {name} (languages.locale).",
            name=choice.locale,
        )
    machine = machine_locale()
    return Sentences(
        (
            Sentence("The language of this server is selected: {name}.", name=machine.language),
            machine.reason,
        )
    )


def selecting(names: Sequence[str], present: Languages, known: Collection[str]) -> dict[str, str]:
    """Return the settings to change so that languages are selected; ``all`` and ``locale`` alone.

    Where all languages, or the server's, were chosen until now, it becomes exactly these. Raises
    UnknownLanguageError.
    """
    words = [name.strip().lower().replace("_", "-") for name in names]
    if words in ([LanguagesMode.ALL], [LanguagesMode.LOCALE]):
        return {"languages.mode": words[0]}
    _require_known(words, known)
    before = set(present.selected) if present.mode == LanguagesMode.SELECTED else set()
    return _selected(before.union(words))


def deselecting(names: Sequence[str], present: Languages, known: Collection[str]) -> dict[str, str]:
    """Return the settings to change so that languages are not selected. English cannot be left out.

    Where all were chosen until now, it becomes all others; where the server's was, that one
    without these. Raises UnknownLanguageError, UsageError.
    """
    words = [name.strip().lower().replace("_", "-") for name in names]
    if ENGLISH in words:
        raise UsageError(
            Sentence("English is always kept."),
            next_step=Sentence("Deselect the other languages you do not need."),
        )
    _require_known(words, known)
    return _selected(_present(present, known).difference(words))


def _present(present: Languages, known: Collection[str]) -> frozenset[str]:
    """Return the languages that count now, by name."""
    wanted = wanted_languages(
        LanguagesMode(present.mode),
        selected=present.selected,
        locale=present.locale or machine_locale().language,
        known=known,
    )
    if wanted is not None:
        return wanted
    if not known:
        raise UsageError(
            Sentence(
                "The languages of the source are not known yet, so there are no others to keep."
            ),
            next_step=Sentence(
                "Run `headgate sync now --categories` first, or select what you need: "
                "`headgate languages select LANGUAGE…`."
            ),
        )
    return frozenset(known)


def _selected(languages: Collection[str]) -> dict[str, str]:
    return {
        "languages.mode": LanguagesMode.SELECTED,
        "languages.selected": ",".join(sorted({*languages, ENGLISH})),
    }


def _require_known(words: Sequence[str], known: Collection[str]) -> None:
    """Before the first synchronization nothing is known, and anything may be named."""
    for word in words:
        if known and word not in known:
            raise UnknownLanguageError(word)
