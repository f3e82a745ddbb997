"""What is synchronized: the chosen products and classifications, and how a choice changes. Pure.

A chosen family or company stands for its products of today and tomorrow; only product ids go on
the wire, so the choice is expanded against the tree of each run. The defaults (all products,
Critical and Security Updates) are those of the manual our first users come from.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from headgate.catalogue.categories import CategoryTree
from headgate.errors import UsageError
from headgate.sentences import Sentence

CRITICAL_UPDATES = "e6cf1350-c01b-414d-a61f-263d14d133b4"
SECURITY_UPDATES = "0fa1201d-4330-4fa8-8ae9-b877473b6441"

#: Chosen until somebody chooses otherwise.
DEFAULT_CLASSIFICATIONS = frozenset({CRITICAL_UPDATES, SECURITY_UPDATES})


class ProductsMode(StrEnum):
    """The setting ``products.mode``."""

    ALL = "all"  #: every product, those of the future among them
    SELECTED = "selected"  #: the chosen nodes and what is below them


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """The choice as it is kept: tree nodes (with their mode) and classifications, by id."""

    mode: ProductsMode = ProductsMode.ALL
    products: frozenset[str] = frozenset()  #: companies, families, products; read when SELECTED
    classifications: frozenset[str] = DEFAULT_CLASSIFICATIONS


class NothingLeftError(UsageError):
    """A choice without products, or without classifications: the source would send nothing."""


def no_product_left() -> NothingLeftError:
    """Return the error of a choice without products."""
    return NothingLeftError(
        Sentence(
            "At least one product must stay selected: without one the source sends no updates."
        ),
        next_step=Sentence("Select another product first."),
    )


def no_classification_left() -> NothingLeftError:
    """Return the error of a choice without classifications."""
    return NothingLeftError(
        Sentence(
            "At least one classification must stay selected: without one the source sends no "
            "updates."
        ),
        next_step=Sentence("Select another classification first."),
    )


def products_to_send(tree: CategoryTree, subscription: Subscription) -> tuple[str, ...]:
    """Return the ids of the products to ask the source for, sorted.

    Chosen nodes that the tree does not have (yet) add nothing.
    """
    nodes = tree.top() if subscription.mode is ProductsMode.ALL else subscription.products
    return tuple(sorted(tree.products_below(nodes)))


def classifications_to_send(known: Collection[str], subscription: Subscription) -> tuple[str, ...]:
    """Return the chosen classifications the source has named, by id and sorted."""
    return tuple(sorted(subscription.classifications.intersection(known)))


def selected_nodes(tree: CategoryTree, subscription: Subscription) -> frozenset[str]:
    """Return every node that is chosen, itself or through a node above it."""
    nodes = tree.top() if subscription.mode is ProductsMode.ALL else subscription.products
    return frozenset(found for node in nodes for found in tree.below(node))


def with_all_products(subscription: Subscription) -> Subscription:
    """Return the choice with every product, those of the future among them."""
    return replace(subscription, mode=ProductsMode.ALL, products=frozenset())


def with_exactly(subscription: Subscription, nodes: Iterable[str]) -> Subscription:
    """Return the choice with these nodes and no others."""
    return replace(subscription, mode=ProductsMode.SELECTED, products=frozenset(nodes))


def exactly(
    tree: CategoryTree,
    subscription: Subscription,
    nodes: frozenset[str] | None,
    *,
    also: Collection[str],
) -> Subscription:
    """Return the choice with these nodes and no others, or with all products for None.

    Left out is what nobody knows: neither the tree, nor the present choice, nor ``also``. Raises
    NothingLeftError when no product is left.
    """
    if nodes is None:
        return with_all_products(subscription)
    known = frozenset(
        node for node in nodes if node in tree or node in subscription.products or node in also
    )
    still_to_come = any(node not in tree for node in known)
    if not still_to_come and not tree.products_below(known):
        raise no_product_left()
    return with_exactly(subscription, known)


def with_products(
    tree: CategoryTree, subscription: Subscription, nodes: Iterable[str]
) -> Subscription:
    """Return the choice with ``nodes`` chosen.

    Where all products were chosen until now, it becomes exactly these nodes; else they are added,
    and chosen nodes below them are absorbed.
    """
    chosen = frozenset(nodes)
    if subscription.mode is ProductsMode.SELECTED:
        chosen |= subscription.products
    absorbed = {
        node
        for node in chosen
        if any(above in chosen for above in tree.path(node) if above != node)
    }
    return replace(subscription, mode=ProductsMode.SELECTED, products=chosen - absorbed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deselection:
    """What deselecting did: the new choice, and the nodes that no longer take future products."""

    subscription: Subscription
    opened: tuple[str, ...]  #: chosen nodes replaced by the rest of what is below them
    was_all: bool  #: until now every product was chosen


def without_products(
    tree: CategoryTree, subscription: Subscription, nodes: Iterable[str]
) -> Deselection:
    """Return the choice without ``nodes`` and everything below them.

    Where a node above is chosen, it is replaced by its other children, down the path: its future
    products are then not included. Raises NothingLeftError when no product would stay.
    """
    unwanted = list(nodes)
    was_all = subscription.mode is ProductsMode.ALL
    chosen = set(tree.top() if was_all else subscription.products)
    opened: list[str] = []
    for node in unwanted:
        path = tree.path(node) or (node,)
        carrier = next((above for above in path if above in chosen), None)
        if carrier is not None:
            for above in reversed(path[: path.index(carrier) + 1]):
                chosen.discard(above)
                if above != node:
                    chosen.update(tree.children(above))
                    opened.append(above)
        chosen -= tree.below(node)
    if not tree.products_below(chosen):
        raise no_product_left()
    return Deselection(
        subscription=replace(subscription, mode=ProductsMode.SELECTED, products=frozenset(chosen)),
        opened=tuple(dict.fromkeys(opened)),
        was_all=was_all,
    )


def with_classifications(subscription: Subscription, ids: Iterable[str]) -> Subscription:
    """Return the choice with these classifications added."""
    return replace(subscription, classifications=subscription.classifications | frozenset(ids))


def without_classifications(subscription: Subscription, ids: Iterable[str]) -> Subscription:
    """Return the choice without these classifications; NothingLeftError when none would stay."""
    left = subscription.classifications - frozenset(ids)
    if not left:
        raise no_classification_left()
    return replace(subscription, classifications=left)
