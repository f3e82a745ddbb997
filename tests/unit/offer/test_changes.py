"""What a computer is told again because it changed since it last heard."""

import pytest
from tests.unit.offer.asking import ask, changed_ids, new_ids, the
from tests.unit.offer.world import World

from headgate.approvals.decisions import Action
from headgate.fleet.groups import ALL_COMPUTERS
from headgate.offer.overlay import Overlay
from headgate.offer.questions import Limits, OfferedAction

KIOSKS = "11111111-0000-0000-0000-000000000000"


def test_nothing_changed_is_nothing_told() -> None:
    world = World()
    update = world.add("update")
    heard = ask(world).anchor

    offer = ask(world, [], [update], anchor=heard or 0)

    assert (offer.new, offer.changed, offer.out_of_scope) == ([], [], [])


def test_a_computer_that_heard_nothing_is_told_of_all_it_has() -> None:
    """FACTS §3.8: a real server repeated 4,429 after the anchor was lost."""
    world = World()
    one = world.detectoid("one")
    update = world.add("update", needs=["one"])

    assert changed_ids(ask(world, [one], [update], anchor=0)) == {one, update}


def test_an_approval_is_told_without_a_new_core() -> None:
    world = World()
    update = world.add("update")
    world.add("other")
    heard = ask(world).anchor or 0
    world.approve("update")

    offer = ask(world, [], [update, world.highest("other")], anchor=heard)

    assert offer.new == []
    assert changed_ids(offer) == {update}
    assert the(offer, update).action is OfferedAction.INSTALL


def test_a_withdrawal_is_told() -> None:
    world = World()
    update = world.add("update")
    world.approve("update")
    heard = ask(world).anchor or 0
    world.withdraw("update")

    offer = ask(world, [], [update], anchor=heard)

    assert the(offer, update).action is OfferedAction.PRE_DEPLOYMENT_CHECK


def test_a_withdrawal_nearby_is_told_where_the_wider_approval_stays() -> None:
    world = World()
    update = world.add("update")
    world.approve("update")
    world.approve("update", Action.UNINSTALL, group=KIOSKS)
    groups = [KIOSKS, ALL_COMPUTERS]
    heard = ask(world.overlay(groups)).anchor or 0
    world.withdraw("update", group=KIOSKS)

    offer = ask(world.overlay(groups), [], [update], anchor=heard)

    assert the(offer, update).action is OfferedAction.INSTALL


def test_decisions_for_other_groups_are_not_told() -> None:
    world = World()
    update = world.add("update")
    heard = ask(world).anchor or 0
    world.approve("update", group=KIOSKS)

    assert changed_ids(ask(world, [], [update], anchor=heard)) == set()


def test_files_that_became_complete_are_told() -> None:
    world = World()
    update = world.add("update")
    world.approve("update", files_ready=False)
    heard = ask(world).anchor or 0
    world.approve("update", files_ready=True)

    offer = ask(world, [], [update], anchor=heard)

    assert the(offer, update).action is OfferedAction.INSTALL


def test_a_decline_taken_back_unseen_is_told_again() -> None:
    world = World()
    update = world.add("update")
    heard = ask(world).anchor or 0
    world.decline("update")
    world.undecline("update")

    assert changed_ids(ask(world, [], [update], anchor=heard)) == {update}


def test_what_became_a_prerequisite_is_told_to_be_no_leaf() -> None:
    world = World()
    one = world.detectoid("one")
    heard = ask(world).anchor or 0
    world.add("update", needs=["one"])

    offer = ask(world, [], [one], anchor=heard)

    assert changed_ids(offer) == {one}
    assert not the(offer, one).is_leaf


def test_what_became_a_member_is_told() -> None:
    world = World()
    member = world.add("member")
    heard = ask(world).anchor or 0
    bundle = world.add("bundle", bundles=["member"])

    offer = ask(world, [], [member], anchor=heard)

    assert new_ids(offer) == [bundle]
    assert the(offer, member).action is OfferedAction.BUNDLE


def test_changes_are_told_whole_with_a_truncated_page() -> None:
    """So the anchor may move although more pages follow."""
    world = World()
    cached = [world.add(f"cached {number}") for number in range(5)]
    heard = ask(world).anchor or 0
    for number in range(5):
        world.approve(f"cached {number}")
    fresh = [world.add(f"fresh {number}") for number in range(3)]

    first = ask(world, [], cached, anchor=heard, limits=Limits(updates=1))
    assert first.truncated
    assert changed_ids(first) == set(cached)

    rest = [*cached, *new_ids(first)]
    second = ask(world, [], rest, anchor=first.anchor or 0, limits=Limits(updates=2))
    assert changed_ids(second) == set()
    assert new_ids(first) + new_ids(second) == fresh


