"""Choosing products and classifications: every change has one rule, one audit line, one sentence.

A change counts from the next synchronization. Deselecting stops what is new and keeps what is here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from headgate.catalogue import subscription as choices
from headgate.catalogue.categories import Category, CategoryTree
from headgate.catalogue.naming import find_categories
from headgate.catalogue.presets import PRESETS, WHAT_A_CLASSIFICATION_BRINGS, Preset
from headgate.catalogue.revisions import CategoryType
from headgate.catalogue.subscription import ProductsMode, Subscription
from headgate.errors import SettingsError, UsageError
from headgate.sentences import Sentence
from headgate.services.catalogue import choice_words
from headgate.services.catalogue.choice_words import Nodes
from headgate.services.memory import Memory
from headgate.storage import (
    audit,
    catalogue_version,
    categories,
    settings_rows,
    subscriptions,
    transactions,
)
from headgate.storage.engine import Connection, Engine

ALL = "all"
PRODUCTS_MODE = "products.mode"
PRESET_PRODUCTS = frozenset(node for preset in PRESETS.values() for node in preset.products)


_NONE_YET = {
    "product": Sentence("No products yet."),
    "classification": Sentence("No classifications yet."),
}


class NoCategoriesError(UsageError):
    """The catalogue has no products or classifications yet."""

    def __init__(self, what: str) -> None:
        super().__init__(
            _NONE_YET[what],
            next_step=Sentence("Run `headgate sync now --categories`, which fetches them alone."),
        )


class UnknownPresetError(UsageError):
    """There is no preset of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Sentence("There is no preset '{name}'.", name=name),
            next_step=Sentence("Use one of: {names}.", names=tuple(PRESETS)),
        )


class ModeLockedError(SettingsError):
    """The environment fixes whether all products are wanted."""

    def __init__(self, variable: str, mode: ProductsMode) -> None:
        super().__init__(
            Sentence(
                "{name} is fixed to '{mode}' by the environment variable {variable}.",
                name=PRODUCTS_MODE,
                mode=mode.value,
                variable=variable,
            ),
            next_step=Sentence("Remove the variable where Headgate is started, then choose again."),
        )


