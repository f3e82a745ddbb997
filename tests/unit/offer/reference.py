"""The software pass straight from the specification, in plain sets: slow, short, to compare with.

Nothing of ``headgate.offer`` is used here but the words of its answers.
"""

from collections.abc import Collection
from dataclasses import dataclass

from tests.unit.offer.world import Made, World

from headgate.approvals.decisions import Action, Approval
from headgate.catalogue.revisions import UpdateKind
from headgate.offer.questions import OfferedAction


@dataclass(frozen=True)
class Expected:
    new: set[int]
    changed: set[int]
    out_of_scope: set[int]
    deployed_out_of_scope: set[int]


def expected(
    world: World,
    installed: Collection[int],
    others: Collection[int],
    *,
    categories: Collection[str] | None = None,
    two_groups: bool = False,
    anchor: int = 0,
    groups: Collection[str],
) -> Expected:
    """[MS-WUSP] 3.1.5.7, Data Processing and Results, without pages."""
    world.settle()
    deployed = in_scope(world, groups)
    needed = {
        i
        for i in deployed
        if world.by_id(i).kind is not UpdateKind.DRIVER and _is_unlocked(world, i, installed)
    }
    if categories is not None:
        needed &= _about(world, deployed, categories)
    cached = {*installed, *others}
    left = cached - needed
    is_split = categories is not None and two_groups
    return Expected(
        new=needed - cached,
        changed={i for i in needed & cached if not anchor or _since(world, i, groups) > anchor},
        out_of_scope=left - deployed if is_split else left,
        deployed_out_of_scope=left & deployed if is_split else set(),
    )


def in_scope(world: World, groups: Collection[str]) -> set[int]:
    """Live, not declined, and not left by all its bundles unless it is wanted by itself."""
    scope = {
        i
        for i in world.live
        if not ((decline := world.declines.get(world.by_id(i).name)) and decline.is_declined)
    }
    wanted = {
        i
        for i in world.live
        if world.by_id(i).explicitly_deployable
        or any(approval.action is not None for approval in _approvals(world, i, groups))
    }
    while left := {
        i for i in scope - wanted if _bundles(world, i) and not _bundles(world, i) & scope
    }:
        scope -= left
    return scope


def _bundles(world: World, revision_id: int) -> set[int]:
    return {bundle for bundle in world.live if revision_id in world.by_id(bundle).members}


def _approvals(world: World, revision_id: int, groups: Collection[str]) -> list[Approval]:
    name = world.by_id(revision_id).name
    return [a for (g, n), a in world.approvals.items() if n == name and g in groups]


def _is_unlocked(world: World, revision_id: int, installed: Collection[int]) -> bool:
    names = {made.name for made in world.revisions if made.revision_id in installed}
    return all(clause & names for clause in world.by_id(revision_id).prerequisites)


def _about(world: World, scope: set[int], categories: Collection[str]) -> set[int]:
    def of(names: Collection[str]) -> set[int]:
        return {i for i in scope if world.by_id(i).name in names}

    def needs(made: Made) -> set[str]:
        return {name for clause in made.prerequisites for name in clause}

    about = of(categories) | {i for i in scope if needs(world.by_id(i)) & set(categories)}
    while True:
        more = set(about)
        for i in about:
            more |= of(needs(world.by_id(i))) | (set(world.by_id(i).members) & scope)
        if more == about:
            return about
        about = more


def _since(world: World, revision_id: int, groups: Collection[str]) -> int:
    name = world.by_id(revision_id).name
    approvals = _approvals(world, revision_id, groups)
    stamps = [world.live[revision_id][2], *(approval.since for approval in approvals)]
    if name in world.declines:
        stamps.append(world.declines[name].since)
    if approvals or world.by_id(revision_id).explicitly_deployable:
        stamps += _stamps_of_bundles(world, revision_id, groups)
    return max(stamps)


def _stamps_of_bundles(world: World, revision_id: int, groups: Collection[str]) -> list[int]:
    """When it was decided about what bundles it, at any height, so that it may count for itself."""
    stamps = []
    for bundle in world.live:
        if revision_id in world.parts([bundle]):
            _, is_member, _ = world.live[bundle]
            decline = world.declines.get(world.by_id(bundle).name)
            stamps += [decline.since] if decline else []
            stamps += [a.since for a in _approvals(world, bundle, groups)] if is_member else []
    return stamps


def action(world: World, revision_id: int, groups: Collection[str]) -> OfferedAction:
    """FACTS §3.7, for one group; bundles that are out of scope bundle nothing."""
    (approval, *_) = [*_approvals(world, revision_id, groups), None]
    if world.by_id(revision_id).kind in (UpdateKind.CATEGORY, UpdateKind.DETECTOID):
        return OfferedAction.EVALUATE
    if _bundles(world, revision_id) & in_scope(world, groups):
        return OfferedAction.BUNDLE
    if approval is not None and approval.action is Action.UNINSTALL:
        return OfferedAction.UNINSTALL
    if approval is not None and approval.action is Action.INSTALL and approval.files_ready:
        return OfferedAction.INSTALL
    return OfferedAction.PRE_DEPLOYMENT_CHECK
