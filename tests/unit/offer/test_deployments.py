"""What a computer is to do with each revision (FACTS §3.7)."""

from datetime import date

import pytest
from tests.unit.offer.asking import ask, the
from tests.unit.offer.world import FIRST_DEPLOYMENT_ID, World

from headgate.approvals.decisions import Action
from headgate.fleet.groups import ALL_COMPUTERS
from headgate.offer.questions import OfferedAction as Offered

KIOSKS = "11111111-0000-0000-0000-000000000000"
STORES = "22222222-0000-0000-0000-000000000000"


def test_categories_and_detectoids_are_evaluated() -> None:
    world = World()
    category = world.category("category")
    detectoid = world.detectoid("detectoid")

    offer = ask(world)

    assert the(offer, category).action is Offered.EVALUATE
    assert the(offer, detectoid).action is Offered.EVALUATE


def test_an_approved_category_is_still_evaluated() -> None:
    world = World()
    category = world.category("category")
    world.approve("category")

    assert the(ask(world), category).action is Offered.EVALUATE


def test_the_unapproved_are_checked_and_reported_but_not_installed() -> None:
    world = World()
    update = world.add("update")
    bundle = world.add("bundle", bundles=[world.add("member")])

    offer = ask(world)

    assert the(offer, update).action is Offered.PRE_DEPLOYMENT_CHECK
    assert the(offer, bundle).action is Offered.PRE_DEPLOYMENT_CHECK


def test_an_approved_bundle_is_installed_and_its_members_are_bundled() -> None:
    world = World()
    inner = world.add("inner")
    middle = world.add("middle", bundles=["inner"])
    outer = world.add("outer", bundles=["middle"])
    world.approve("outer")
    world.approve("inner")

    offer = ask(world)

    assert the(offer, outer).action is Offered.INSTALL
    assert the(offer, middle).action is Offered.BUNDLE
    assert the(offer, inner).action is Offered.BUNDLE


def test_no_install_before_every_file_is_here() -> None:
    world = World()
    update = world.add("update")
    world.approve("update", files_ready=False)

    assert the(ask(world), update).action is Offered.PRE_DEPLOYMENT_CHECK


def test_files_that_are_left_to_microsoft_hold_nothing_up() -> None:
    world = World()
    update = world.add("update")
    world.approve("update", files_ready=False)

    offer = ask(world.overlay(files_are_kept=False))

    assert the(offer, update).action is Offered.INSTALL


@pytest.mark.parametrize("files_are_kept", [True, False])
def test_no_install_before_a_new_licence_is_accepted(files_are_kept: bool) -> None:
    world = World()
    update = world.add("update")
    world.approve("update", licences_accepted=False)

    offer = ask(world.overlay(files_are_kept=files_are_kept))

    assert the(offer, update).action is Offered.PRE_DEPLOYMENT_CHECK


def test_removal_waits_for_no_files() -> None:
    world = World()
    update = world.add("update")
    world.approve("update", Action.UNINSTALL, files_ready=False)

    assert the(ask(world), update).action is Offered.UNINSTALL


def test_a_withdrawn_approval_installs_nothing() -> None:
    world = World()
    update = world.add("update")
    world.approve("update")
    world.withdraw("update")

    assert the(ask(world), update).action is Offered.PRE_DEPLOYMENT_CHECK


def test_an_approval_counts_for_every_live_revision() -> None:
    world = World()
    world.add("update")
    world.approve("update")
    revised = world.add("update")

    assert the(ask(world), revised).action is Offered.INSTALL


def test_an_undecided_revision_is_deployed_by_its_own_number_since_it_arrived() -> None:
    world = World()
    world.add("first")
    update = world.add("update")

    offered = the(ask(world), update)

    assert offered.deployment_id == update
    assert offered.changed_on == date(2024, 10, 7)  # 20,003 days after 1970-01-01


def test_a_decision_gives_its_number_and_its_date() -> None:
    world = World()
    update = world.add("update")
    approval = world.approve("update")

    offered = the(ask(world), update)

    assert offered.deployment_id == FIRST_DEPLOYMENT_ID
    assert offered.changed_on == approval.decided_at.date()


def test_decisions_for_other_groups_do_not_count() -> None:
    world = World()
    update = world.add("update")
    world.approve("update", group=KIOSKS)

    elsewhere = ask(world.overlay([STORES, ALL_COMPUTERS]))

    assert the(elsewhere, update).action is Offered.PRE_DEPLOYMENT_CHECK
    assert the(elsewhere, update).deployment_id == update


@pytest.mark.parametrize("nearest_is_first", [True, False])
def test_the_nearest_group_with_an_approval_decides(nearest_is_first: bool) -> None:
    world = World()
    update = world.add("update")
    decide = [
        lambda: world.approve("update", Action.UNINSTALL, group=KIOSKS),
        lambda: world.approve("update", Action.INSTALL),
    ]
    for each in decide if nearest_is_first else reversed(decide):
        each()

    offered = the(ask(world.overlay([KIOSKS, ALL_COMPUTERS])), update)

    assert offered.action is Offered.UNINSTALL


def test_an_approval_flows_down_where_the_nearer_one_was_withdrawn() -> None:
    world = World()
    update = world.add("update")
    world.approve("update")
    world.withdraw("update", group=KIOSKS)

    offered = the(ask(world.overlay([KIOSKS, ALL_COMPUTERS])), update)

    assert offered.action is Offered.INSTALL


def test_leaves_are_what_no_prerequisite_names() -> None:
    """FACTS §13.2: bundles have no part in it, and detectoids are no exception."""
    world = World()
    named = world.detectoid("named")
    unnamed = world.detectoid("unnamed")
    member = world.add("member")
    bundle = world.add("bundle", bundles=["member"])
    world.add("update", needs=["named"])

    offer = ask(world)

    assert not the(offer, named).is_leaf
    assert the(offer, unnamed).is_leaf
    assert the(offer, member).is_leaf
    assert the(offer, bundle).is_leaf
