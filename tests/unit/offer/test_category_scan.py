"""A scan of some categories: what it is about, and what it leaves alone."""

import pytest
from tests.unit.offer.asking import ask, changed_ids, new_ids, the
from tests.unit.offer.world import World, guid

from headgate.catalogue.revisions import CategoryType, UpdateKind
from headgate.offer.questions import OfferedAction


@pytest.fixture
def world() -> World:
    """Two products of one company; an update, a bundle and a detectoid below the first."""
    world = World()
    world.category("company")
    world.category("family", needs=["company"])
    world.category("product", needs=["family"])
    world.category("other product", needs=["family"])
    world.detectoid("detectoid", needs=["company"])
    world.detectoid("member's detectoid")
    world.add("member", needs=["member's detectoid"])
    world.add("update", needs=["product", "detectoid"], bundles=["member"])
    world.add("other update", needs=["other product"])
    return world


def all_of(world: World) -> list[int]:
    return [made.revision_id for made in world.revisions]


def ids(world: World, *names: str) -> set[int]:
    return {world.highest(name) for name in names}


def test_the_chain_above_the_category_is_walked_down(world: World) -> None:
    """The captured scan: company, then family, then product, one call each (FACTS §3.4)."""
    had: list[int] = []
    told = []
    for _ in range(4):
        offer = ask(world, had, categories=["product"])
        told.append(set(new_ids(offer)))
        had += new_ids(offer)

    assert told == [
        ids(world, "company", "member's detectoid"),
        ids(world, "family", "detectoid", "member"),
        ids(world, "product"),
        ids(world, "update"),
    ]


def test_what_lies_outside_the_filter_is_not_offered(world: World) -> None:
    offer = ask(world, all_of(world), categories=["other product"], two_groups=True)

    assert set(offer.deployed_out_of_scope) == ids(
        world, "product", "detectoid", "member's detectoid", "member", "update"
    )
    assert offer.new == []


def test_an_update_may_name_the_category_in_any_clause() -> None:
    world = World()
    world.category("category")
    world.category("another")
    second = world.add("second clause", needs=["another", ["category", "another"]])

    offer = ask(world, all_of(world), categories=["category"], two_groups=True)

    assert second not in offer.deployed_out_of_scope


def test_several_categories_are_scanned_together(world: World) -> None:
    offer = ask(world, all_of(world), categories=["product", "other product"], two_groups=True)

    assert offer.deployed_out_of_scope == []


def test_two_groups_tell_what_left_the_server_from_what_left_the_scan(world: World) -> None:
    replaced = world.highest("other update")
    world.add("other update", needs=["other product"])
    world.decline("member")
    unknown = [3, -3]

    offer = ask(world, all_of(world), unknown, categories=["product"], two_groups=True)

    declined = world.highest("member")
    assert sorted(offer.out_of_scope) == sorted([replaced, declined, *unknown])
    assert set(offer.deployed_out_of_scope) == ids(
        world, "other update", "other product", "member's detectoid"
    )


def test_what_is_locked_inside_the_filter_is_deployed_too(world: World) -> None:
    """Only what is truly gone may leave a cache that serves the full scan too (FACTS §3.8)."""
    update = world.highest("update")

    offer = ask(world, [], [update], categories=["product"], two_groups=True)

    assert offer.out_of_scope == []
    assert offer.deployed_out_of_scope == [update]


def test_one_group_takes_everything_that_is_not_needed(world: World) -> None:
    offer = ask(world, all_of(world), [3], categories=["product"], two_groups=False)

    assert set(offer.out_of_scope) == {3, *ids(world, "other update", "other product")}
    assert offer.deployed_out_of_scope == []


def test_a_full_scan_knows_one_group_only(world: World) -> None:
    update = world.highest("update")

    offer = ask(world, [], [update, 3], two_groups=True)

    assert set(offer.out_of_scope) == {update, 3}
    assert offer.deployed_out_of_scope == []


def test_changes_are_told_inside_the_filter_and_the_anchor_stays(world: World) -> None:
    heard = ask(world).anchor or 0
    world.approve("update")
    world.approve("other update")

    offer = ask(world, all_of(world), categories=["product"], two_groups=True, anchor=heard)

    assert changed_ids(offer) == ids(world, "update")
    assert offer.anchor is None

    full = ask(world, all_of(world), anchor=heard)
    assert changed_ids(full) == ids(world, "update", "other update")


def test_a_scan_answered_by_a_process_that_is_behind_moves_the_anchor_back(world: World) -> None:
    """Else what it told would never be put right: the computer has already heard of later."""
    behind = world.overlay()
    world.approve("update")
    ahead = world.overlay()
    heard = ask(ahead, all_of(world)).anchor or 0

    offer = ask(behind, all_of(world), categories=["product"], two_groups=True, anchor=heard)
    assert offer.anchor == behind.counter

    later = ask(ahead, all_of(world), anchor=offer.anchor)
    assert the(later, world.highest("update")).action is OfferedAction.INSTALL


def test_unknown_categories_are_about_nothing(world: World) -> None:
    offer = ask(world, all_of(world), categories=["never heard of"], two_groups=True)

    assert (offer.new, offer.out_of_scope) == ([], [])
    assert set(offer.deployed_out_of_scope) == set(all_of(world))


def test_a_filter_of_no_categories_is_no_filter(world: World) -> None:
    assert new_ids(ask(world, categories=[])) == new_ids(ask(world))


def test_declined_updates_bring_nothing_into_a_scan(world: World) -> None:
    world.decline("update")

    offer = ask(world, all_of(world), categories=["product"], two_groups=True)

    assert ids(world, "detectoid", "member's detectoid") <= set(offer.deployed_out_of_scope)


def test_drivers_are_asked_for_after_full_scans_only(world: World) -> None:
    """FACTS §3.8, as a real server answers."""
    assert not ask(world).driver_sync_not_needed
    assert ask(world, categories=["product"]).driver_sync_not_needed


def test_the_snapshot_tells_what_a_category_is(world: World) -> None:
    world.add("of no type", UpdateKind.CATEGORY)
    snapshot = world.snapshot()

    assert snapshot.category_type(guid("product")) == CategoryType.PRODUCT
    assert snapshot.category_type(guid("of no type")) == ""
    assert snapshot.category_type(guid("detectoid")) is None
    assert snapshot.category_type(guid("update")) is None
    assert snapshot.category_type(guid("never heard of")) is None
    assert snapshot.category_type("no guid at all") is None
