"""What a computer has against what it needs: new, kept, left behind."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from headgate.offer.questions import Limits
from headgate.offer.snapshot import Snapshot

_LARGEST = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The three parts [MS-WUSP] 3.1.5.7 asks for."""

    new: BitMap  #: needed, not cached
    kept: BitMap  #: both
    left: BitMap  #: cached, not needed
    strange: Sequence[int]  #: cached under numbers no server gives out

    @property
    def out_of_scope(self) -> list[int]:
        """All a computer is to forget."""
        return [*self.strange, *self.left]


def difference(needed: BitMap, *cached: Sequence[int]) -> Difference:
    """Compare ``needed`` with all ids of the lists in ``cached``, whatever numbers they are."""
    had = BitMap()
    strange: set[int] = set()
    for ids in cached:
        try:
            had |= BitMap(ids)
        except (OverflowError, ValueError):  # negative or huge; an array of signed numbers
            strange.update(i for i in ids if not 0 <= i <= _LARGEST)
            had |= BitMap([i for i in ids if 0 <= i <= _LARGEST])
    return Difference(
        new=needed - had, kept=needed & had, left=had - needed, strange=sorted(strange)
    )


def page(snapshot: Snapshot, new: BitMap, limits: Limits) -> tuple[list[int], bool]:
    """Return the first of ``new`` in the order of handing out, and whether some were left.

    At least one is handed out, whatever its size: a page that brings nothing brings no computer
    further.
    """
    slot_of, positions = snapshot.columns.slots.get, snapshot.positions
    order = BitMap([positions[slot_of(revision_id)] for revision_id in new])
    chosen: list[int] = []
    size = 0
    for position in order:
        slot = snapshot.by_position[position]
        size += snapshot.columns.core_sizes[slot]
        chosen.append(snapshot.columns.revision_ids[slot])
        if len(chosen) >= limits.updates or size > limits.core_bytes:
            return chosen, len(chosen) < len(order)
    return chosen, False
