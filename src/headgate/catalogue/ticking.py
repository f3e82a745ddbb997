"""What a tree of check boxes means: ticked boxes become a choice of nodes, and back. Pure.

A chosen family or company is shown ticked, and so is everything below it. Who takes a tick away
below it wants the rest of it, without what the family will get later; who ticks a family wants all
of it, whether a script has ticked the boxes below or not.
"""

from collections.abc import Iterable

from headgate.catalogue.categories import CategoryTree
from headgate.catalogue.revisions import CategoryType


def ticked(tree: CategoryTree, nodes: Iterable[str]) -> frozenset[str]:
    """Return every box that is ticked when ``nodes`` are chosen.

    Chosen nodes that are not in the tree (yet) stay themselves.
    """
    chosen = frozenset(nodes)
    return chosen | {found for node in chosen for found in tree.below(node)}


def as_ticked(
    tree: CategoryTree, *, shown: frozenset[str], boxes: frozenset[str]
) -> frozenset[str]:
    """Return the nodes somebody chose.

    ``shown``: the boxes that were ticked when they were drawn; ``boxes``: those that are now. A
    node that came into the tree since was in neither, and follows the node above it.
    """
    unticked = shown - boxes
    opened = frozenset(above for node in unticked for above in tree.path(node))
    chosen = {box for box in boxes if box not in tree}
    waiting = [(node, False) for node in tree.top()]
    seen: set[str] = set()
    while waiting:
        node, is_covered = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        counts = node in boxes or (is_covered and node not in unticked)
        if counts and node not in opened:
            chosen.add(node)
        else:
            waiting += [(child, counts) for child in tree.children(node)]
    return frozenset(chosen)


def without_nodes_inside(tree: CategoryTree, nodes: frozenset[str]) -> list[str]:
    """Return those of some nodes that have none of the others above them, in no order."""
    return [node for node in nodes if not any(above in nodes for above in tree.path(node)[1:])]


def opened_between(
    tree: CategoryTree, *, before: frozenset[str], after: frozenset[str]
) -> list[str]:
    """Return the nodes that take no future products any more, though something below stays."""
    was, is_now = ticked(tree, before), ticked(tree, after)
    lost = frozenset(
        node
        for node in was - is_now
        if node in tree and tree.node(node).category_type is not CategoryType.PRODUCT
    )
    return [node for node in lost if tree.below(node) & is_now]
