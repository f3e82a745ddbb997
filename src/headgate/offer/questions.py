"""What a computer asks and what it is offered, in our words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class OfferedAction(StrEnum):
    """What a computer is to do with a revision; the values are those of [MS-WUSP] 2.2.2.2.4."""

    EVALUATE = "Evaluate"
    BUNDLE = "Bundle"
    INSTALL = "Install"
    UNINSTALL = "Uninstall"
    PRE_DEPLOYMENT_CHECK = "PreDeploymentCheck"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftwareQuestion:
    """A software pass. Ids are revision ids as the computer sent them: trusted in nothing."""

    installed: Sequence[int]  #: installed non-leaf revisions
    others: Sequence[int]  #: other cached revisions
    categories: Sequence[str] | None = None  #: lower-case GUIDs; None: no category scan
    two_groups: bool = False  #: it tells what left the scan apart from what left the server
    anchor: int = 0  #: the counter of the last answer it got; 0: none


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledDriver:
    """The driver a device has now."""

    matching_id: str  #: hardware or compatible id, as sent
    version: int  #: four 16-bit numbers in one
    date: date
    driver_class: str = ""
    manufacturer: str = ""
    provider: str = ""
    computer_id: str | None = None  #: the computer hardware id it matches, lower case


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device of a driver pass."""

    hardware_ids: tuple[str, ...]
    compatible_ids: tuple[str, ...] = ()
    installed: InstalledDriver | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverQuestion:
    """A driver pass."""

    installed: Sequence[int]  #: installed non-leaf revisions, for prerequisites
    cached_drivers: Sequence[int]
    devices: Sequence[Device]
    computer_ids: Sequence[str] = ()  #: lower-case GUIDs, most specific first
    matching_key: str | None = None  #: FeatureScoreMatchingKey: AMD64.10.0
    categories: Sequence[str] | None = None
    anchor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where a page ends."""

    updates: int = 200
    core_bytes: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class OfferedUpdate:
    """One revision of an answer, with what is decided about it."""

    revision_id: int
    is_leaf: bool
    action: OfferedAction
    deployment_id: int
    changed_on: date  #: ``LastChangeTime``
    hardware_ids: tuple[str, ...] = ()  #: drivers only: what it is best for, as in its document


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The answer to a pass."""

    new: Sequence[OfferedUpdate] = ()
    changed: Sequence[OfferedUpdate] = ()
    out_of_scope: Sequence[int] = ()
    deployed_out_of_scope: Sequence[int] = ()
    truncated: bool = False
    driver_sync_not_needed: bool = True
    #: The counter of the decisions it was made from; None: the computer keeps the anchor it has.
    anchor: int | None = field(default=None)
