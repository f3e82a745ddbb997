"""Every update id of the catalogue under a small number, and the revisions of each."""

from array import array
from collections.abc import Iterable
from itertools import accumulate

from headgate.offer.arrays import NumbersById, sorted_in_pieces

_GUID = 16


def guid_bytes(update_id: str) -> bytes | None:
    """Return the 16 bytes of a GUID as text, None for what is none (clients send anything)."""
    try:
        guid = bytes.fromhex(update_id.replace("-", ""))
    except ValueError:
        return None
    return guid if len(guid) == _GUID else None


class UpdateNumbers:
    """Numbers 0..n-1 in the order of the GUIDs.

    The GUIDs stand sorted in one string of bytes; the first bits of one lead to the place where it
    must be, which leaves two or three to look at.
    """

    __slots__ = ("_buckets", "_revisions", "_shift", "_starts", "_table", "number_of_revision")

    def __init__(self, known: Iterable[tuple[int, str]]) -> None:
        table = bytearray()
        self._starts = array("I")
        self._revisions = array("I")
        self.number_of_revision = NumbersById()  #: by revision id, live or not
        for record in sorted_in_pieces(map(_record, known)):
            if not table.endswith(record[:_GUID]):
                self._starts.append(len(self._revisions))
                table += record[:_GUID]
            revision_id = int.from_bytes(record[_GUID:])
            self._revisions.append(revision_id)
            self.number_of_revision.put(revision_id, len(self._starts) - 1)
        self._starts.append(len(self._revisions))
        self._table = bytes(table)
        bits = min(len(self).bit_length(), 16)
        self._shift = 16 - bits
        self._buckets = self._counted(bits)

    def _counted(self, bits: int) -> "array[int]":
        """Return where in the table the GUIDs begin that start with each number of ``bits``."""
        sizes = array("I", bytes(4 * ((1 << bits) + 1)))
        for place in range(0, len(self._table), _GUID):
            sizes[self._bucket(self._table[place : place + 2]) + 1] += _GUID
        return array("I", accumulate(sizes))

    def _bucket(self, guid: bytes) -> int:
        return int.from_bytes(guid[:2]) >> self._shift

    def __len__(self) -> int:
        return len(self._starts) - 1

    def number(self, update_id: str) -> int | None:
        """Return the number of an update id, None when no revision of it is known."""
        guid = guid_bytes(update_id)
        if guid is None:
            return None
        bucket = self._bucket(guid)
        end = self._buckets[bucket + 1]
        place = self._table.find(guid, self._buckets[bucket], end)
        while place % _GUID and place != -1:  # across two neighbours
            place = self._table.find(guid, place + 1, end)
        return None if place == -1 else place // _GUID

    def revisions(self, number: int) -> "array[int]":
        """Return the ids of all revisions of an update, live or not."""
        return self._revisions[self._starts[number] : self._starts[number + 1]]


def _record(row: tuple[int, str]) -> bytes:
    revision_id, update_id = row
    return bytes.fromhex(update_id.replace("-", "")) + revision_id.to_bytes(4)
