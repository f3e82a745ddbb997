"""How updates are listed: what may be asked, and what one line of the answer says."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import UpdateKind


class UpdateState(StrEnum):
    """What is decided about an update."""

    NOT_APPROVED = "not_approved"  #: the initial state: computers evaluate it, nobody installs it
    APPROVED = "approved"  #: for some group of computers
    DECLINED = "declined"  #: never offered
    EXPIRED = "expired"  #: withdrawn by its publisher, can no longer be approved


#: What people want to see first: everything but what was declined.
NOT_DECLINED = frozenset(UpdateState) - {UpdateState.DECLINED}


class Supersedence(StrEnum):
    """Which way updates replace each other, as WSUS's four icons tell it."""

    NONE = "none"
    SUPERSEDES = "supersedes"  #: replaces another one and is the newest of its row
    BOTH = "both"  #: replaces another one and is replaced itself
    SUPERSEDED = "superseded"  #: is replaced by another one


class UpdateSort(StrEnum):
    """What a list is ordered by; equal ones follow by arrival, then by revision id."""

    ARRIVED = "arrived"
    RELEASED = "released"
    TITLE = "title"  #: in the document's own language
    KB = "kb"
    SEVERITY = "severity"  #: Critical, Important, Moderate, Low, none


class Brought(StrEnum):
    """What a synchronization did to an update."""

    NEW = "new"
    REVISED = "revised"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateQuery:
    """Which updates to list; None asks nothing. Conditions are joined by *and*, the members of
    one condition by *or*.
    """

    text: str | None = (
        None  #: every word the beginning of a word of title, description, KB, bulletin
    )
    kbs: frozenset[str] | None = None  #: digits
    products: frozenset[str] | None = None  #: ids, families already expanded
    classifications: frozenset[str] | None = None  #: ids
    severities: frozenset[str] | None = None  #: critical, important, moderate, low, none
    states: frozenset[UpdateState] | None = None
    superseded: bool | None = None
    arrived_since: datetime | None = None
    arrived_before: datetime | None = None
    released_since: datetime | None = None
    released_before: datetime | None = None
    run: int | None = None  #: of the history: only what this synchronization brought
    brought: Brought | None = None  #: with ``run``: only what it did this to
    sort: UpdateSort = UpdateSort.ARRIVED
    descending: bool = True
    cursor: str | None = None  #: of an UpdatePage with the same conditions and order
    limit: int | None = 100  #: None: all


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateLine:
    """One update of a list: its newest revision."""

    revision_id: int  #: our own number
    identity: RevisionIdentity
    kind: UpdateKind
    title: str  #: in the document's own language
    kb: str | None
    bulletins: tuple[str, ...]
    classification: str | None  #: title
    products: tuple[str, ...]  #: titles, sorted
    severity: str | None
    state: UpdateState
    for_removal: bool  #: approved, but for removing it
    supersedence: Supersedence
    released: datetime | None
    arrived: datetime

    @property
    def superseded(self) -> bool:
        """Whether another update replaces this one."""
        return self.supersedence in (Supersedence.SUPERSEDED, Supersedence.BOTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePage:
    """A page of a list, how many updates match in all, and how to go on; None: nothing there."""

    lines: tuple[UpdateLine, ...]
    total: int
    next_cursor: str | None = None
    previous_cursor: str | None = None
