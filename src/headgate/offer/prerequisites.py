"""Which revisions have their prerequisites met by what a computer has installed.

A revision's prerequisites are clauses joined by *and*; a clause is met by any revision, old or new,
of any update it names (FACTS §3.3). Many revisions share their clauses: a distinct set of clauses
is a *signature*, and only signatures are judged. To find those that are met without looking at all,
each is filed under the one of its clauses that fewest others have.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyroaring import BitMap

from headgate.offer.arrays import Lists
from headgate.offer.update_numbers import UpdateNumbers

#: From this many revisions on a signature has its own bitmap; most have a handful.
LARGE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Prerequisites:
    """Clauses, signatures, and who has them. Clauses and signatures are numbers from 0."""

    clauses_naming: Lists  #: clauses by update number
    members: Lists  #: update numbers by clause
    clauses: Lists  #: clauses by signature; those of signature 0 are none
    having: Lists  #: signatures by clause
    filed: Lists  #: the same, each only under the one clause it is filed under
    revisions: Lists  #: revision ids by signature
    large: dict[int, BitMap]  #: the same of signatures with many revisions
    signatures: "array[int]"  #: signature by slot

    def met_by(self, installed: Iterable[int]) -> BitMap:
        """Return the ids of the revisions that updates ``installed`` (numbers) unlock."""
        met = {clause for number in installed for clause in self.clauses_naming[number]}
        few = array("I")
        many: list[BitMap] = []
        for signature in self._met_signatures(met):
            large = self.large.get(signature)
            if large is None:
                few.extend(self.revisions[signature])
            else:
                many.append(large)
        return BitMap.union(BitMap(few), *many)

    def _met_signatures(self, met: set[int]) -> Iterator[int]:
        yield 0
        for clause in met:
            for signature in self.filed[clause]:
                if met.issuperset(self.clauses[signature]):
                    yield signature

    def named_by(self, slot: int) -> set[int]:
        """Return the numbers of the updates any clause of a revision names."""
        return {
            number
            for clause in self.clauses[self.signatures[slot]]
            for number in self.members[clause]
        }

    def naming(self, updates: Iterable[int]) -> BitMap:
        """Return the ids of the revisions that name one of the updates in any clause."""
        clauses = {clause for number in updates for clause in self.clauses_naming[number]}
        ids = array("I")
        for signature in {signature for clause in clauses for signature in self.having[clause]}:
            ids.extend(self.revisions[signature])
        return BitMap(ids)


class ClauseCollector:
    """Makes :class:`Prerequisites` from the rows of a catalogue."""

    def __init__(self, updates: UpdateNumbers) -> None:
        self._updates = updates
        self._numbers: dict[str, int | None] = {}
        self._clauses: dict[bytes, int] = {}
        self._signatures: dict[bytes, int] = {b"": 0}

    def signatures(self, rows: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, int]]:
        """Yield (revision id, signature) for rows ordered by revision and clause."""
        revision = clause = None
        members: set[int] = set()
        clauses: set[int] = set()
        for revision_id, clause_number, update_id in rows:
            if (revision_id, clause_number) != (revision, clause):
                if clause is not None:
                    clauses.add(self._clause(members))
                if revision is not None and revision_id != revision:
                    yield revision, self._signature(clauses)
                    clauses = set()
                revision, clause, members = revision_id, clause_number, set()
            number = self._number(update_id)
            if number is not None:
                members.add(number)
        if revision is not None:
            clauses.add(self._clause(members))
            yield revision, self._signature(clauses)

    def _number(self, update_id: str) -> int | None:
        # The updates that are named are few, their names many.
        if update_id not in self._numbers:
            self._numbers[update_id] = self._updates.number(update_id)
        return self._numbers[update_id]

    def _clause(self, members: set[int]) -> int:
        key = array("I", sorted(members)).tobytes()
        return self._clauses.setdefault(key, len(self._clauses))

    def _signature(self, clauses: set[int]) -> int:
        key = array("I", sorted(clauses)).tobytes()
        return self._signatures.setdefault(key, len(self._signatures))

    def prerequisites(self, revision_ids: "array[int]", signatures: "array[int]") -> Prerequisites:
        """Return all of it, given the revision id and the signature of each slot."""
        members = Lists.from_bytes(self._clauses)
        clauses = Lists.from_bytes(self._signatures)
        having = _turned(clauses, len(members))
        revisions = Lists.of(len(self._signatures), signatures, revision_ids)
        return Prerequisites(
            clauses_naming=_turned(members, len(self._updates)),
            members=members,
            clauses=clauses,
            having=having,
            filed=_filed(clauses, members, having),
            revisions=revisions,
            large={
                signature: BitMap(revisions[signature])
                for signature in range(len(revisions))
                if revisions.size(signature) >= LARGE
            },
            signatures=signatures,
        )


def _turned(lists: Lists, count: int) -> Lists:
    """Return the numbers of the lists by what they contain."""
    keys = array("I")
    values = array("I")
    for number in range(len(lists)):
        items = lists[number]
        keys.extend(items)
        values.extend([number] * len(items))
    return Lists.of(count, keys, values)


def _filed(clauses: Lists, members: Lists, having: Lists) -> Lists:
    """Return the signatures by the clause fewest others have.

    A clause that names no known update is met by nobody: what has one is filed there and never
    looked at.
    """
    keys = array("I")
    values = array("I")
    for signature in range(1, len(clauses)):
        keys.append(min(clauses[signature], key=lambda c: (members.size(c) > 0, having.size(c))))
        values.append(signature)
    return Lists.of(len(members), keys, values)
