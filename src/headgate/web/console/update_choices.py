"""What the filter of the list of updates offers: products by family, classifications.

Titles are in the reader's language. Lines of the list carry the titles documents were written
with; ``said`` turns those into the reader's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from headgate.catalogue.revisions import CategoryType
from headgate.catalogue.subscription import ProductsMode
from headgate.services.catalogue.browser import ProductLine
from headgate.web.console.update_text import languages_for, short
from headgate.web.console.visit import Visit

#: Longest title of a product or classification in lists and boxes of choices.
LONGEST_CATEGORY = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One category that can be chosen."""

    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A company or family, and the products below it."""

    id: str
    title: str
    products: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Everything there is to choose, by title."""

    families: tuple[Family, ...]
    orphans: tuple[Option, ...]  #: products whose family never arrived
    classifications: tuple[Option, ...]
    titles: Mapping[str, str]  #: id to title
    said: Mapping[str, str]  #: title in the document's own language to the reader's

    def products(self) -> frozenset[str]:
        """Return the ids of all companies, families and products."""
        return frozenset(self.titles) - {one.id for one in self.classifications}

    def title_of(self, own: str) -> str:
        """Return a category's title in the reader's language; ``own``: as a line has it."""
        return self.said.get(own, own)


def choices(visit: Visit) -> Choices:
    """Return what can be chosen now."""
    catalogue = visit.console.catalogue()
    nodes = catalogue.products(ProductsMode.ALL)
    kinds = catalogue.classifications()
    localized = catalogue.category_titles(languages_for(visit.words))
    own = {node.id: node.title for node in nodes} | {kind.id: kind.title for kind in kinds}
    said = {each: localized.get(each, title) for each, title in own.items()}
    titles = {each: short(title, LONGEST_CATEGORY) for each, title in said.items()}
    families, orphans = _families(nodes, titles)
    return Choices(
        families=families,
        orphans=orphans,
        classifications=_options([one.id for one in kinds], titles),
        titles=titles,
        said={title: said[each] for each, title in own.items()},
    )


def _families(
    nodes: Sequence[ProductLine], titles: Mapping[str, str]
) -> tuple[tuple[Family, ...], tuple[Option, ...]]:
    parents = {node.id: node.parent for node in nodes}
    groups = {node.id for node in nodes if node.kind is not CategoryType.PRODUCT}
    members: dict[str | None, list[str]] = {group: [] for group in groups}
    for node in nodes:
        if node.kind is CategoryType.PRODUCT:
            members.setdefault(_group_of(node.id, parents, groups), []).append(node.id)
    families = (
        Family(id=group, title=titles[group], products=_options(members[group], titles))
        for group in groups
    )
    return (
        tuple(sorted(families, key=lambda family: family.title.casefold())),
        _options(members.get(None, []), titles),
    )


def _group_of(node: str, parents: Mapping[str, str | None], groups: set[str]) -> str | None:
    """Return the nearest company or family above a product; products may lie below products."""
    seen = {node}
    here = parents[node]
    while here is not None and here not in groups and here not in seen:
        seen.add(here)
        here = parents.get(here)
    return here if here in groups else None


def _options(ids: Sequence[str], titles: Mapping[str, str]) -> tuple[Option, ...]:
    options = (Option(id=each, title=titles[each]) for each in ids)
    return tuple(sorted(options, key=lambda option: option.title.casefold()))
