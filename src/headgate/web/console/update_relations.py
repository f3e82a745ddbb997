"""Who an update is related to, with every title in the reader's language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Generic, TypeVar

from headgate.catalogue.update_details import (
    Related,
    Relations,
    RevisionEntry,
    UpdateDetails,
    prerequisite_sentences,
)
from headgate.web.console.update_address import HERE
from headgate.web.console.update_text import languages_for
from headgate.web.console.visit import Visit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cut(Generic[T]):
    """The beginning of a list, and how many are left out."""

    shown: Sequence[T]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRelations:
    """The relations of one update as its page lists them."""

    revisions: Cut[RevisionEntry]
    supersedes: Cut[Related]
    superseded_by: Cut[Related]
    conditions: Cut[str]  #: sentences
    members: Cut[Related]
    bundled_in: Cut[Related]


def related_address(related: Related) -> str | None:
    """Return the page of the target of a relation; None when it is not here."""
    if related.title is None:
        return None
    number = "" if related.revision_number is None else f"/{related.revision_number}"
    return f"{HERE}/{related.update_id}{number}"


def shown_relations(details: UpdateDetails, visit: Visit) -> ShownRelations:
    """Return what to list, all titles asked for at once."""
    found = details.relations
    ids = [one.revision_id for one in _all(found)]
    ids += [one.revision_id for one in details.revisions]
    titles = visit.console.catalogue().titles(
        [number for number in ids if number is not None], languages_for(visit.words)
    )

    def said(related: Sequence[Related]) -> list[Related]:
        return [replace(one, title=titles.get(one.revision_id or 0, one.title)) for one in related]

    revisions = [
        replace(one, title=titles.get(one.revision_id, one.title)) for one in details.revisions
    ]
    conditions = prerequisite_sentences([said(clause) for clause in found.prerequisites])
    return ShownRelations(
        revisions=Cut(revisions, details.more_revisions),
        supersedes=Cut(said(found.supersedes), found.more_supersedes),
        superseded_by=Cut(said(found.superseded_by), found.more_superseded_by),
        conditions=Cut(list(conditions), found.more_prerequisites),
        members=Cut(said(list(chain.from_iterable(found.bundled))), found.more_bundled),
        bundled_in=Cut(said(found.bundled_in), found.more_bundled_in),
    )


def _all(found: Relations) -> Iterator[Related]:
    yield from chain.from_iterable(found.prerequisites)
    yield from chain.from_iterable(found.bundled)
    yield from (*found.bundled_in, *found.supersedes, *found.superseded_by)
