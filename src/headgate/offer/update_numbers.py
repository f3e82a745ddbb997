"""Every update id of the catalogue under a small number, and the revisions of each."""

from array import array
from collections.abc import Iterable

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

    The GUIDs stand sorted in one string of bytes; the first two bytes of one lead to the place
    where it must be, which leaves two or three to look at in a large catalogue.
    """

    __slots__ = ("_buckets", "_revisions", "_starts", "_table", "number_of_revision")

    def __init__(self, known: Iterable[tuple[int, str]]) -> None:
        table = bytearray()
        buckets = array("I", bytes(4 * 65537))
        starts = array("I")
        revisions = array("I")
        self.number_of_revision = NumbersById()  #: by revision id, live or not
        last = b""
        for record in sorted_in_pieces(map(_record, known)):
            guid = record[:_GUID]
            if guid != last:
                last = guid
                starts.append(len(revisions))
                buckets[int.from_bytes(guid[:2]) + 1] += _GUID
                table += guid
            revision_id = int.from_bytes(record[_GUID:])
            revisions.append(revision_id)
            self.number_of_revision.put(revision_id, len(starts) - 1)
        starts.append(len(revisions))
        for place in range(65536):
            buckets[place + 1] += buckets[place]
        self._table = bytes(table)
        self._buckets = buckets
        self._starts = starts
        self._revisions = revisions

    def __len__(self) -> int:
        return len(self._starts) - 1

    def number(self, update_id: str) -> int | None:
        """Return the number of an update id, None when no revision of it is known."""
        guid = guid_bytes(update_id)
        if guid is None:
            return None
        bucket = int.from_bytes(guid[:2])
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
