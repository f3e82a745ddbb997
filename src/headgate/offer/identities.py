"""Questions about single revisions: new ids for a foreign cache, and what may be asked about."""

from collections.abc import Iterable, Sequence

from headgate.offer.overlay import Overlay
from headgate.offer.questions import OfferedAction, OfferedUpdate


def revision_ids_of(overlay: Overlay, identities: Iterable[tuple[str, int]]) -> list[int | None]:
    """Return the id of each (update id, revision number) that is in scope, None for the others."""
    return [_revision_id(overlay, *identity) for identity in identities]


def refreshed(
    overlay: Overlay, identities: Sequence[tuple[str, int]]
) -> list[tuple[int, OfferedUpdate]]:
    """Return (place in ``identities``, offer) for RefreshCache ([MS-WUSP] 3.1.5.8).

    Exactly the pairs that are live, not declined and not ``Bundle``: members are left out, as real
    servers do (FACTS §4); a computer fetches them again.
    """
    answers = []
    for place, revision_id in enumerate(revision_ids_of(overlay, identities)):
        if revision_id is None:
            continue
        offered = overlay.offered(revision_id)
        if offered.action is not OfferedAction.BUNDLE:
            answers.append((place, offered))
    return answers


def in_scope(overlay: Overlay, revision_ids: Iterable[int]) -> tuple[list[int], list[int]]:
    """Return (those in scope, the others), each once and in the order asked.

    Any integer may be asked; what is declined, unknown or no longer live is out of scope.
    """
    kept: dict[int, None] = {}
    others: dict[int, None] = {}
    for revision_id in revision_ids:
        is_live = overlay.snapshot.slot(revision_id) >= 0
        (kept if is_live and revision_id in overlay.scope else others)[revision_id] = None
    return list(kept), list(others)


def _revision_id(overlay: Overlay, update_id: str, revision_number: int) -> int | None:
    snapshot = overlay.snapshot
    number = snapshot.updates.number(update_id)
    if number is None:
        return None
    for revision_id in snapshot.live_revisions(number):
        slot = snapshot.slot(revision_id)
        if (
            snapshot.columns.revision_numbers[slot] == revision_number
            and revision_id in overlay.scope
        ):
            return revision_id
    return None
