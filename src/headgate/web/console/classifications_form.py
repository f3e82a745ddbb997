"""The form in which classifications are chosen, on *Classifications* and in the set-up."""

from collections.abc import Mapping
from dataclasses import dataclass

from headgate.catalogue.presets import WHAT_A_CLASSIFICATION_BRINGS
from headgate.catalogue.subscription import NothingLeftError
from headgate.services.catalogue.subscribing import Changed, Choice, StaleChoiceError
from headgate.web.console.category_names import category_names
from headgate.web.console.update_text import short
from headgate.web.console.visit import Console, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One classification to tick."""

    id: str
    title: str
    is_ticked: bool
    brings: str | None  #: what it brings, where that is more than people expect


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationsForm:
    """The form as it is shown."""

    boxes: tuple[Box, ...]  #: by title; none before the first contact with the source
    seen: str  #: what was chosen when the page was loaded, as text
    error: str | None = None  #: what is wrong with the choice
    stale: StaleChoiceError | None = None

    @property
    def chosen(self) -> int:
        """How many boxes are ticked."""
        return sum(box.is_ticked for box in self.boxes)

    @property
    def status(self) -> int:
        """The HTTP status the form is shown with."""
        return 409 if self.stale else 400 if self.error else 200


def present(console: Console, visit: Visit) -> ClassificationsForm:
    """Return the form with what is chosen now."""
    choice = console.subscribing().choice()
    chosen = choice.subscription.classifications
    return _form(choice, category_names(console, visit), chosen, seen=chosen)


def carry_out(console: Console, visit: Visit) -> Changed | ClassificationsForm:
    """Choose what is ticked in the posted form, or return the form with what is wrong."""
    subscribing, names = console.subscribing(), category_names(console, visit)
    wanted = frozenset(visit.chosen("classification"))
    seen = frozenset(filter(None, visit.typed("seen").split(",")))
    try:
        return subscribing.choose_classifications(
            wanted, seen=seen, actor=visit.actor, titles=names
        )
    except NothingLeftError as error:
        return _form(subscribing.choice(), names, wanted, seen=seen, error=error.message)
    except StaleChoiceError as error:
        now = error.now.classifications
        return _form(subscribing.choice(), names, wanted, seen=now, stale=error)


def _form(
    choice: Choice,
    names: Mapping[str, str],
    chosen: frozenset[str],
    *,
    seen: frozenset[str],
    error: str | None = None,
    stale: StaleChoiceError | None = None,
) -> ClassificationsForm:
    boxes = [
        Box(
            id=one.update_id,
            title=names.get(one.update_id) or short(one.title),
            is_ticked=one.update_id in chosen,
            brings=WHAT_A_CLASSIFICATION_BRINGS.get(one.update_id),
        )
        for one in choice.classifications
    ]
    return ClassificationsForm(
        boxes=tuple(sorted(boxes, key=lambda box: (box.title.casefold(), box.id))),
        seen=",".join(sorted(seen)),
        error=error,
        stale=stale,
    )
