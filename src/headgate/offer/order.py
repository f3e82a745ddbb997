"""The order in which revisions are handed out: one for all computers, fixed with the snapshot.

What others depend on comes before those: prerequisites before what names them, bundles before
their members, and otherwise what is no leaf before leaves, because only that unlocks more, and the
older before the newer. Circles are cut where that hurts least: a circle of prerequisites never
moves a member before its bundle.
"""

import heapq
from array import array
from collections.abc import Iterable

from headgate.offer.arrays import Lists, sorted_in_pieces
from headgate.offer.prerequisites import Prerequisites


def positions(
    keys: "array[int]", prerequisites: Prerequisites, members: Lists, live: Lists
) -> "array[int]":
    """Return the position of each slot.

    ``keys`` say per slot who of two that depend on nothing goes first; ``members`` are slots by the
    slot of their bundle, ``live`` the slots by update number.
    """
    count = len(keys)
    by_key = (value % count for value in sorted_in_pieces(_unique(keys)))
    by_bundle = _topological(keys, members, by_key)
    # Clauses and signatures are knots of the graph too: there are few, and going through them saves
    # an arrow from each member of a clause to each revision that has it.
    others = len(prerequisites.members) + len(prerequisites.clauses)
    placed = _topological(
        keys + array("q", bytes(8 * others)),
        _arrows(count, prerequisites, members, live),
        by_bundle,
    )
    found = array("I", bytes(4 * count))
    for place, slot in enumerate(knot for knot in placed if knot < count):
        found[slot] = place
    return found


def _unique(keys: "array[int]") -> Iterable[int]:
    """Yield for each knot one number that sorts by key and tells the knot."""
    return (key * len(keys) + knot for knot, key in enumerate(keys))


def _arrows(count: int, prerequisites: Prerequisites, members: Lists, live: Lists) -> Lists:
    """Return for each knot those that come after it: slots, then clauses, then signatures."""
    first_signature = count + len(prerequisites.members)
    before = array("I")
    after = array("I")
    for slot in range(count):
        for member in members[slot]:
            before.append(slot)
            after.append(member)
    for clause in range(len(prerequisites.members)):
        for number in prerequisites.members[clause]:
            for slot in live[number]:
                before.append(slot)
                after.append(count + clause)
    for signature in range(len(prerequisites.clauses)):
        for clause in prerequisites.clauses[signature]:
            before.append(count + clause)
            after.append(first_signature + signature)
    for slot, signature in enumerate(prerequisites.signatures):
        before.append(first_signature + signature)
        after.append(slot)
    return Lists.of(first_signature + len(prerequisites.clauses), before, after)


def _topological(keys: "array[int]", arrows: Lists, fallback: Iterable[int]) -> "array[int]":
    """Return the knots in order; where only circles are left, the next of ``fallback`` goes."""
    count = len(keys)
    waiting = array("I", bytes(4 * count))
    for knot in range(count):
        for other in arrows[knot]:
            waiting[other] += 1
    ready = [value for value in _unique(keys) if not waiting[value % count]]
    heapq.heapify(ready)
    placed = array("I")
    is_placed = bytearray(count)
    left = iter(fallback)
    while True:
        knot = heapq.heappop(ready) % count if ready else next(left, -1)
        if knot < 0:
            return placed
        if is_placed[knot]:
            continue
        is_placed[knot] = True
        placed.append(knot)
        for other in arrows[knot]:
            waiting[other] -= 1
            if not waiting[other]:
                heapq.heappush(ready, keys[other] * count + other)
