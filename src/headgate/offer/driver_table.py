"""The driver table of the abstract model ([MS-WUSP] 3.1.1), column by column, found by hardware id.

A driver easily has a hundred entries; so texts stand in one string of bytes, and what repeats
(makers, sets of computers, sets of scores) is kept once.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import date
from typing import Generic, TypeVar

from headgate.catalogue.live import DriverEntry
from headgate.offer.arrays import Lists, sorted_in_pieces

Value = TypeVar("Value", bound=Hashable)

#: What counts where an entry has no feature score: the worst there is.
NO_SCORE = 255

#: The class of printers, folded.
PRINTER = "printer"
_ENTRIES = 1 << 32
_PART = 0xFFFF


class _Distinct(Generic[Value]):
    """Values kept once, under numbers from 0."""

    def __init__(self) -> None:
        self.numbers: dict[Value, int] = {}

    def number(self, value: Value) -> int:
        return self.numbers.setdefault(value, len(self.numbers))


class DriverTable:
    """All entries of live drivers, by numbers from 0."""

    def __init__(self, rows: Iterable[DriverEntry]) -> None:
        self.revision_ids = array("I")
        self.versions = array("Q")  #: four 16-bit numbers in one
        self.dates = array("i")  #: proleptic ordinals; 0: none
        self._makers = array("I")
        self._targets = array("I")
        self._scores = array("I")
        self._texts = bytearray()
        self._ends = array("I", [0])
        self.printers = array("I")  #: the entries of class Printer
        self._maker_numbers = _Distinct[tuple[str, str]]()
        self._computers = _Distinct[str]()
        self._target_sets = _Distinct[bytes]()
        self._score_sets = _Distinct[tuple[tuple[str, int], ...]]()
        hashes = array("q")
        for row in rows:
            hashes.append(hash(row.hardware_id.lower()))
            self._add(row)
        self._hashes, self._order = _by_hash(hashes)
        self._maker_names = list(self._maker_numbers.numbers)
        self._computers_of = Lists.from_bytes(self._target_sets.numbers)
        self._scores_of = [dict(items) for items in self._score_sets.numbers]

    def _add(self, row: DriverEntry) -> None:
        if folded(row.driver_class) == PRINTER:
            self.printers.append(len(self))
        self.revision_ids.append(row.revision_id)
        self.versions.append(version_number(row.version))
        self.dates.append(date_number(row.version_date))
        maker = folded(row.provider), folded(row.manufacturer)
        self._makers.append(self._maker_numbers.number(maker))
        computers = array("I", map(self._computers.number, row.computer_ids))
        self._targets.append(self._target_sets.number(computers.tobytes()))
        self._scores.append(self._score_sets.number(tuple(sorted(row.scores.items()))))
        self._texts += row.hardware_id.encode()
        self._ends.append(len(self._texts))

    def __len__(self) -> int:
        return len(self.revision_ids)

    def hardware_id(self, entry: int) -> str:
        """Return the hardware id of an entry as its document writes it."""
        return self._texts[self._ends[entry] : self._ends[entry + 1]].decode()

    def entries_for(self, hardware_id: str) -> Iterator[int]:
        """Yield the entries for a hardware id, given in lower case."""
        mark = hash(hardware_id)
        first = bisect_left(self._hashes, mark)
        for place in range(first, bisect_right(self._hashes, mark, first)):
            entry = self._order[place]
            if self.hardware_id(entry).lower() == hardware_id:
                yield entry

    def computer_ranks(self, computer_ids: Iterable[str]) -> dict[int, int]:
        """Return the rank of each computer id that entries name; 0 is the most specific."""
        ranks: dict[int, int] = {}
        for rank, computer_id in enumerate(computer_ids):
            number = self._computers.numbers.get(computer_id)
            if number is not None:
                ranks.setdefault(number, rank)
        return ranks

    def computer_rank(self, entry: int, ranks: Mapping[int, int], worst: int) -> int | None:
        """Return how specific an entry is to a computer, ``worst`` for one that is for all.

        None: it is for other computers.
        """
        computers = self._computers_of[self._targets[entry]]
        if not computers:
            return worst
        return min((ranks[c] for c in computers if c in ranks), default=None)

    def score(self, entry: int, key: str) -> int:
        """Return the feature score for a matching key in lower case; the lower the better."""
        return self._scores_of[self._scores[entry]].get(key, NO_SCORE)

    def maker(self, entry: int) -> tuple[str, str]:
        """Return provider and manufacturer, folded."""
        return self._maker_names[self._makers[entry]]


def folded(name: str | None) -> str:
    """Return a name as it is compared: without case, absent as empty."""
    return (name or "").casefold()


def version_number(text: str | None) -> int:
    """Return ``DriverVerVersion`` as one number of four times 16 bits, 0 for what is none.

    >>> hex(version_number("22.150.0.6"))
    '0x16009600000006'
    """
    parts = (text or "").split(".")
    number = 0
    for part in [*parts, "", "", ""][:4]:
        digits = part.strip()
        number = (number << 16) | (min(int(digits), _PART) if digits.isdecimal() else 0)
    return number


def date_number(text: str | None) -> int:
    """Return ``DriverVerDate`` (05/30/2022 or 2022-05-30) as an ordinal, 0 for what is none."""
    written = (text or "").strip()[:10]
    try:
        if "/" in written:
            month, day, year = map(int, written.split("/"))
            return date(year, month, day).toordinal()
        return date.fromisoformat(written).toordinal()
    except ValueError:
        return 0


def _by_hash(hashes: "array[int]") -> "tuple[array[int], array[int]]":
    """Return the hashes in order, and the entries in the same."""
    ordered = array("q")
    entries = array("I")
    for mark in sorted_in_pieces(mark * _ENTRIES + entry for entry, mark in enumerate(hashes)):
        known, entry = divmod(mark, _ENTRIES)
        ordered.append(known)
        entries.append(entry)
    return ordered, entries
