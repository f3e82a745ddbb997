"""The tree of companies, families and products, and the flat list of classifications.

A category's parent is a category among its prerequisites; storage looks the targets up, this file
only arranges what it found. A parent that never arrived leaves its child at the top, and a circle
(no honest catalogue has one) is cut where it closes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from headgate.catalogue.revisions import CategoryType


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """The newest revision of one category."""

    update_id: str  #: lower-case GUID
    category_type: CategoryType
    title: str
    parent_id: str | None = None  #: None at the top; classifications have none


class CategoryTree:
    """Companies, families and products by id, each knowing what is below and above it."""

    def __init__(self, categories: Iterable[Category]) -> None:
        self._nodes = {
            category.update_id: category
            for category in categories
            if category.category_type is not CategoryType.CLASSIFICATION
        }
        self._children: dict[str, list[str]] = {}
        for node in self._nodes.values():
            if node.parent_id in self._nodes:
                self._children.setdefault(str(node.parent_id), []).append(node.update_id)

    def __contains__(self, update_id: str) -> bool:
        return update_id in self._nodes

    def __iter__(self) -> Iterator[Category]:
        return iter(self._nodes.values())

    def __len__(self) -> int:
        return len(self._nodes)

    def node(self, update_id: str) -> Category:
        """Return a node; KeyError when it is not in the tree."""
        return self._nodes[update_id]

    def top(self) -> tuple[str, ...]:
        """Return the nodes without a parent here: companies, and orphans of any kind."""
        return tuple(
            node.update_id for node in self._nodes.values() if node.parent_id not in self._nodes
        )

    def children(self, update_id: str) -> tuple[str, ...]:
        """Return the nodes directly below one; empty for an unknown id."""
        return tuple(self._children.get(update_id, ()))

    def path(self, update_id: str) -> tuple[str, ...]:
        """Return a node and everything above it, nearest first; empty for an unknown id."""
        found: list[str] = []
        here: str | None = update_id
        while here is not None and here in self._nodes and here not in found:
            found.append(here)
            here = self._nodes[here].parent_id
        return tuple(found)

    def below(self, update_id: str) -> frozenset[str]:
        """Return a node and everything below it; empty for an unknown id."""
        found: set[str] = set()
        left = [update_id] if update_id in self._nodes else []
        while left:
            here = left.pop()
            if here not in found:
                found.add(here)
                left.extend(self._children.get(here, ()))
        return frozenset(found)

    def products_below(self, update_ids: Iterable[str]) -> frozenset[str]:
        """Return the products among some nodes and everything below them."""
        return frozenset(
            found
            for update_id in update_ids
            for found in self.below(update_id)
            if self._nodes[found].category_type is CategoryType.PRODUCT
        )
