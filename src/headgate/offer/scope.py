"""What may be offered at all to computers of some groups (decision 23).

What is live and not declined; but parts that only a bundle wants leave with the last bundle that
does. What is approved, or can be decided about by itself, stays without it, and then counts for
itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from headgate.approvals.decisions import Approval, Decline
from headgate.offer.deployments import Deployment
from headgate.offer.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Scope:
    """Revision ids."""

    revisions: BitMap  #: all that may be offered
    alone: BitMap  #: members among them no bundle in scope names: they are no parts at present


def scope(snapshot: Snapshot, declined: Iterable[int], deployments: dict[int, Deployment]) -> Scope:
    """Return what is left of a snapshot; ``declined`` and ``deployments`` go by update numbers."""
    approved = {number for number, one in deployments.items() if one.action is not None}
    found = snapshot.software | snapshot.driver_revisions
    alone = BitMap()
    gone: list[int] = []
    for number in declined:
        gone.extend(snapshot.live_revisions(number))
    found -= BitMap(gone)
    columns = snapshot.columns
    ids = columns.revision_ids
    while gone:
        for member in snapshot.members[snapshot.slot(gone.pop())]:
            if ids[member] not in found or any(
                ids[bundle] in found for bundle in snapshot.bundles[member]
            ):
                continue
            if columns.explicitly_deployable[member] or columns.update_numbers[member] in approved:
                alone.add(ids[member])
            else:
                found.discard(ids[member])
                gone.append(ids[member])
    # What has no text cannot be told of, but its bundles and members stand as if it could.
    return Scope(found - snapshot.textless, alone)


def stamps(
    snapshot: Snapshot,
    approvals: Sequence[tuple[int, Approval]],
    declines: Sequence[tuple[int, Decline]],
) -> Iterator[tuple[int, int]]:
    """Yield (since, revision id) of what decisions may have changed for those who have it cached.

    ``approvals`` and ``declines`` come with their update numbers.
    """
    for number, approval in approvals:
        yield from ((approval.since, each) for each in snapshot.live_revisions(number))
    for number, decline in declines:
        if not decline.is_declined:  # it is offered again, and may have been missed
            yield from ((decline.since, each) for each in snapshot.live_revisions(number))
    yield from _stamps_of_members(snapshot, approvals, declines)


def _stamps_of_members(
    snapshot: Snapshot,
    approvals: Sequence[tuple[int, Approval]],
    declines: Sequence[tuple[int, Decline]],
) -> Iterator[tuple[int, int]]:
    """Yield the same of members that may stand alone: they do when their bundles are out of scope.

    That is decided by declines, and, of a bundle that is a member itself, by approvals.
    """
    columns = snapshot.columns
    declined = {number: decline.since for number, decline in declines}
    approved: dict[int, int] = {}
    members = set(snapshot.deployable_members)
    for number, approval in approvals:
        approved[number] = max(approval.since, approved.get(number, 0))
        slots = map(snapshot.slot, snapshot.live_revisions(number))
        members.update(slot for slot in slots if columns.member_flags[slot])
    for member in members:
        for bundle in _bundles(snapshot, member):
            number = columns.update_numbers[bundle]
            if number in declined:
                yield declined[number], columns.revision_ids[member]
            if number in approved and columns.member_flags[bundle]:
                yield approved[number], columns.revision_ids[member]


def _bundles(snapshot: Snapshot, member: int) -> set[int]:
    """Return the slots of what bundles a member, at any height."""
    found: set[int] = set()
    left = [member]
    while left:
        bundles = set(snapshot.bundles[left.pop()]) - found
        found |= bundles
        left += bundles
    return found