class StaleChoiceError(UsageError):
    """Somebody else has changed the choice since it was looked at; nothing was changed.

    ``changes``: what they did, in words; ``now``: the choice that counts.
    """

    def __init__(self, who: str | None, changes: Sequence[str], now: Subscription) -> None:
        super().__init__(
            Sentence("{who} has changed this choice since the page was loaded.", who=who)
            if who
            else Sentence("This choice was changed since the page was loaded."),
            next_step=Sentence("Look at what changed, then save again or start from what counts."),
        )
        self.changes = tuple(changes)
        self.now = now


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What there is to choose from, and what is chosen."""

    tree: CategoryTree  #: empty before the first contact with the source
    classifications: tuple[Category, ...]  #: by title; empty likewise
    subscription: Subscription
    mode_locked_by: str | None  #: the environment variable that fixes ``products.mode``

    @property
    def products(self) -> Nodes:
        """The chosen nodes, None for all products."""
        return chosen_products(self.subscription)


def chosen_products(subscription: Subscription) -> Nodes:
    """Return the chosen nodes, None for all products."""
    return None if subscription.mode is ProductsMode.ALL else subscription.products


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
    memory: Memory = field(default_factory=Memory)  #: one for the process, to remember the tree

    def select_products(self, names: Sequence[str], *, actor: str) -> Changed:
        """Choose nodes by id or title. Where all were chosen, only these are from now on."""
        with transactions.write(self.engine) as conn:
            tree, choice = self._tree_and_choice(conn)
            nodes = find_categories(names, tree, what="product")
            changed = choices.with_products(tree, choice, [node.update_id for node in nodes])
            sentences = [*_narrowing(choice), choice_words.selected(_titles(nodes))]
            if any(node.category_type is not CategoryType.PRODUCT for node in nodes):
                sentences.append(
                    Sentence("Future products below a chosen family or company are included.")
                )
            return self._keep(conn, changed, "products.select", nodes, sentences, actor)

    def select_all_products(self, *, actor: str) -> Changed:
        """Choose every product, those of the future among them."""
        with transactions.write(self.engine) as conn:
            choice = subscriptions.subscription(conn, self.mode())
            sentences = [Sentence("All products are selected, and those the source adds later.")]
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
                Sentence(
                    "Selected, instead of what was selected before: {preset}. It counts from the "
                    "next synchronization.",
                    preset=preset.title,
                ),
                Sentence("These are: {titles}.", titles="; ".join(_titles(nodes))),
                *choice_words.not_named_yet(preset, tree),
            ]
            return self._keep(conn, changed, "products.select", nodes, sentences, actor)

    def deselect_products(self, names: Sequence[str], *, actor: str) -> Changed:
        """Stop asking for nodes and what is below them; what is here stays."""
        with transactions.write(self.engine) as conn:
            tree, choice = self._tree_and_choice(conn)
            nodes = find_categories(names, tree, what="product")
            done = choices.without_products(tree, choice, [node.update_id for node in nodes])
            if done.subscription == choice:
                return Changed(
                    subscription=choice, sentences=(choice_words.was_not_selected(_titles(nodes)),)
                )
            sentences = [choice_words.deselected(_titles(nodes))]
            if done.was_all:
                sentences.append(
                    Sentence(
                        "Until now all products were selected, future ones included; from now on "
                        "only the selected ones count, and a new company or family is not among "
                        "them."
                    )
                )
            sentences += [
                Sentence(
                    "Future products directly below {title} are no longer included.",
                    title=tree.node(above).title,
                )
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
            sentences = [choice_words.selected(_titles(nodes))]
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
                return Changed(
                    subscription=choice, sentences=(choice_words.was_not_selected(_titles(nodes)),)
                )
            sentences = [choice_words.deselected(_titles(nodes))]
            return self._keep(conn, changed, "classifications.deselect", nodes, sentences, actor)

    def choice(self) -> Choice:
        """Return what there is to choose from, and what is chosen."""
        with transactions.read(self.engine) as conn:
            tree, classifications = self.memory.remembered(
                catalogue_version.catalogue_version(conn),
                "what there is to choose from",
                lambda: _to_choose_from(categories.categories(conn)),
            )
            return Choice(
                tree=tree,
                classifications=classifications,
                subscription=subscriptions.subscription(conn, self.mode()),
                mode_locked_by=self.mode_locked_by,
            )

    def choose_products(
        self, nodes: Nodes, *, seen: Nodes, actor: str, titles: Mapping[str, str]
    ) -> Changed:
        """Choose exactly these nodes, None for all products.

        ``seen``: what was chosen when the choice was made; ``titles``: how the reader calls nodes.
        Ids nobody knows are left out. Raises StaleChoiceError, NothingLeftError,
        NoCategoriesError, ModeLockedError.
        """
        with transactions.write(self.engine) as conn:
            tree, choice = self._tree_and_choice(conn)
            now = chosen_products(choice)
            wanted = choices.exactly(tree, choice, nodes, also=PRESET_PRODUCTS)
            after = chosen_products(wanted)
            if after != now and seen != now:
                changes = choice_words.products_changed(tree, seen, now, titles)
                raise StaleChoiceError(_who_changed(conn, "products."), changes, choice)
            sentences = choice_words.products_changed(tree, now, after, titles)
            if after == now:
                self._confirm_mode(conn, wanted, actor)
                return Changed(subscription=wanted, sentences=tuple(sentences))
            chosen = [tree.node(node) for node in sorted(after or ()) if node in tree]
            return self._keep(conn, wanted, "products.choose", chosen, sentences, actor)

    def choose_classifications(
        self,
        ids: frozenset[str],
        *,
        seen: frozenset[str],
        actor: str,
        titles: Mapping[str, str],
    ) -> Changed:
        """Choose exactly these classifications; otherwise as :meth:`choose_products`."""
        with transactions.write(self.engine) as conn:
            known, choice = self._classifications_and_choice(conn)
            names = {one.update_id: one.title for one in known} | dict(titles)
            now = choice.classifications
            if ids.isdisjoint(names):
                raise choices.no_classification_left()
            # What the source does not name (any more) was not on the page; it stays chosen.
            after = (ids & names.keys()) | (now - names.keys())
            if now not in (after, seen):
                changes = choice_words.classifications_changed(seen, now, names)
                raise StaleChoiceError(_who_changed(conn, "classifications."), changes, choice)
            sentences = choice_words.classifications_changed(now, after, names)
            wanted = replace(choice, classifications=after)
            if after == now:
                subscriptions.keep(conn, wanted, at=self.now())
                return Changed(subscription=wanted, sentences=tuple(sentences))
            nodes = [one for one in known if one.update_id in after]
            return self._keep(conn, wanted, "classifications.choose", nodes, sentences, actor)

    def _tree_and_choice(self, conn: Connection) -> tuple[CategoryTree, Subscription]:
        tree = CategoryTree(categories.categories(conn))
        if not len(tree):
            raise NoCategoriesError("product")
        return tree, subscriptions.subscription(conn, self.mode())

    def _classifications_and_choice(self, conn: Connection) -> tuple[list[Category], Subscription]:
        known = _only_classifications(categories.categories(conn))
        if not known:
            raise NoCategoriesError("classification")
        return known, subscriptions.subscription(conn, self.mode())

    def _confirm_mode(self, conn: Connection, choice: Subscription, actor: str) -> None:
        """Write a default down as chosen; nothing changes, so the audit trail has no line."""
        if self.mode_locked_by is None and PRODUCTS_MODE not in settings_rows.chosen_settings(conn):
            settings_rows.choose(conn, PRODUCTS_MODE, choice.mode.value, by=actor, at=self.now())

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


def _who_changed(conn: Connection, what: str) -> str | None:
    """Return who has changed a choice last, as far as the audit trail tells."""
    line = audit.newest_line(conn, action_begins=what)
    return line.actor if line is not None else None


def _only_classifications(known: Sequence[Category]) -> list[Category]:
    return [one for one in known if one.category_type is CategoryType.CLASSIFICATION]


def _to_choose_from(known: Sequence[Category]) -> tuple[CategoryTree, tuple[Category, ...]]:
    return CategoryTree(known), tuple(_only_classifications(known))


def _narrowing(choice: Subscription) -> list[str]:
    if choice.mode is ProductsMode.ALL:
        return [
            Sentence(
                "Until now all products were selected; from the next synchronization on only the "
                "selected ones are asked for (`headgate products select all` goes back)."
            )
        ]
    return []


def _titles(nodes: Sequence[Category]) -> list[str]:
    return [node.title for node in nodes]


def _preset_nodes(preset: Preset) -> list[Category]:
    return [
        Category(update_id=update_id, category_type=CategoryType.PRODUCT, title=title)
        for update_id, title in preset.products.items()
    ]
