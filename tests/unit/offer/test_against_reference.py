"""The fast answer is the plain one, whatever the catalogue and whatever was asked."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.offer import reference
from tests.unit.offer.asking import ask, changed_ids, new_ids
from tests.unit.offer.events import NAMES, Event, beginnings, events, happen
from tests.unit.offer.world import FIRST_REVISION_ID, World

from headgate.fleet.groups import ALL_COMPUTERS
from headgate.offer.questions import Limits

given_out = st.integers(0, 30).map(lambda number: FIRST_REVISION_ID + 3 * number)
ids = st.one_of(given_out, given_out, given_out, st.integers(-(2**31), 2**31))
histories = st.builds(list.__add__, beginnings, st.lists(events, min_size=10, max_size=25))
categories = st.none() | st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)


def made(happened: list[Event]) -> World:
    world = World()
    for event in happened:
        happen(world, event)
    return world


@settings(deadline=None)
@given(
    happened=histories,
    installed=st.lists(ids, max_size=25),
    others=st.lists(ids, max_size=25),
    wanted=categories,
    two_groups=st.booleans(),
    anchor=st.integers(0, 40),
)
def test_the_parts_of_an_answer(
    happened: list[Event],
    installed: list[int],
    others: list[int],
    wanted: list[str] | None,
    two_groups: bool,
    anchor: int,
) -> None:
    world = made(happened)

    offer = ask(world, installed, others, categories=wanted, two_groups=two_groups, anchor=anchor)

    plain = reference.expected(
        world,
        installed,
        others,
        categories=wanted,
        two_groups=two_groups,
        anchor=anchor,
        groups=[ALL_COMPUTERS],
    )
    assert set(new_ids(offer)) == plain.new
    assert changed_ids(offer) == plain.changed
    assert set(offer.out_of_scope) == plain.out_of_scope
    assert set(offer.deployed_out_of_scope) == plain.deployed_out_of_scope


@settings(deadline=None)
@given(happened=histories, installed=st.lists(ids, max_size=25))
def test_what_is_said_of_each_update(happened: list[Event], installed: list[int]) -> None:
    world = made(happened)

    offer = ask(world, installed, anchor=0)

    for offered in (*offer.new, *offer.changed):
        revision = world.by_id(offered.revision_id)
        approval = world.approvals.get((ALL_COMPUTERS, revision.name))
        expected_action = reference.action(world, offered.revision_id, [ALL_COMPUTERS])
        assert offered.action is expected_action
        assert offered.is_leaf is world.live[offered.revision_id][0]
        expected_id = approval.deployment_id if approval else offered.revision_id
        assert offered.deployment_id == expected_id


@settings(deadline=None)
@given(
    happened=histories,
    installed=st.lists(ids, max_size=25),
    limits=st.builds(
        Limits, updates=st.integers(1, 6), core_bytes=st.sampled_from([1, 500, 100_000])
    ),
)
def test_pages_are_full_ordered_and_come_to_an_end(
    happened: list[Event], installed: list[int], limits: Limits
) -> None:
    world = made(happened)
    overlay = world.overlay()
    whole = new_ids(ask(overlay, installed))

    told: list[int] = []
    while True:
        page = ask(overlay, installed, told, limits=limits)
        told += new_ids(page)
        sizes = [world.by_id(i).core_size for i in new_ids(page)]
        assert len(sizes) <= limits.updates
        assert sum(sizes[:-1]) <= limits.core_bytes, "it ends when its Core passes the limit"
        if not page.truncated:
            break
        assert page.new, "a truncated page without updates would go on forever"

    assert told == whole
    places = {revision_id: place for place, revision_id in enumerate(told)}
    for revision_id, place in places.items():
        for member in world.by_id(revision_id).members:
            assert places.get(member, place) >= place, "bundles come before their members"
