"""What is known of each live revision, column by column, and what a catalogue's rows make of it."""

from array import array
from collections.abc import Iterable

from pyroaring import BitMap

from headgate.catalogue.live import LiveRevision
from headgate.catalogue.revisions import UpdateKind
from headgate.offer.arrays import Changes, NumbersById
from headgate.offer.update_numbers import UpdateNumbers

KINDS = tuple(UpdateKind)
_CODES = {str(kind): code for code, kind in enumerate(KINDS)}
_DRIVER = KINDS.index(UpdateKind.DRIVER)

_ID_RANGE = 1 << 32


class Columns:
    """One entry of each column per live revision; its place is the revision's *slot*."""

    __slots__ = (
        "arrived_on",
        "category_types",
        "core_sizes",
        "explicitly_deployable",
        "kinds",
        "leaves",
        "member_flags",
        "revision_ids",
        "revision_numbers",
        "sinces",
        "slots",
        "update_numbers",
    )

    def __init__(self, updates: UpdateNumbers, rows: Iterable[LiveRevision]) -> None:
        self.slots = NumbersById()  #: by revision id; none: not live
        self.revision_ids = array("I")
        self.revision_numbers = array("q")
        self.update_numbers = array("I")
        self.kinds = bytearray()  #: an index into KINDS
        self.leaves = bytearray()
        self.member_flags = bytearray()
        self.core_sizes = array("Q")
        self.explicitly_deployable = bytearray()
        self.arrived_on = array("i")  #: days since 1970-01-01
        self.sinces = array("q")
        self.category_types: dict[int, str] = {}  #: by update number
        for row in rows:
            self._add(row, updates.number_of_revision.get(row.revision_id))

    def _add(self, row: LiveRevision, number: int) -> None:
        self.slots.put(row.revision_id, len(self.revision_ids))
        self.revision_ids.append(row.revision_id)
        self.revision_numbers.append(row.revision_number)
        self.update_numbers.append(number)
        self.kinds.append(_CODES[row.kind])
        self.leaves.append(row.is_leaf)
        self.member_flags.append(row.is_member)
        self.core_sizes.append(row.core_size)
        self.explicitly_deployable.append(row.explicitly_deployable)
        self.arrived_on.append(row.arrived_on)
        self.sinces.append(row.since)
        if row.category_type is not None:
            self.category_types[number] = row.category_type

    def __len__(self) -> int:
        return len(self.revision_ids)

    def software(self) -> BitMap:
        """Return the ids of all that is no driver."""
        return BitMap(array("I", (i for i, kind in self._kinds() if kind != _DRIVER)))

    def drivers(self) -> BitMap:
        """Return the ids of all drivers."""
        return BitMap(array("I", (i for i, kind in self._kinds() if kind == _DRIVER)))

    def textless(self) -> BitMap:
        """Return the ids of all that has no Core to send."""
        pairs = zip(self.revision_ids, self.core_sizes, strict=True)
        return BitMap(array("I", (i for i, size in pairs if not size)))

    def deployable_members(self) -> "array[int]":
        """Return the slots of members that people can decide about by themselves."""
        flags = zip(self.member_flags, self.explicitly_deployable, strict=True)
        return array("I", (slot for slot, each in enumerate(flags) if all(each)))

    def _kinds(self) -> Iterable[tuple[int, int]]:
        return zip(self.revision_ids, self.kinds, strict=True)

    def first_keys(self) -> "array[int]":
        """Return per slot a number that is smaller for what is handed out first.

        What is no leaf unlocks more; else the older goes first.
        """
        pairs = zip(self.leaves, self.revision_ids, strict=True)
        return array("q", (is_leaf * _ID_RANGE + revision_id for is_leaf, revision_id in pairs))

    def changes(self) -> Changes:
        """Return all revisions by since."""
        return Changes(zip(self.sinces, self.revision_ids, strict=True))
