"""A small catalogue that changes, told in plain sets: what snapshots and overlays are made from.

It settles liveness, membership, leaves and the counter by the rules of DESIGN §3 in the slowest and
plainest way there is, so that tests of the offer need no database.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from headgate.approvals.decisions import Action, Approval, Decisions, Decline
from headgate.catalogue.live import DriverEntry, LiveCatalogue, LiveRevision
from headgate.catalogue.revisions import CategoryType, UpdateKind
from headgate.fleet.groups import ALL_COMPUTERS
from headgate.offer.overlay import Overlay
from headgate.offer.snapshot import Snapshot

FIRST_REVISION_ID = 107_322
FIRST_DEPLOYMENT_ID = 2_000_000_001
_NAMES = uuid.UUID("5c9376ab-8ce6-464a-b136-22113dd69801")
_START = datetime(2026, 3, 1, tzinfo=UTC)


def guid(name: str) -> str:
    """The update id of what a test calls by a name."""
    return str(uuid.uuid5(_NAMES, name))


@dataclass(frozen=True)
class Made:
    revision_id: int
    name: str
    revision_number: int
    kind: UpdateKind
    prerequisites: tuple[frozenset[str], ...]  #: clauses of names
    members: tuple[int, ...]  #: revision ids
    core_size: int
    category_type: CategoryType | None
    explicitly_deployable: bool
    drivers: tuple[DriverEntry, ...]


@dataclass
class World:
    revisions: list[Made] = field(default_factory=list)
    version: int = 0
    counter: int = 0
    snapshot_counter: int = 0
    #: revision id to (is leaf, is member, since), of live revisions
    live: dict[int, tuple[bool, bool, int]] = field(default_factory=dict)
    approvals: dict[tuple[str, str], Approval] = field(default_factory=dict)
    declines: dict[str, Decline] = field(default_factory=dict)
    _next_deployment_id: int = FIRST_DEPLOYMENT_ID
    _unsettled: bool = True

    # What is in the catalogue.

    def add(
        self,
        name: str,
        kind: UpdateKind = UpdateKind.SOFTWARE,
        *,
        needs: Sequence[str | Sequence[str]] = (),
        bundles: Sequence[str | int] = (),
        core_size: int = 500,
        category_type: CategoryType | None = None,
        explicitly_deployable: bool = False,
        drivers: Sequence[dict[str, object]] = (),
    ) -> int:
        """Add the next revision of an update and return its id.

        ``needs`` are clauses, a name being a clause of one; ``bundles`` names updates (then their
        highest revision is meant) or revision ids.
        """
        revision_id = FIRST_REVISION_ID + 3 * len(self.revisions)  # ids may have gaps
        made = Made(
            revision_id=revision_id,
            name=name,
            revision_number=100 + sum(r.name == name for r in self.revisions),
            kind=kind,
            prerequisites=tuple(frozenset([c] if isinstance(c, str) else c) for c in needs),
            members=tuple(m if isinstance(m, int) else self.highest(m) for m in bundles),
            core_size=core_size,
            category_type=category_type,
            explicitly_deployable=explicitly_deployable,
            drivers=tuple(
                _driver_entry(revision_id, place, entry) for place, entry in enumerate(drivers)
            ),
        )
        self.revisions.append(made)
        self._unsettled = True
        return revision_id

    def category(self, name: str, *, needs: Sequence[str | Sequence[str]] = ()) -> int:
        return self.add(name, UpdateKind.CATEGORY, needs=needs, category_type=CategoryType.PRODUCT)

    def detectoid(self, name: str, *, needs: Sequence[str | Sequence[str]] = ()) -> int:
        return self.add(name, UpdateKind.DETECTOID, needs=needs)

    def driver(
        self, name: str, *entries: dict[str, object], needs: Sequence[str | Sequence[str]] = ()
    ) -> int:
        return self.add(name, UpdateKind.DRIVER, needs=needs, drivers=entries)

    def highest(self, name: str) -> int:
        return max(r.revision_id for r in self.revisions if r.name == name)

    def by_id(self, revision_id: int) -> Made:
        return self.revisions[(revision_id - FIRST_REVISION_ID) // 3]

    # What is decided.

    def approve(
        self,
        name: str,
        action: Action | None = Action.INSTALL,
        *,
        group: str = ALL_COMPUTERS,
        files_ready: bool = True,
        licences_accepted: bool = True,
    ) -> Approval:
        self.counter += 1
        approval = Approval(
            group_id=group,
            update_id=guid(name),
            action=action,
            deployment_id=self._next_deployment_id,
            since=self.counter,
            decided_at=_START + timedelta(days=self.counter),
            decided_by="ada",
            files_ready=files_ready,
            licences_accepted=licences_accepted,
        )
        self._next_deployment_id += 1
        self.approvals[group, name] = approval
        return approval

    def withdraw(self, name: str, *, group: str = ALL_COMPUTERS) -> Approval:
        return self.approve(name, None, group=group)

    def decline(self, name: str, *, is_declined: bool = True) -> None:
        self.counter += 1
        self.declines[name] = Decline(
            update_id=guid(name), is_declined=is_declined, since=self.counter
        )

    def undecline(self, name: str) -> None:
        self.decline(name, is_declined=False)

    # What answers are made from.

    def settle(self) -> None:
        """Give every live revision its flags and stamp those that changed: a new version."""
        if not self._unsettled:
            return
        self._unsettled = False
        self.counter += 1
        self.version += 1
        live = self._live_ids()
        members = {member for bundle in live for member in self.by_id(bundle).members}
        named = {name for r in self.revisions for clause in r.prerequisites for name in clause}
        before = self.live
        rebundled = self.parts(before.keys() ^ live)
        self.live = {}
        for revision_id in live:
            flags = self.by_id(revision_id).name not in named, revision_id in members
            stood = revision_id in before and revision_id not in rebundled
            same = stood and before[revision_id][:2] == flags
            since = before[revision_id][2] if same else self.counter
            self.live[revision_id] = (*flags, since)
        self.snapshot_counter = self.counter

    def parts(self, bundles: Iterable[int]) -> set[int]:
        """All that revisions bundle, at any depth."""
        found: set[int] = set()
        left = list(bundles)
        while left:
            members = set(self.by_id(left.pop()).members) - found
            found |= members
            left += members
        return found

    def _live_ids(self) -> set[int]:
        """The highest revision of each update, or those its live bundles name."""
        highest = {r.name: r.revision_id for r in self.revisions}
        live = set(highest.values())
        for _ in self.revisions:
            named: dict[str, set[int]] = {}
            for bundle in live:
                for member in self.by_id(bundle).members:
                    named.setdefault(self.by_id(member).name, set()).add(member)
            following = {i for name in highest for i in named.get(name, {highest[name]})}
            if following == live:
                break
            live = following
        return live

    def snapshot(self) -> Snapshot:
        self.settle()
        return Snapshot.build(self.catalogue())

    def catalogue(self) -> LiveCatalogue:
        self.settle()
        live = [self.by_id(revision_id) for revision_id in sorted(self.live)]
        return LiveCatalogue(
            version=self.version,
            counter=self.snapshot_counter,
            revisions=lambda: [self._row(made) for made in live],
            prerequisites=lambda: [
                (made.revision_id, clause, guid(name))
                for made in live
                for clause, names in enumerate(made.prerequisites)
                for name in sorted(names)
            ],
            members=lambda: [
                (made.revision_id, member)
                for made in live
                for member in made.members
                if member in self.live
            ],
            known=lambda: [(r.revision_id, guid(r.name)) for r in self.revisions],
            drivers=lambda: [entry for made in live for entry in made.drivers],
        )

    def _row(self, made: Made) -> LiveRevision:
        is_leaf, is_member, since = self.live[made.revision_id]
        return LiveRevision(
            revision_id=made.revision_id,
            update_id=guid(made.name),
            revision_number=made.revision_number,
            kind=made.kind,
            is_leaf=is_leaf,
            is_member=is_member,
            core_size=made.core_size,
            arrived_on=20_000 + made.revision_id - FIRST_REVISION_ID,
            since=since,
            category_type=made.category_type,
            explicitly_deployable=made.explicitly_deployable,
        )

    def decisions(self) -> Decisions:
        self.settle()
        return Decisions(
            catalogue_version=self.version,
            counter=self.counter,
            approvals=tuple(self.approvals.values()),
            declines=tuple(self.declines.values()),
        )

    def overlay(
        self, groups: Iterable[str] = (ALL_COMPUTERS,), *, files_are_kept: bool = True
    ) -> Overlay:
        return Overlay.lay(
            self.snapshot(), self.decisions(), tuple(groups), files_are_kept=files_are_kept
        )


def _driver_entry(revision_id: int, place: int, given: dict[str, object]) -> DriverEntry:
    entry: dict[str, object] = {
        "hardware_id": "pci\\ven_1234",
        "driver_class": "Net",
        "manufacturer": "Maker",
        "provider": "Provider",
        "version": "1.0.0.0",
        "version_date": "2024-01-01",
        "computer_ids": (),
        "scores": {},
    }
    return DriverEntry(revision_id=revision_id, position=place, **{**entry, **given})  # type: ignore[arg-type]
