"""Decisions as they stand: what is approved for which group, and what is declined."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Action(StrEnum):
    """What computers of a group do with an approved update."""

    INSTALL = "install"
    UNINSTALL = "uninstall"


class Ready(NamedTuple):
    """Whether an update that is approved can be installed; both are true where it is removed."""

    files: bool  #: every due file is here and verified
    licences: bool  #: those of the newest revision and of all it bundles are accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One decision about one update for one group."""

    group_id: str  #: lower-case GUID
    update_id: str  #: lower-case GUID
    action: Action | None  #: None: withdrawn
    deployment_id: int  #: what computers call it
    since: int  #: the counter from which on it holds
    decided_at: datetime
    decided_by: str
    files_ready: bool  #: every due file is here and verified
    licences_accepted: bool  #: a newer revision may have brought one nobody has accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline:
    """An update nobody is to be offered, or one that was."""

    update_id: str  #: lower-case GUID
    is_declined: bool  #: False: taken back
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """All decisions at one moment."""

    catalogue_version: int
    counter: int  #: no decision and no change of the catalogue at this moment has a higher one
    approvals: tuple[Approval, ...]
    declines: tuple[Decline, ...]
