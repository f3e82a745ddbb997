"""The tree of companies, families and products as boxes to tick."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from headgate.catalogue import ticking
from headgate.catalogue.categories import CategoryTree
from headgate.catalogue.presets import PRESETS
from headgate.catalogue.revisions import CategoryType
from headgate.web.console.update_text import short


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One box, and the boxes below it."""

    id: str
    title: str
    is_product: bool
    is_ticked: bool
    is_open: bool  #: whether what is below is shown at first
    chosen: int  #: products below it that are ticked, itself among them
    total: int  #: products below it, itself among them
    below: "tuple[Branch, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """All boxes."""

    branches: tuple[Branch, ...]
    not_named: tuple[tuple[str, str], ...]  #: ticked, but not named by the source: id and title
    out_of_sight: tuple[str, ...]  #: ids of ticked boxes the search does not show
    chosen: int  #: ticked products
    total: int  #: all products


def draw(tree: CategoryTree, names: Mapping[str, str], nodes: frozenset[str], search: str) -> Tree:
    """Return the boxes for chosen nodes; ``search``: only boxes with all these words, and theirs.

    A box that is found is shown with everything above and below it.
    """
    ticked = ticking.ticked(tree, nodes)
    shown = _found(tree, names, search)
    drawing = _Drawing(tree, names, ticked, shown, bool(search))
    top = drawing.branches(tree.top(), depth=0)
    return Tree(
        branches=drawing.visible(top),
        not_named=_not_named(nodes - _ids(tree)),
        out_of_sight=tuple(sorted((ticked & _ids(tree)) - shown)),
        chosen=sum(branch.chosen for branch in top),
        total=sum(branch.total for branch in top),
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
    tree: CategoryTree
    names: Mapping[str, str]
    ticked: frozenset[str]
    shown: frozenset[str]
    is_searched: bool

    def branches(self, nodes: tuple[str, ...], *, depth: int) -> list[Branch]:
        """Return the boxes of some nodes, shown or not, by title."""
        drawn = [self._branch(node, depth) for node in nodes]
        return sorted(drawn, key=lambda branch: (branch.title.casefold(), branch.id))

    def visible(self, branches: Iterable[Branch]) -> tuple[Branch, ...]:
        """Return the shown ones."""
        return tuple(branch for branch in branches if branch.id in self.shown)

    def _branch(self, node: str, depth: int) -> Branch:
        below = self.branches(self.tree.children(node), depth=depth + 1)
        is_product, is_ticked = _is_product(self.tree, node), node in self.ticked
        chosen = sum(one.chosen for one in below) + (is_product and is_ticked)
        is_top = depth == 0 and self.tree.node(node).category_type is CategoryType.COMPANY
        return Branch(
            id=node,
            title=self.names.get(node) or short(self.tree.node(node).title),
            is_product=is_product,
            is_ticked=is_ticked,
            is_open=self.is_searched or is_top or (chosen > 0 and not is_ticked),
            chosen=chosen,
            total=sum(one.total for one in below) + is_product,
            below=self.visible(below),
        )


def _found(tree: CategoryTree, names: Mapping[str, str], search: str) -> frozenset[str]:
    words = search.casefold().split()
    if not words:
        return _ids(tree)
    hits = [
        node.update_id
        for node in tree
        if _has_all(words, f"{node.title} {names.get(node.update_id, '')}".casefold())
    ]
    above = {found for node in hits for found in tree.path(node)}
    return frozenset(above).union(*(tree.below(node) for node in hits))


def _has_all(words: list[str], text: str) -> bool:
    return all(word in text for word in words)


def _ids(tree: CategoryTree) -> frozenset[str]:
    return frozenset(node.update_id for node in tree)


def _is_product(tree: CategoryTree, node: str) -> bool:
    return tree.node(node).category_type is CategoryType.PRODUCT


def _not_named(nodes: frozenset[str]) -> tuple[tuple[str, str], ...]:
    known = {node: title for preset in PRESETS.values() for node, title in preset.products.items()}
    return tuple(sorted(((node, known.get(node, node)) for node in nodes), key=lambda one: one[1]))
