"""Asking the offer in few words, and assertions that read as sentences."""

from collections.abc import Iterable, Sequence

from tests.unit.offer.world import World, guid

from headgate.offer.overlay import Overlay
from headgate.offer.questions import Limits, Offer, OfferedUpdate, SoftwareQuestion
from headgate.offer.software import software


def ask(
    where: World | Overlay,
    installed: Iterable[int] = (),
    others: Iterable[int] = (),
    *,
    categories: Sequence[str] | None = None,
    two_groups: bool = False,
    anchor: int = 0,
    limits: Limits | None = None,
) -> Offer:
    """A software pass; ``categories`` by name."""
    overlay = where.overlay() if isinstance(where, World) else where
    question = SoftwareQuestion(
        installed=tuple(installed),
        others=tuple(others),
        categories=None if categories is None else [guid(name) for name in categories],
        two_groups=two_groups,
        anchor=anchor,
    )
    return software(overlay, question, limits or Limits())


def new_ids(offer: Offer) -> list[int]:
    return [update.revision_id for update in offer.new]


def changed_ids(offer: Offer) -> set[int]:
    return {update.revision_id for update in offer.changed}


def the(offer: Offer, revision_id: int) -> OfferedUpdate:
    """The one entry of a revision, new or changed."""
    (found,) = [u for u in (*offer.new, *offer.changed) if u.revision_id == revision_id]
    return found
