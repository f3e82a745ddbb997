"""What of the catalogue computers can be offered, as plain rows for building a snapshot.

A revision is *live* when computers may be told of it: the highest one of its update id, and of a
bundle's member the one its live bundle names. Only live revisions appear here; relations may name
updates that are not here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple


class LiveRevision(NamedTuple):
    """One live revision."""

    revision_id: int
    update_id: str  #: lower-case GUID
    revision_number: int
    kind: str  #: a :class:`~headgate.catalogue.revisions.UpdateKind`
    is_leaf: bool
    is_member: bool
    core_size: int  #: bytes of its Core, escaped; 0: there is none, so it cannot be offered
    arrived_on: int  #: days since 1970-01-01
    since: int  #: the counter from which on leaf and member hold, and what bundles it
    category_type: str | None = None  #: a CategoryType; None for what has none
    explicitly_deployable: bool = False  #: people decide about it by itself


class DriverEntry(NamedTuple):
    """One ``WindowsDriverMetaData`` of a live driver."""

    revision_id: int
    position: int
    hardware_id: str  #: as written; compare without case
    driver_class: str | None
    manufacturer: str | None
    provider: str | None
    version: str | None  #: four numbers with dots
    version_date: str | None  #: as written in the document
    computer_ids: tuple[str, ...]  #: lower-case GUIDs; empty: for every computer
    scores: dict[str, int]  #: feature score by ``amd64.10.0``, lower case


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCatalogue:
    """Everything a snapshot is built from, read in one moment.

    The members that are functions yield their rows once per call, so that nothing is held twice.
    """

    version: int
    counter: int  #: nothing here changed after it
    revisions: Callable[[], Iterable[LiveRevision]]
    #: (revision_id, clause, update_id) of live revisions, ordered by revision and clause
    prerequisites: Callable[[], Iterable[tuple[int, int, str]]]
    #: (revision_id, member's revision_id) of live revisions whose member is live
    members: Callable[[], Iterable[tuple[int, int]]]
    #: (revision_id, update_id) of *every* revision here, live or not: what clients may have cached
    known: Callable[[], Iterable[tuple[int, str]]]
    drivers: Callable[[], Iterable[DriverEntry]]
