"""Which driver is best for a device, and whether it beats the one it has: [MS-WUSP] 3.1.5.7."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pyroaring import BitMap

from headgate.offer.driver_table import PRINTER, DriverTable, folded
from headgate.offer.questions import Device, InstalledDriver

_64_BITS = (1 << 64) - 1


class Match(NamedTuple):
    """An entry that fits a device; the smaller, the better.

    Equals are told apart by the newer revision, so that two servers answer alike.
    """

    computer_rank: int
    score: int
    place: int  #: of the hardware id among those of the device
    age: int  #: the date, negated
    version: int  #: negated
    revision: int  #: negated
    entry: int

    @property
    def revision_id(self) -> int:
        """The driver it belongs to."""
        return -self.revision


class Matching:
    """One computer's devices against the drivers it may have."""

    def __init__(
        self,
        table: DriverTable,
        candidates: BitMap,
        computer_ids: Sequence[str],
        matching_key: str | None,
    ) -> None:
        """``candidates`` are the revision ids of the drivers that may be offered."""
        self._table = table
        self._candidates = candidates
        self._computer_ids = computer_ids
        self._ranks = table.computer_ranks(computer_ids)
        self._key = folded(matching_key)

    def offered(self, device: Device) -> Match | None:
        """Return the best match for a device, if the device is to have it."""
        matches = list(self._matches(device))
        best = min(matches, default=None)
        if best is None or device.installed is None:
            return best
        own = [match for match in matches if match.revision == best.revision]
        beats = any(self._beats(match, device, device.installed) for match in own)
        return best if beats and self._may_replace(own, device.installed) else None

    def _matches(self, device: Device) -> Iterator[Match]:
        table = self._table
        for hardware_id, place in _places(device).items():
            for entry in table.entries_for(hardware_id):
                revision_id = table.revision_ids[entry]
                rank = table.computer_rank(entry, self._ranks, len(self._computer_ids))
                if rank is not None and revision_id in self._candidates:
                    yield Match(
                        rank,
                        table.score(entry, self._key),
                        place,
                        -table.dates[entry],
                        -table.versions[entry],
                        -revision_id,
                        entry,
                    )

    def _beats(self, match: Match, device: Device, installed: InstalledDriver) -> bool:
        """Whether a match is better than the installed driver, which has no feature score."""
        places = _places(device)
        theirs = (
            self._installed_rank(installed),
            places.get(installed.matching_id.lower(), len(places)),
            -installed.date.toordinal(),
            -(installed.version & _64_BITS),
        )
        return (match.computer_rank, match.place, match.age, match.version) < theirs

    def _installed_rank(self, installed: InstalledDriver) -> int:
        if installed.computer_id in self._computer_ids:
            return self._computer_ids.index(installed.computer_id)
        return len(self._computer_ids)

    def _may_replace(self, own: list[Match], installed: InstalledDriver) -> bool:
        """Whether a driver comes from the makers of an installed printer; others need not."""
        if folded(installed.driver_class) != PRINTER:
            return True
        makers = folded(installed.provider), folded(installed.manufacturer)
        return any(self._table.maker(match.entry) == makers for match in own)


def _places(device: Device) -> dict[str, int]:
    """Return where each id of a device stands, hardware ids first, without case."""
    places: dict[str, int] = {}
    for place, hardware_id in enumerate((*device.hardware_ids, *device.compatible_ids)):
        places.setdefault(hardware_id.lower(), place)
    return places
