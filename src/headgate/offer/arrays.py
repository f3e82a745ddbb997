"""Compact shapes a snapshot is made of: lists in two arrays, numbers by id, sorting in pieces.

A catalogue of 150,000 revisions as Python objects would weigh half a gigabyte and stop every thread
while the garbage collector walks over it. Arrays weigh a few bytes per entry and are never walked.
Nothing here runs longer than some milliseconds in one call of C, because a snapshot is built beside
running answers.
"""

import heapq
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, islice
from typing import TypeVar

from pyroaring import BitMap

Item = TypeVar("Item", int, bytes)

#: One piece of this many entries is sorted in about two milliseconds.
PIECE = 8192

_ID_RANGE = 1 << 32
_PAGE_BITS = 12
_PAGE = 1 << _PAGE_BITS


def sorted_in_pieces(items: Iterable[Item]) -> Iterator[Item]:
    """Yield ``items`` in ascending order without ever sorting many of them in one go."""
    rest = iter(items)
    pieces = []
    while piece := sorted(islice(rest, PIECE)):
        pieces.append(piece)
    return iter(heapq.merge(*pieces))


class Lists:
    """A list of numbers for each of 0..n-1."""

    __slots__ = ("_items", "_starts")

    def __init__(self, starts: "array[int]", items: "array[int]") -> None:
        self._starts = starts
        self._items = items

    @classmethod
    def of(cls, count: int, keys: "array[int]", values: "array[int]") -> "Lists":
        """Gather ``values`` by the key at the same place; within a key their order is kept."""
        sizes = array("I", bytes(4 * (count + 1)))
        for key in keys:
            sizes[key + 1] += 1
        starts = array("I", accumulate(sizes))
        free = starts[:]
        items = array("I", bytes(4 * len(values)))
        for key, value in zip(keys, values, strict=True):
            items[free[key]] = value
            free[key] += 1
        return cls(starts, items)

    @classmethod
    def from_bytes(cls, lists: Iterable[bytes]) -> "Lists":
        """Take the lists as the bytes of their arrays, in order."""
        starts = array("I", [0])
        items = array("I")
        for numbers in lists:
            items.frombytes(numbers)
            starts.append(len(items))
        return cls(starts, items)

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, number: int) -> "array[int]":
        return self._items[self._starts[number] : self._starts[number + 1]]

    def size(self, number: int) -> int:
        """Return how long the list of ``number`` is."""
        return self._starts[number + 1] - self._starts[number]


class Changes:
    """Revision ids by when they became what they are."""

    __slots__ = ("_revision_ids", "_sinces")

    def __init__(self, stamps: Iterable[tuple[int, int]]) -> None:
        """Take (since, revision id), in any order; one id may come more than once."""
        self._sinces = array("q")
        self._revision_ids = array("I")
        for mark in sorted_in_pieces(since * _ID_RANGE + number for since, number in stamps):
            since, revision_id = divmod(mark, _ID_RANGE)
            self._sinces.append(since)
            self._revision_ids.append(revision_id)

    def after(self, counter: int) -> BitMap:
        """Return the ids of what changed after ``counter``."""
        return BitMap(self._revision_ids[bisect_right(self._sinces, counter) :])


class NumbersById:
    """A small number for each revision id that has one.

    Ids of an installation are dense from a random start, so they are kept in pages.
    """

    __slots__ = ("_pages",)

    def __init__(self) -> None:
        self._pages: dict[int, array[int]] = {}

    def put(self, revision_id: int, number: int) -> None:
        """Give ``revision_id`` its number."""
        page = self._pages.get(revision_id >> _PAGE_BITS)
        if page is None:
            page = self._pages[revision_id >> _PAGE_BITS] = array("i", [-1]) * _PAGE
        page[revision_id & (_PAGE - 1)] = number

    def get(self, revision_id: int) -> int:
        """Return the number of ``revision_id``, -1 when it has none. Any integer may be asked."""
        page = self._pages.get(revision_id >> _PAGE_BITS)
        return -1 if page is None else page[revision_id & (_PAGE - 1)]
