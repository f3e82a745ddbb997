"""The software pass: [MS-WUSP] 3.1.5.7 with SkipSoftwareSync = false, as FACTS §3.3 saw it."""

from headgate.offer.difference import Difference, difference, page
from headgate.offer.overlay import Overlay
from headgate.offer.questions import Limits, Offer, SoftwareQuestion


def software(overlay: Overlay, question: SoftwareQuestion, limits: Limits) -> Offer:
    """Answer a software pass.

    Changes are told whole with every page, so the anchor may always move; a category scan tells
    only those inside its filter and moves none.
    """
    snapshot = overlay.snapshot
    needed = snapshot.unlocked(question.installed) & overlay.scope & snapshot.software
    if question.categories:
        needed &= overlay.category_scope(question.categories)
    found = difference(needed, question.installed, question.others)
    chosen, truncated = page(snapshot, found.new, limits)
    out_of_scope, deployed = _left(overlay, question, found)
    return Offer(
        new=[overlay.offered(revision_id) for revision_id in chosen],
        changed=[overlay.offered(i) for i in overlay.changed(found.kept, question.anchor)],
        out_of_scope=out_of_scope,
        deployed_out_of_scope=deployed,
        truncated=truncated,
        driver_sync_not_needed=bool(question.categories),
        anchor=_anchor(overlay, question),
    )


def _anchor(overlay: Overlay, question: SoftwareQuestion) -> int | None:
    return overlay.anchor_of_part(question.anchor) if question.categories else overlay.counter


def _left(
    overlay: Overlay, question: SoftwareQuestion, found: Difference
) -> tuple[list[int], list[int]]:
    """Return what left the server and what left only the scan (``two_groups``).

    The second group is for category scans: what is outside the filter stays of use to the next
    full scan, and must not be thrown away (FACTS §3.8).
    """
    if not (question.categories and question.two_groups):
        return found.out_of_scope, []
    return [*found.strange, *(found.left - overlay.scope)], list(found.left & overlay.scope)
