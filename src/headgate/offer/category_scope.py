"""What a scan of some categories is about.

The categories, what they need, the updates that name one of them in any clause, and what those need
and bundle, all the way: so that a computer that starts with nothing can climb down to them.
"""

from collections.abc import Iterable

from pyroaring import BitMap

from headgate.offer.snapshot import Snapshot


def category_scope(snapshot: Snapshot, scope: BitMap, categories: Iterable[str]) -> BitMap:
    """Return the ids of ``scope`` that a scan of ``categories`` (GUIDs) may offer."""
    numbers = {
        number
        for update_id in categories
        if (number := snapshot.updates.number(update_id)) is not None
    }
    found = snapshot.prerequisites.naming(numbers)
    for number in numbers:
        found.update(snapshot.live_revisions(number))
    found &= scope
    left = list(found)
    walked: set[int] = set()
    while left:
        slot = snapshot.slot(left.pop())
        following = [snapshot.columns.revision_ids[member] for member in snapshot.members[slot]]
        for number in snapshot.prerequisites.named_by(slot) - walked:
            walked.add(number)
            following.extend(snapshot.live_revisions(number))
        for revision_id in following:
            if revision_id in scope and revision_id not in found:
                found.add(revision_id)
                left.append(revision_id)
    return found
