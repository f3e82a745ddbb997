"""The catalogue as answers are made from it: read once, frozen, shared by all threads.

A revision is known by its id; inside, it has a *slot*, its place in the columns, and an update has
a *number*. A snapshot knows nothing of decisions: those are laid over it (``overlay.py``).

It is built in a thread beside answers: no lists of objects, no long call.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

from pyroaring import BitMap

from headgate.catalogue.live import LiveCatalogue
from headgate.catalogue.revisions import UpdateKind
from headgate.offer.arrays import Changes, Lists
from headgate.offer.columns import KINDS, Columns
from headgate.offer.driver_table import DriverTable
from headgate.offer.order import positions
from headgate.offer.prerequisites import ClauseCollector, Prerequisites
from headgate.offer.recent import Recent
from headgate.offer.update_numbers import UpdateNumbers

#: Computers of one shape ask the same, level by level; an answer weighs some ten kilobytes.
KEPT_ANSWERS = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All live revisions of one catalogue version, and what they depend on."""

    version: int
    counter: int  #: nothing in it changed after that
    updates: UpdateNumbers
    columns: Columns
    prerequisites: Prerequisites
    members: Lists  #: slots by the slot of their bundle
    bundles: Lists  #: slots of bundles by the slot of a member
    drivers: DriverTable
    positions: "array[int]"  #: by slot: its place in the order of handing out
    by_position: "array[int]"  #: the slots in that order
    software: BitMap  #: revision ids of all that is no driver
    driver_revisions: BitMap
    deployable_members: "array[int]"  #: slots of members that may stand without a bundle
    textless: BitMap  #: revision ids of what cannot be told, for want of a Core
    changes: Changes
    _unlocked: Recent[bytes, BitMap] = field(default_factory=lambda: Recent(KEPT_ANSWERS))

    @classmethod
    def build(cls, catalogue: LiveCatalogue) -> "Snapshot":
        """Build it from the rows of a catalogue; takes seconds for a large one."""
        updates = UpdateNumbers(catalogue.known())
        columns = Columns(updates, catalogue.revisions())
        prerequisites = _prerequisites(updates, columns, catalogue.prerequisites())
        members, bundles = _bundling(columns, catalogue.members())
        live = Lists.of(len(updates), columns.update_numbers, array("I", range(len(columns))))
        order = positions(columns.first_keys(), prerequisites, members, live)
        return cls(
            version=catalogue.version,
            counter=catalogue.counter,
            updates=updates,
            columns=columns,
            prerequisites=prerequisites,
            members=members,
            bundles=bundles,
            drivers=DriverTable(catalogue.drivers()),
            positions=order,
            by_position=_inverse(order),
            software=columns.software(),
            driver_revisions=columns.drivers(),
            deployable_members=columns.deployable_members(),
            textless=columns.textless(),
            changes=columns.changes(),
        )

    def __len__(self) -> int:
        return len(self.columns)

    def kind(self, slot: int) -> UpdateKind:
        """Return what a revision is."""
        return KINDS[self.columns.kinds[slot]]

    def category_type(self, update_id: str) -> str | None:
        """Return what a category is: a ``CategoryType``, "" for one of no known type.

        None: it is no live category.
        """
        number = self.updates.number(update_id)
        if number is None:
            return None
        kinds = (self.kind(self.slot(i)) for i in self.live_revisions(number))
        if UpdateKind.CATEGORY not in kinds:
            return None
        return self.columns.category_types.get(number, "")

    def slot(self, revision_id: int) -> int:
        """Return the slot of a revision, -1 when it is not live. Any integer may be asked."""
        return self.columns.slots.get(revision_id)

    def live_revisions(self, update_number: int) -> list[int]:
        """Return the ids of the live revisions of an update; mostly one."""
        return [i for i in self.updates.revisions(update_number) if self.slot(i) >= 0]

    def unlocked(self, installed: Iterable[int]) -> BitMap:
        """Return the live revisions whose prerequisites are met by ``installed`` (revision ids).

        A revision counts for its update whether it is live or not. Not to be changed.
        """
        number_of = self.updates.number_of_revision.get
        clauses = self.prerequisites.clauses_naming
        numbers = {number_of(revision_id) for revision_id in installed}
        telling = array("I", sorted(n for n in numbers if n >= 0 and clauses.size(n)))
        return self._unlocked.get(telling.tobytes(), lambda: self.prerequisites.met_by(telling))


def _prerequisites(
    updates: UpdateNumbers, columns: Columns, rows: Iterable[tuple[int, int, str]]
) -> Prerequisites:
    collector = ClauseCollector(updates)
    signatures = array("I", bytes(4 * len(columns)))
    for revision_id, signature in collector.signatures(rows):
        signatures[columns.slots.get(revision_id)] = signature
    return collector.prerequisites(columns.revision_ids, signatures)


def _bundling(columns: Columns, rows: Iterable[tuple[int, int]]) -> tuple[Lists, Lists]:
    """Return the members by bundle and the bundles by member, all as slots."""
    bundles = array("I")
    members = array("I")
    for bundle, member in rows:
        bundles.append(columns.slots.get(bundle))
        members.append(columns.slots.get(member))
    count = len(columns)
    return Lists.of(count, bundles, members), Lists.of(count, members, bundles)


def _inverse(order: "array[int]") -> "array[int]":
    slots = array("I", bytes(4 * len(order)))
    for slot, position in enumerate(order):
        slots[position] = slot
    return slots
