"""What the decisions say about each update for the computers of some groups."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from headgate.approvals.decisions import Action, Approval
from headgate.catalogue.revisions import UpdateKind
from headgate.offer.questions import OfferedAction


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is decided about one update."""

    action: Action | None  #: None: withdrawn
    deployment_id: int
    decided_on: date
    files_ready: bool
    licences_accepted: bool


def effective(
    approvals: Iterable[tuple[int, Approval]], groups: Sequence[str]
) -> dict[int, Deployment]:
    """Return per update number what counts for a computer in ``groups``, nearest first.

    The nearest group that has one in force decides; where there is none, the withdrawal that came
    last.
    """
    rank = {group: place for place, group in enumerate(groups)}
    counting: dict[int, Approval] = {}
    for update, approval in approvals:
        other = counting.get(update)
        if other is None or _order(approval, rank) < _order(other, rank):
            counting[update] = approval
    return {
        update: Deployment(
            a.action,
            a.deployment_id,
            a.decided_at.date(),
            a.files_ready,
            a.licences_accepted,
        )
        for update, a in counting.items()
    }


def _order(approval: Approval, rank: dict[str, int]) -> tuple[bool, int, int]:
    if approval.action is None:
        return True, -approval.since, rank[approval.group_id]
    return False, rank[approval.group_id], -approval.since


def action_of(
    kind: UpdateKind, is_member: bool, deployment: Deployment | None, *, files_are_kept: bool
) -> OfferedAction:
    """Return what a computer is to do with a revision (FACTS §3.7)."""
    if kind in (UpdateKind.CATEGORY, UpdateKind.DETECTOID):
        return OfferedAction.EVALUATE
    if is_member:
        return OfferedAction.BUNDLE
    if deployment is None or deployment.action is None:
        return OfferedAction.PRE_DEPLOYMENT_CHECK
    if deployment.action is Action.UNINSTALL:
        return OfferedAction.UNINSTALL
    if not deployment.licences_accepted or (files_are_kept and not deployment.files_ready):
        return OfferedAction.PRE_DEPLOYMENT_CHECK
    return OfferedAction.INSTALL
