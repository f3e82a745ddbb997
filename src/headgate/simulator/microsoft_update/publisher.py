"""The publisher: what is listed to whom, since when, and where the files lie.

Holds a world and how many of its months are revealed. It knows nothing of SOAP or HTTP.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from headgate import clock
from headgate.catalogue.identity import RevisionIdentity
from headgate.simulator.microsoft_update.anchors import read_anchor, write_anchor
from headgate.simulator.microsoft_update.content import OfferedFile, content_path
from headgate.simulator.microsoft_update.publication import Language, Month, Publication, World

_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
_TICK = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A category or classification asked for; ``delta``: only what is new since the anchor."""

    id: str  #: lower-case GUID
    delta: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a downstream server wants listed; None for a list it did not send."""

    configuration: bool
    anchor: str | None = None
    categories: tuple[Wanted, ...] | None = None
    classifications: tuple[Wanted, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revealed:
    """What a new month brought."""

    month: int
    publications: tuple[Publication, ...]
    languages: tuple[Language, ...]


#: the categories and the classifications that some publications share
_Shelf = tuple[frozenset[str], frozenset[str]]


class _RevealedMonth:
    """A month that is visible, its publications sorted onto shelves for quick filtering."""

    def __init__(self, month: Month, appeared: datetime) -> None:
        self.month = month
        self.appeared = appeared
        self.configuration: list[Publication] = []
        self.shelves: dict[_Shelf, list[Publication]] = {}
        for publication in month.publications:
            if publication.in_configuration:
                self.configuration.append(publication)
            else:
                shelf = (publication.categories, publication.classifications)
                self.shelves.setdefault(shelf, []).append(publication)


class Publisher:
    """One source of updates. Safe to use from several threads."""

    def __init__(
        self, world: World, *, month: int = 0, now: Callable[[], datetime] = clock.now
    ) -> None:
        """Publish ``world`` with its first month, and ``month`` more, revealed."""
        self.world = world
        self._now = now
        self._lock = threading.RLock()
        self._last = now()
        self._months: list[_RevealedMonth] = []
        self._by_identity: dict[RevisionIdentity, Publication] = {}
        self._files: dict[str, OfferedFile] | None = None
        self._reveal(world.months[0], _ALWAYS)
        for _ in range(month):
            self.advance()

    @property
    def month(self) -> int:
        """The index of the newest month revealed; 0 at the start."""
        return len(self._months) - 1

    def advance(self) -> Revealed | None:
        """Reveal the next month and return what it brings; None when there is none left."""
        with self._lock:
            number = len(self._months)
            if number >= len(self.world.months):
                return None
            month = self.world.months[number]
            self._last = max(self._now(), self._last + _TICK)
            self._reveal(month, self._last)
            return Revealed(
                month=number,
                publications=tuple(month.publications),
                languages=month.languages,
            )

    def _reveal(self, month: Month, appeared: datetime) -> None:
        self._months.append(_RevealedMonth(month, appeared))
        for publication in month.publications:
            self._by_identity[publication.identity] = publication
        self._files = None

    def anchor(self) -> str:
        """Return an anchor for this moment: later ones never lie before it."""
        with self._lock:
            self._last = max(self._now(), self._last)
            return write_anchor(self._last, 9438 + self.month)

    def publication(self, identity: RevisionIdentity) -> Publication | None:
        """Return a visible publication, None when nobody has published it (yet)."""
        return self._by_identity.get(identity)

    def publications(self) -> Iterator[Publication]:
        """Yield every visible publication."""
        return (one for shown in self._months for one in shown.month.publications)

    def languages(self, anchor: str | None) -> tuple[Language, ...]:
        """Return all languages, or those that appeared since ``anchor``. Raises BadAnchor."""
        since = read_anchor(anchor) if anchor else None
        return tuple(
            language
            for shown in self._months
            if since is None or _floor(shown.appeared) > since
            for language in shown.month.languages
        )

    def listing(self, question: Question) -> tuple[str, list[RevisionIdentity]]:
        """Answer ``question``: the anchor for next time, and identities (FACTS 10.4).

        Raises BadAnchor.
        """
        since = read_anchor(question.anchor) if question.anchor else None
        with self._lock:
            anchor = self.anchor()
            months = list(self._months)
        found = [
            publication.identity
            for shown in months
            for publication in _listed(shown, question, since)
        ]
        return anchor, found

    def file(self, path: str) -> OfferedFile | None:
        """Return the file at a ``MUUrl`` path or a ``/Content`` path, in any letter case.

        The 40 hexadecimal digits of its SHA-1 find it, too.
        """
        with self._lock:
            if self._files is None:
                self._files = dict(_addresses(self.publications()))
            return self._files.get(path.lower())


def _addresses(publications: Iterable[Publication]) -> Iterator[tuple[str, OfferedFile]]:
    for publication in publications:
        for offer in publication.files():
            if offer.is_ours:
                yield offer.path.lower(), offer
                yield content_path(offer.file).lower(), offer
                yield offer.file.sha1.hex(), offer


def _floor(moment: datetime) -> datetime:
    """Cut to milliseconds, as anchors are."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _listed(
    shown: _RevealedMonth, question: Question, since: datetime | None
) -> Iterator[Publication]:
    is_new = since is None or _floor(shown.appeared) > since
    if question.configuration:
        return iter(shown.configuration if is_new else ())
    if not question.categories and not question.classifications:
        return (one for shelf in shown.shelves.values() for one in shelf if is_new)
    return (
        one
        for (categories, classifications), shelf in shown.shelves.items()
        if _matches(categories, classifications, question, is_new)
        for one in shelf
    )


def _matches(
    categories: frozenset[str], classifications: frozenset[str], question: Question, is_new: bool
) -> bool:
    """Any category and any classification; what is old only when one of them is no delta."""
    products = [one for one in question.categories or () if one.id in categories]
    kinds = [one for one in question.classifications or () if one.id in classifications]
    if not products or not kinds:
        return False
    return is_new or not all(one.delta for one in (*products, *kinds))
