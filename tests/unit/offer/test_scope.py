"""What is offered at all: live and not declined, approved or not."""

from array import array
from dataclasses import replace

from tests.unit.offer.asking import ask, new_ids, the
from tests.unit.offer.world import World

from headgate.approvals.decisions import Action
from headgate.fleet.groups import ALL_COMPUTERS
from headgate.offer.questions import Limits, OfferedAction, SoftwareQuestion
from headgate.offer.software import software

KIOSKS = "11111111-0000-0000-0000-000000000000"


def test_an_update_nobody_decided_about_is_offered() -> None:
    world = World()
    update = world.add("update")

    assert new_ids(ask(world)) == [update]


def test_only_the_highest_revision_is_offered() -> None:
    world = World()
    old = world.add("update")
    new = world.add("update")

    offer = ask(world, others=[old])

    assert new_ids(offer) == [new]
    assert offer.out_of_scope == [old]


def test_a_declined_update_leaves_with_all_its_revisions() -> None:
    """Declining is per update: no computer falls back to an older revision."""
    world = World()
    old = world.add("update")
    new = world.add("update")
    world.decline("update")

    offer = ask(world, others=[old, new])

    assert new_ids(offer) == []
    assert offer.out_of_scope == [old, new]


def test_a_decline_taken_back_offers_the_update_again() -> None:
    world = World()
    update = world.add("update")
    world.decline("update")
    world.undecline("update")

    assert new_ids(ask(world)) == [update]


def test_of_a_member_the_revision_its_bundle_names_is_offered() -> None:
    world = World()
    named = world.add("member")
    bundle = world.add("bundle", bundles=["member"])
    later = world.add("member")

    offer = ask(world, others=[later])

    assert new_ids(offer) == [bundle, named]
    assert offer.out_of_scope == [later]


def test_a_member_leaves_when_all_its_bundles_are_declined() -> None:
    world = World()
    member = world.add("member")
    world.add("first bundle", bundles=["member"])
    second = world.add("second bundle", bundles=["member"])
    world.decline("first bundle")
    assert set(new_ids(ask(world))) == {second, member}

    world.decline("second bundle")

    offer = ask(world, others=[member])
    assert new_ids(offer) == []
    assert offer.out_of_scope == [member]


def test_a_member_of_a_member_leaves_with_the_outermost_bundle() -> None:
    world = World()
    world.add("inner")
    world.add("middle", bundles=["inner"])
    world.add("outer", bundles=["middle"])
    world.decline("outer")

    assert new_ids(ask(world)) == []


def test_an_approved_member_stays_without_its_bundle_and_is_installed() -> None:
    """It was approved before the bundle came, and nobody has withdrawn that."""
    world = World()
    member = world.add("member")
    world.approve("member")
    bundle = world.add("bundle", bundles=["member"])
    assert the(ask(world), member).action is OfferedAction.BUNDLE

    world.decline("bundle")

    offer = ask(world, others=[bundle])
    assert offer.out_of_scope == [bundle]
    assert the(offer, member).action is OfferedAction.INSTALL


def test_a_member_approved_for_removal_stays_too_and_one_that_is_no_longer_leaves() -> None:
    world = World()
    member = world.add("member")
    world.add("bundle", bundles=["member"])
    world.decline("bundle")
    world.approve("member", Action.UNINSTALL)
    assert the(ask(world), member).action is OfferedAction.UNINSTALL

    world.withdraw("member")

    assert new_ids(ask(world)) == []


def test_what_is_approved_for_others_does_not_stay_here() -> None:
    world = World()
    member = world.add("member")
    world.add("bundle", bundles=["member"])
    world.decline("bundle")
    world.approve("member", group=KIOSKS)

    assert new_ids(ask(world)) == []
    assert new_ids(ask(world.overlay([KIOSKS, ALL_COMPUTERS]))) == [member]


def test_a_member_that_can_be_decided_about_stays_undecided() -> None:
    world = World()
    member = world.add("member", explicitly_deployable=True)
    world.add("bundle", bundles=["member"])
    world.decline("bundle")

    assert the(ask(world), member).action is OfferedAction.PRE_DEPLOYMENT_CHECK

    world.decline("member")
    assert new_ids(ask(world)) == []


def test_one_bundle_in_scope_makes_a_part_of_an_approved_member() -> None:
    world = World()
    member = world.add("member")
    world.approve("member")
    world.add("first bundle", bundles=["member"])
    world.add("second bundle", bundles=["member"])
    world.decline("first bundle")

    assert the(ask(world), member).action is OfferedAction.BUNDLE


def test_a_bundle_that_stays_by_itself_keeps_its_own_members() -> None:
    world = World()
    inner = world.add("inner")
    middle = world.add("middle", bundles=["inner"])
    world.add("outer", bundles=["middle"])
    world.approve("middle")
    world.decline("outer")

    offer = ask(world)

    assert the(offer, middle).action is OfferedAction.INSTALL
    assert the(offer, inner).action is OfferedAction.BUNDLE


def test_what_has_no_text_is_not_offered() -> None:
    """FACTS §14: it would hold a page open for ever."""
    world = World()
    textless = world.add("textless", core_size=0, bundles=[world.add("member")])
    driver = world.driver("driver", {"hardware_id": "pci\\1"})
    world.revisions[-1] = replace(world.revisions[-1], core_size=0)

    offer = ask(world, others=[textless], limits=Limits(updates=1))

    assert new_ids(offer) == [world.highest("member")]
    assert (offer.truncated, offer.out_of_scope) == (False, [textless])
    assert the(offer, world.highest("member")).action is OfferedAction.BUNDLE
    assert driver not in world.overlay().scope


def test_unknown_ids_are_out_of_scope_whatever_they_are() -> None:
    """FACTS §14: never a fault."""
    world = World()
    world.add("update")
    strange = [-(2**31), -1, 0, 1, 2**31 - 1, 2**32, 2**70, 107_323]

    offer = ask(world, installed=strange[:4], others=strange[4:])

    assert sorted(offer.out_of_scope) == sorted(strange)


def test_ids_may_come_as_any_sequence() -> None:
    world = World()
    update = world.add("update")
    question = SoftwareQuestion(installed=array("i", [-2, 9]), others=range(update, update + 2))

    offer = software(world.overlay(), question, Limits())

    assert offer.new == []
    assert sorted(offer.out_of_scope) == [-2, 9, update + 1]


def test_repeated_ids_leave_once() -> None:
    world = World()
    world.add("update")

    offer = ask(world, installed=[5, 5, -1], others=[5, -1, 5])

    assert offer.out_of_scope == [-1, 5]


def test_drivers_are_no_part_of_the_software_pass() -> None:
    world = World()
    driver = world.driver("driver", {"hardware_id": "pci\\1"})
    update = world.add("update")

    assert new_ids(ask(world, installed=[driver])) == [update]


def test_decisions_about_unknown_updates_change_nothing() -> None:
    world = World()
    update = world.add("update")
    world.approve("elsewhere")
    world.decline("nowhere")

    assert new_ids(ask(world)) == [update]
