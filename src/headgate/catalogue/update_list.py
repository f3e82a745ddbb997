"""How updates are listed: what may be asked, and what one line of the answer says."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import UpdateKind


class UpdateState(StrEnum):
    """What is decided about an update."""

    NOT_APPROVED = "not_approved"  #: the initial state: computers evaluate it, nobody installs it
    EXPIRED = "expired"  #: withdrawn by its publisher, can no longer be approved


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateQuery:
    """Which updates to list, newest arrival first; None asks nothing. Conditions are joined by
    *and*, the members of one condition by *or*.
    """

    text: str | None = None  #: every word the beginning of a word of title, KB or bulletin
    kb: str | None = None  #: digits, with or without ``KB`` before them
    products: frozenset[str] | None = None  #: ids, families already expanded
    classifications: frozenset[str] | None = None
    severity: str | None = None  #: Critical, Important, Moderate, Low; compared without case
    state: UpdateState | None = None
    superseded: bool | None = None
    arrived_since: datetime | None = None
    limit: int | None = 100  #: None: all
    skip: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateLine:
    """One update of a list: its newest revision."""

    revision_id: int  #: our own number
    identity: RevisionIdentity
    kind: UpdateKind
    title: str
    kb: str | None
    classification: str | None  #: title
    products: tuple[str, ...]  #: titles, sorted
    severity: str | None
    state: UpdateState
    superseded: bool
    arrived: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePage:
    """A page of a list and how many updates match in all."""

    lines: tuple[UpdateLine, ...]
    total: int