def test_a_decision_between_two_pages_is_told_with_the_second() -> None:
    world = World()
    one = world.add("one")
    world.add("two")
    first = ask(world, limits=Limits(updates=1))
    assert new_ids(first) == [one]

    world.approve("one")
    second = ask(world, [], [one], anchor=first.anchor or 0)

    assert changed_ids(second) == {one}


def test_only_what_is_needed_and_cached_is_told() -> None:
    world = World()
    one = world.detectoid("one")
    locked = world.add("locked", needs=["one"])
    world.add("elsewhere")

    offer = ask(world, [], [one, locked])

    assert changed_ids(offer) == {one}
    assert offer.out_of_scope == [locked]


def test_decisions_newer_than_the_catalogue_they_lie_on_are_told_again_later() -> None:
    """A snapshot is still being built: its overlay must not claim to know the newest changes."""
    world = World()
    update = world.add("update")
    old = world.snapshot()
    world.add("dependent", needs=["update"])  # a leaf no more
    world.approve("update")

    lagging = Overlay.lay(old, world.decisions(), [ALL_COMPUTERS], files_are_kept=True)
    early = ask(lagging, [], [update], anchor=old.counter)
    assert the(early, update).action is OfferedAction.INSTALL
    assert the(early, update).is_leaf

    late = ask(world, [], [update], anchor=early.anchor or 0)
    assert not the(late, update).is_leaf


@pytest.mark.parametrize("anchor", [2**40, 2**63 - 1])
def test_an_anchor_of_the_future_tells_nothing_and_comes_back_to_the_present(anchor: int) -> None:
    world = World()
    update = world.add("update")
    overlay = world.overlay()

    offer = ask(overlay, [], [update], anchor=anchor)

    assert changed_ids(offer) == set()
    assert offer.anchor == overlay.counter


def test_a_member_that_counts_for_itself_again_is_told() -> None:
    """Its bundle is declined, and later taken back."""
    world = World()
    member = world.add("member")
    approved = world.approve("member")
    bundle = world.add("bundle", bundles=["member"])
    heard = ask(world).anchor or 0
    world.decline("bundle")

    offer = ask(world, [], [member, bundle], anchor=heard)
    assert changed_ids(offer) == {member}
    assert the(offer, member).action is OfferedAction.INSTALL
    assert the(offer, member).deployment_id == approved.deployment_id

    world.undecline("bundle")

    offer = ask(world, [], [member], anchor=offer.anchor or 0)
    assert the(offer, member).action is OfferedAction.BUNDLE


def test_what_only_a_bundle_wants_is_not_told_of_decisions_about_it() -> None:
    world = World()
    member = world.add("member")
    bundle = world.add("bundle", bundles=["member"])
    heard = ask(world).anchor or 0
    world.approve("bundle")
    world.decline("other bundle")

    assert changed_ids(ask(world, [], [member, bundle], anchor=heard)) == {bundle}


def test_a_decision_about_a_bundle_inside_a_declined_one_reaches_its_members() -> None:
    world = World()
    inner = world.add("inner", explicitly_deployable=True)
    middle = world.add("middle", bundles=["inner"])
    world.add("outer", bundles=["middle"])
    world.approve("middle")
    world.decline("outer")
    heard = ask(world).anchor or 0
    world.withdraw("middle")

    offer = ask(world, [], [inner, middle], anchor=heard)

    assert offer.out_of_scope == [middle]
    assert the(offer, inner).action is OfferedAction.PRE_DEPLOYMENT_CHECK


def test_another_bundle_that_comes_or_goes_is_told_to_a_member_beside_a_declined_one() -> None:
    world = World()
    member = world.add("member", explicitly_deployable=True)
    world.add("declined", bundles=["member"])
    world.decline("declined")
    heard = ask(world).anchor or 0
    world.add("bundle", bundles=["member"])

    offer = ask(world, [], [member], anchor=heard)
    assert the(offer, member).action is OfferedAction.BUNDLE

    world.add("bundle")

    offer = ask(world, [], [member], anchor=offer.anchor or 0)
    assert the(offer, member).action is OfferedAction.PRE_DEPLOYMENT_CHECK
