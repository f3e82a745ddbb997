"""Choosing products and classifications: every change has one rule, one audit line, one sentence.

A change counts from the next synchronization. Deselecting stops what is new and keeps what is here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from headgate.catalogue import subscription as choices
from headgate.catalogue.categories import Category, CategoryTree
from headgate.catalogue.naming import find_categories
from headgate.catalogue.presets import PRESETS, WHAT_A_CLASSIFICATION_BRINGS, Preset
from headgate.catalogue.revisions import CategoryType
from headgate.catalogue.subscription import ProductsMode, Subscription
from headgate.errors import SettingsError, UsageError
from headgate.storage import audit, categories, settings_rows, subscriptions, transactions
from headgate.storage.engine import Connection, Engine

ALL = "all"
PRODUCTS_MODE = "products.mode"


class NoCategoriesError(UsageError):
    """The catalogue has no products or classifications yet."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"No {what}s yet.",
            next_step="Run `headgate sync now --categories`, which fetches them alone.",
        )


class UnknownPresetError(UsageError):
    """There is no preset of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no preset {name!r}.", next_step=f"Use one of: {', '.join(PRESETS)}."
        )


class ModeLockedError(SettingsError):
    """The environment fixes whether all products are wanted."""

    def __init__(self, variable: str, mode: ProductsMode) -> None:
        super().__init__(
            f"{PRODUCTS_MODE} is fixed to {mode.value!r} by the environment variable {variable}.",
            next_step="Remove the variable where Headgate is started, then choose again.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a change of the choice did: the choice that counts now, and sentences about it."""

    subscription: Subscription
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribing:
    """The verbs of choosing. ``mode`` is the setting that counts, read anew for each verb."""

    engine: Engine
    mode: Callable[[], ProductsMode]
    now: Callable[[], datetime]
    mode_locked_by: str | None = None  #: the environment variable that fixes the mode

    def select_products(self, names: Sequence[str], *, actor: str) -> Changed:
        """Choose nodes by id or title. Where all were chosen, only these are from now on."""
        with transactions.write(self.engine) as conn:
            tree, choice = self._tree_and_choice(conn)
            nodes = find_categories(names, tree, what="product")
            changed = choices.with_products(tree, choice, [node.update_id for node in nodes])
            sentences = [*_narrowing(choice), _selected(nodes)]
            if any(node.category_type is not CategoryType.PRODUCT for node in nodes):
                sentences.append("Future products below a chosen family or company are included.")
            return self._keep(conn, changed, "products.select", nodes, sentences, actor)

    def select_all_products(self, *, actor: str) -> Changed:
        """Choose every product, those of the future among them."""
        with transactions.write(self.engine) as conn:
            choice = subscriptions.subscription(conn, self.mode())
            sentences = ["All products are selected, and those the source adds later."]
            changed = choices.with_all_products(choice)
            return self._keep(conn, changed, "products.select", [], sentences, actor)

    def select_preset(self, name: str, *, actor: str) -> Changed:
        """Choose exactly the products of a preset, whether the source has named them yet or not."""
        preset = PRESETS.get(name)
        if preset is None:
            raise UnknownPresetError(name)
        with transactions.write(self.engine) as conn:
            choice = subscriptions.subscription(conn, self.mode())
            tree = CategoryTree(categories.categories(conn))
            changed = choices.with_exactly(choice, preset.products)
            nodes = _preset_nodes(preset)
            sentences = [
                f"Selected, instead of what was selected before: {preset.title}. It counts from "
                "the next synchronization.",
                f"These are: {_titles(nodes)}.",
                *_missing(preset, tree),
            ]
            return self._keep(conn, changed, "products.select", nodes, sentences, actor)

    def deselect_products(self, names: Sequence[str], *, actor: str) -> Changed:
        """Stop asking for nodes and what is below them; what is here stays."""
        with transactions.write(self.engine) as conn:
            tree, choice = self._tree_and_choice(conn)
            nodes = find_categories(names, tree, what="product")
            done = choices.without_products(tree, choice, [node.update_id for node in nodes])
            if done.subscription == choice:
                return Changed(subscription=choice, sentences=(_was_not_selected(nodes),))
            sentences = [_deselected(nodes)]
            if done.was_all:
                sentences.append(
                    "Until now all products were selected, future ones included; from now on only "
                    "the selected ones count, and a new company or family is not among them."
                )
            sentences += [
                f"Future products directly below {tree.node(above).title} are no longer included."
                for above in done.opened
            ]
            return self._keep(conn, done.subscription, "products.deselect", nodes, sentences, actor)

    def select_classifications(self, names: Sequence[str], *, actor: str) -> Changed:
        """Choose classifications by id or title; ``all`` means those known today."""
        with transactions.write(self.engine) as conn:
            known, choice = self._classifications_and_choice(conn)
            nodes = (
                tuple(known)
                if [name.casefold() for name in names] == [ALL]
                else find_categories(names, known, what="classification")
            )
            ids = [node.update_id for node in nodes]
            sentences = [_selected(nodes)]
            sentences += [
                WHAT_A_CLASSIFICATION_BRINGS[update_id]
                for update_id in ids
                if update_id in WHAT_A_CLASSIFICATION_BRINGS
                and update_id not in choice.classifications
            ]
            changed = choices.with_classifications(choice, ids)
            return self._keep(conn, changed, "classifications.select", nodes, sentences, actor)

    def deselect_classifications(self, names: Sequence[str], *, actor: str) -> Changed:
        """Stop asking for classifications; what is here stays."""
        with transactions.write(self.engine) as conn:
            known, choice = self._classifications_and_choice(conn)
            nodes = find_categories(names, known, what="classification")
            changed = choices.without_classifications(choice, [node.update_id for node in nodes])
            if changed == choice:
                return Changed(subscription=choice, sentences=(_was_not_selected(nodes),))
            sentences = [_deselected(nodes)]
            return self._keep(conn, changed, "classifications.deselect", nodes, sentences, actor)

    def _tree_and_choice(self, conn: Connection) -> tuple[CategoryTree, Subscription]:
        tree = CategoryTree(categories.categories(conn))
        if not len(tree):
            raise NoCategoriesError("product")
        return tree, subscriptions.subscription(conn, self.mode())

    def _classifications_and_choice(self, conn: Connection) -> tuple[list[Category], Subscription]:
        known = [
            category
            for category in categories.categories(conn)
            if category.category_type is CategoryType.CLASSIFICATION
        ]
        if not known:
            raise NoCategoriesError("classification")
        return known, subscriptions.subscription(conn, self.mode())

    def _keep(
        self,
        conn: Connection,
        changed: Subscription,
        action: str,
        nodes: Sequence[Category],
        sentences: Sequence[str],
        actor: str,
    ) -> Changed:
        mode, at = self.mode(), self.now()
        if changed.mode is not mode:
            if self.mode_locked_by is not None:
                raise ModeLockedError(self.mode_locked_by, mode)
            settings_rows.choose(conn, PRODUCTS_MODE, changed.mode.value, by=actor, at=at)
        subscriptions.keep(conn, changed, at=at)
        detail = {
            "nodes": {node.update_id: node.title for node in nodes},
            "mode": changed.mode.value,
        }
        audit.note(conn, actor=actor, action=action, detail=detail, at=at)
        return Changed(subscription=changed, sentences=tuple(sentences))


def _narrowing(choice: Subscription) -> list[str]:
    if choice.mode is ProductsMode.ALL:
        return [
            "Until now all products were selected; from the next synchronization on only the "
            "selected ones are asked for (`headgate products select all` goes back)."
        ]
    return []


def _selected(nodes: Sequence[Category]) -> str:
    return f"Selected: {_titles(nodes)}. It counts from the next synchronization."


def _deselected(nodes: Sequence[Category]) -> str:
    return f"Deselected: {_titles(nodes)}. Nothing new comes for it; what is already here stays."


def _was_not_selected(nodes: Sequence[Category]) -> str:
    return f"Nothing changed; not selected before: {_titles(nodes)}."


def _titles(nodes: Sequence[Category]) -> str:
    return "; ".join(node.title for node in nodes)


def _preset_nodes(preset: Preset) -> list[Category]:
    return [
        Category(update_id=update_id, category_type=CategoryType.PRODUCT, title=title)
        for update_id, title in preset.products.items()
    ]


def _missing(preset: Preset, tree: CategoryTree) -> list[str]:
    absent = [title for update_id, title in preset.products.items() if update_id not in tree]
    if not absent or not len(tree):
        return []
    return [f"The source has not named these so far: {'; '.join(absent)}."]
