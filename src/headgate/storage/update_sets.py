"""The states of updates on one computer, as sets of update numbers.

Five roaring bitmaps, disjoint: a computer with 500 updates takes about a kilobyte. What is in none
of them is not applicable.
"""

from collections.abc import Iterable, Iterator, Mapping

from pyroaring import BitMap

from headgate.fleet.states import UpdateStateOnComputer as State


class UpdateSets:
    """One computer's states; made from its row, changed, and written back."""

    __slots__ = ("_sets",)

    def __init__(self, sets: Mapping[State, Iterable[int]] | None = None) -> None:
        """Take the numbers of each state; no number may be in two of them."""
        given = sets or {}
        self._sets = {state: BitMap(given.get(state, ())) for state in State}

    @classmethod
    def read(cls, columns: Mapping[str, bytes | None]) -> "UpdateSets":
        """Return what the columns of a row hold; the empty set is null."""
        made = cls()
        for state in State:
            stored = columns[state.value]
            if stored is not None:
                made._sets[state] = BitMap.deserialize(stored)
        return made

    def columns(self) -> dict[str, bytes | None]:
        """Return the columns to write."""
        return {
            state.value: found.serialize() if found else None for state, found in self._sets.items()
        }

    def copy(self) -> "UpdateSets":
        """Return sets that can be changed while these stay."""
        return UpdateSets(self._sets)

    def state_of(self, number: int) -> State | None:
        """Return the state of one update."""
        return next((state for state, found in self._sets.items() if number in found), None)

    def put(self, number: int, state: State) -> None:
        """Give one update a state, whatever it had before."""
        for found in self._sets.values():
            found.discard(number)
        self._sets[state].add(number)

    def move_all(self, before: State, after: State) -> None:
        """Give every update of one state another one."""
        self._sets[after] |= self._sets[before]
        self._sets[before] = BitMap()

    def numbers(self, state: State) -> list[int]:
        """Return the updates in a state, in order."""
        return list(self._sets[state])

    def size(self, state: State) -> int:
        """Return how many updates are in a state."""
        return len(self._sets[state])

    def differences(self, before: "UpdateSets") -> Iterator[tuple[State, BitMap, BitMap]]:
        """Yield for each state the updates that came into it, and those that left it."""
        for state, found in self._sets.items():
            earlier = before._sets[state]
            yield state, found - earlier, earlier - found

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UpdateSets) and self._sets == other._sets

    __hash__ = None  # type: ignore[assignment]  # it changes
