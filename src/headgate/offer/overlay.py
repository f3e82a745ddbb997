"""A snapshot with the decisions that count for some groups laid over it.

It says what is in scope, what each revision is offered as, and what changed since a computer last
heard. Frozen and shared by all threads, like the snapshot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from pyroaring import BitMap

from headgate.approvals.decisions import Approval, Decisions, Decline
from headgate.offer.arrays import Changes
from headgate.offer.category_scope import category_scope
from headgate.offer.deployments import Deployment, action_of, effective
from headgate.offer.questions import OfferedUpdate
from headgate.offer.recent import Recent
from headgate.offer.scope import scope, stamps
from headgate.offer.snapshot import Snapshot

Decided = TypeVar("Decided", Approval, Decline)

_EPOCH = date(1970, 1, 1).toordinal()

#: Few filters are in use at a time; each is worth some milliseconds.
KEPT_FILTERS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """What computers of some groups are offered, all told."""

    snapshot: Snapshot
    counter: int  #: the effective-since of everything it says
    files_are_kept: bool  #: content is served from here, not from Microsoft
    scope: BitMap  #: ids of all that may be offered
    alone: BitMap  #: members among them that are no parts at present (``scope.py``)
    deployments: dict[int, Deployment]  #: by update number
    changes: Changes  #: what was decided about revisions
    _filters: Recent[frozenset[str], BitMap] = field(default_factory=lambda: Recent(KEPT_FILTERS))

    @classmethod
    def lay(
        cls,
        snapshot: Snapshot,
        decisions: Decisions,
        groups: Sequence[str],
        *,
        files_are_kept: bool,
    ) -> "Overlay":
        """Lay the decisions for ``groups`` (nearest first) over a snapshot.

        Both must have been read so that the decisions are not older than the snapshot.
        """
        approvals = _numbered(snapshot, (a for a in decisions.approvals if a.group_id in groups))
        declines = _numbered(snapshot, decisions.declines)
        deployments = effective(approvals, groups)
        in_scope = scope(snapshot, (u for u, d in declines if d.is_declined), deployments)
        is_current = decisions.catalogue_version == snapshot.version
        return cls(
            snapshot=snapshot,
            counter=decisions.counter if is_current else snapshot.counter,
            files_are_kept=files_are_kept,
            scope=in_scope.revisions,
            alone=in_scope.alone,
            deployments=deployments,
            changes=Changes(stamps(snapshot, approvals, declines)),
        )

    def without(self, revision_ids: BitMap) -> "Overlay":
        """Return the same with some revisions out of scope that nobody was told of."""
        return replace(
            self, scope=self.scope - revision_ids, _filters=Recent[frozenset[str], BitMap](1)
        )

    def offered(self, revision_id: int, hardware_ids: tuple[str, ...] = ()) -> OfferedUpdate:
        """Return a live revision as it is offered now."""
        snapshot = self.snapshot
        slot = snapshot.slot(revision_id)
        deployment = self.deployments.get(snapshot.columns.update_numbers[slot])
        action = action_of(
            snapshot.kind(slot),
            bool(snapshot.columns.member_flags[slot]) and revision_id not in self.alone,
            deployment,
            files_are_kept=self.files_are_kept,
        )
        is_leaf = bool(snapshot.columns.leaves[slot])
        if deployment is not None:
            number, on = deployment.deployment_id, deployment.decided_on
        else:
            number, on = revision_id, date.fromordinal(_EPOCH + snapshot.columns.arrived_on[slot])
        return OfferedUpdate(revision_id, is_leaf, action, number, on, hardware_ids)

    def changed(self, kept: BitMap, anchor: int) -> BitMap:
        """Return those of ``kept`` a computer that last heard at ``anchor`` has to be told of."""
        if anchor <= 0 or not kept:
            return kept
        return (self.snapshot.changes.after(anchor) | self.changes.after(anchor)) & kept

    def anchor_of_part(self, anchor: int) -> int | None:
        """Return the anchor to go with an answer that told only part of the changes: none.

        Unless it was made from an older picture than the computer has seen (another process may be
        a second behind): what it brought may be outdated, and later answers have to say so.
        """
        return self.counter if anchor > self.counter else None

    def category_scope(self, categories: Iterable[str]) -> BitMap:
        """Return the ids a scan of ``categories`` is about. Not to be changed."""
        wanted = frozenset(categories)
        return self._filters.get(wanted, lambda: category_scope(self.snapshot, self.scope, wanted))


def _numbered(snapshot: Snapshot, decided: Iterable[Decided]) -> list[tuple[int, Decided]]:
    """Return decisions with the numbers of their updates; other updates are not in the snapshot."""
    pairs = ((snapshot.updates.number(decision.update_id), decision) for decision in decided)
    return [(number, decision) for number, decision in pairs if number is not None]
