"""Which of a document's languages a reader gets."""

from collections.abc import Collection, Iterator, Sequence

from headgate.catalogue.languages import ENGLISH


def preferred(available: Collection[str], languages: Sequence[str], default: str) -> Iterator[str]:
    """Yield the languages a document has, best first: what to try until one has the text.

    ``languages`` are the reader's, best first; ``default`` is the document's. Each means the exact
    language, then the one it is a form of, then any other form of that. English and whatever else
    there is follow.

    >>> list(preferred(["en", "pt", "pt-br", "de"], ["pt-pt"], "de"))
    ['pt', 'pt-br', 'de', 'en']
    """
    wanted = [each.lower() for each in (*languages, default, ENGLISH)]
    ranked = [name for each in wanted for name in _forms(available, each)]
    yield from dict.fromkeys((*ranked, *available))


def _forms(available: Collection[str], language: str) -> list[str]:
    base = language.partition("-")[0]
    others = sorted(name for name in available if name.partition("-")[0] == base)
    return [name for name in (language, base) if name in available] + others
