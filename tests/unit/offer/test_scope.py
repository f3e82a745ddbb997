"""What is offered at all: live and not declined, approved or not."""

from array import array

from tests.unit.offer.asking import ask, new_ids
from tests.unit.offer.world import World

from headgate.offer.questions import Limits, SoftwareQuestion
from headgate.offer.software import software


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
