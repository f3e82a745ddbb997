"""The form in which products are chosen: reading it, carrying it out, showing it (again).

The same form stands on *Products* and in the set-up. It carries what was chosen when the page was
loaded (``seen``, so that two administrators notice each other) and when its boxes were drawn
(``drawn``, so that a tick taken away below a family is understood). Searching without script sends
the form too: boxes that are out of sight travel as hidden fields, and ticks made so far stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from headgate.catalogue import ticking
from headgate.catalogue.presets import PRESETS
from headgate.catalogue.subscription import NothingLeftError
from headgate.sentences import Sentence
from headgate.services.catalogue.choice_words import Nodes
from headgate.services.catalogue.subscribing import (
    Changed,
    Choice,
    StaleChoiceError,
    chosen_products,
)
from headgate.web.console.category_names import category_names
from headgate.web.console.products_tree import Tree, draw
from headgate.web.console.visit import Console, Visit

_ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductsForm:
    """The form as it is shown."""

    choice: Choice
    wants_all: bool
    tree: Tree
    seen: str  #: what was chosen when the page was loaded, as text
    drawn: str  #: the boxes that are ticked, as text
    search: str
    error: str | None = None  #: what is wrong with the choice
    stale: StaleChoiceError | None = None
    ticked_preset: str | None = None  #: the title of a preset that was just ticked

    @property
    def is_known(self) -> bool:
        """Whether the source has named any products."""
        return len(self.choice.tree) > 0

    @property
    def presets(self) -> list[tuple[str, str, int]]:
        """Name, title and number of products of every ready choice."""
        return [(one.name, one.title, len(one.products)) for one in PRESETS.values()]

    @property
    def status(self) -> int:
        """The HTTP status the form is shown with."""
        return 409 if self.stale else 400 if self.error else 200


def present(console: Console, visit: Visit) -> ProductsForm:
    """Return the form with what is chosen now."""
    choice = console.subscribing().choice()
    names = category_names(console, visit)
    return _form(choice, names, choice.products, seen=choice.products, search=_search(visit))


def carry_out(console: Console, visit: Visit) -> Changed | ProductsForm:
    """Do what the posted form asks: save it, or show it again, searched or with a preset."""
    subscribing, names = console.subscribing(), category_names(console, visit)
    choice = subscribing.choice()
    seen, wanted = _nodes(visit.typed("seen")), _wanted(visit, choice)
    act = visit.typed("act")
    if act == "search":
        return _form(choice, names, wanted, seen=seen, search=_search(visit))
    preset = PRESETS.get(act.removeprefix("preset:"))
    if preset is not None:
        nodes = frozenset(preset.products)
        return _form(choice, names, nodes, seen=seen, preset=preset.title)
    if seen is None and wanted is None and _boxes(visit):
        # Without script nothing keeps somebody from ticking boxes that would not count.
        error = Sentence(
            "Products are ticked, but all products are chosen. Choose one of the two above."
        )
        nodes = ticking.as_ticked(choice.tree, shown=frozenset(), boxes=_boxes(visit))
        return _form(choice, names, nodes, seen=seen, error=error)
    try:
        return subscribing.choose_products(wanted, seen=seen, actor=visit.actor, titles=names)
    except NothingLeftError as error:
        return _form(choice, names, wanted, seen=seen, error=error.message)
    except StaleChoiceError as error:
        return _form(choice, names, wanted, seen=chosen_products(error.now), stale=error)


def _form(
    choice: Choice,
    names: Mapping[str, str],
    nodes: Nodes,
    *,
    seen: Nodes,
    search: str = "",
    error: str | None = None,
    stale: StaleChoiceError | None = None,
    preset: str | None = None,
) -> ProductsForm:
    return ProductsForm(
        choice=choice,
        wants_all=nodes is None,
        tree=draw(choice.tree, names, nodes or frozenset(), search),
        seen=_text(seen),
        drawn=_text(ticking.ticked(choice.tree, nodes or frozenset())),
        search=search,
        error=error,
        stale=stale,
        ticked_preset=preset,
    )


def _wanted(visit: Visit, choice: Choice) -> Nodes:
    # A mode the environment fixes is shown, and not sent.
    mode = choice.subscription.mode.value if choice.mode_locked_by else visit.typed("mode")
    if mode == _ALL:
        return None
    drawn = _nodes(visit.typed("drawn")) or frozenset()
    return ticking.as_ticked(choice.tree, shown=drawn, boxes=_boxes(visit))


def _boxes(visit: Visit) -> frozenset[str]:
    return frozenset(visit.chosen("group")) | frozenset(visit.chosen("product"))


def _search(visit: Visit) -> str:
    return visit.typed("search") or visit.query.get("search", "").strip()


def _text(nodes: Nodes) -> str:
    return _ALL if nodes is None else ",".join(sorted(nodes))


def _nodes(text: str) -> Nodes:
    return None if text == _ALL else frozenset(filter(None, text.split(",")))
