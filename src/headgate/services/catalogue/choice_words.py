"""What a change of the whole choice does, in words: from a list that was, to a list that is.

``None`` stands for all products, future ones included; else a list is a set of node ids.
"""

from collections.abc import Iterable, Mapping, Sequence

from headgate.catalogue import ticking
from headgate.catalogue.categories import CategoryTree
from headgate.catalogue.presets import PRESETS, Preset
from headgate.catalogue.revisions import CategoryType
from headgate.sentences import Sentence

Nodes = frozenset[str] | None

#: Titles named in one sentence; more are counted.
_NAMED = 12

_NOTHING_CHANGED = Sentence("Nothing changed: exactly this was selected already.")


def products_changed(
    tree: CategoryTree, before: Nodes, after: Nodes, titles: Mapping[str, str]
) -> list[str]:
    """Return what is selected, deselected, and what that means for future products.

    ``titles``: how the reader calls nodes; what is missing there has its title of the tree.
    """
    if after is None:
        return [Sentence("All products are selected, and those the source adds later.")]
    names = _names(tree, titles)
    said: list[str] = []
    if before is None:
        said.append(
            Sentence(
                "Until now all products were selected; from the next synchronization on only the "
                "selected ones are asked for."
            )
        )
        before = frozenset()
    was, is_now = ticking.ticked(tree, before), ticking.ticked(tree, after)
    came = after - was
    gone = frozenset(node for node in was - is_now if not tree.below(node) & is_now)
    said += _what_changed(names, came, ticking.without_nodes_inside(tree, gone))
    families = [node for node in came if _takes_future_products(tree, node)]
    if families:
        said.append(
            Sentence(
                "Future products below {titles} are included.",
                titles=listed(_named(names, families)),
            )
        )
    opened = ticking.opened_between(tree, before=before, after=after)
    if opened:
        said.append(
            Sentence(
                "Future products below {titles} are no longer included.",
                titles=listed(_named(names, opened)),
            )
        )
    return said or [_NOTHING_CHANGED]


def classifications_changed(
    before: frozenset[str], after: frozenset[str], titles: Mapping[str, str]
) -> list[str]:
    """Return what is selected and deselected."""
    return _what_changed(titles, after - before, before - after) or [_NOTHING_CHANGED]


def _what_changed(names: Mapping[str, str], came: Iterable[str], gone: Iterable[str]) -> list[str]:
    said = []
    if new := _named(names, came):
        said.append(selected(new))
    if old := _named(names, gone):
        said.append(deselected(old))
    return said


def selected(titles: Sequence[str]) -> str:
    """Return that these are selected now."""
    return Sentence(
        "Selected: {titles}. It counts from the next synchronization.", titles=listed(titles)
    )


def deselected(titles: Sequence[str]) -> str:
    """Return that these are no longer selected."""
    return Sentence(
        "Deselected: {titles}. Nothing new comes for it; what is already here stays.",
        titles=listed(titles),
    )


def was_not_selected(titles: Sequence[str]) -> str:
    """Return that there was nothing to deselect."""
    return Sentence("Nothing changed; not selected before: {titles}.", titles=listed(titles))


def not_named_yet(preset: Preset, tree: CategoryTree) -> list[str]:
    """Return which products of a preset the source has not named, if it has named any."""
    absent = [title for update_id, title in preset.products.items() if update_id not in tree]
    if not absent or not len(tree):
        return []
    return [Sentence("The source has not named these so far: {titles}.", titles="; ".join(absent))]


def listed(titles: Sequence[str]) -> str:
    """Return titles one after the other, the last of very many only counted."""
    if len(titles) <= _NAMED:
        return "; ".join(titles)
    return Sentence(
        "{titles} and {count} more", titles="; ".join(titles[:_NAMED]), count=len(titles) - _NAMED
    )


def _named(titles: Mapping[str, str], nodes: Iterable[str]) -> list[str]:
    return sorted((titles.get(node, node) for node in nodes), key=str.casefold)


def _names(tree: CategoryTree, titles: Mapping[str, str]) -> dict[str, str]:
    """Return the names of everything that can be chosen, known to the source or not."""
    known = {node: title for preset in PRESETS.values() for node, title in preset.products.items()}
    return known | {node.update_id: node.title for node in tree} | dict(titles)


def _takes_future_products(tree: CategoryTree, node: str) -> bool:
    return node in tree and tree.node(node).category_type is not CategoryType.PRODUCT
