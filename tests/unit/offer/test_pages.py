"""Where a page ends, and in which order revisions come."""

from itertools import pairwise

from tests.unit.offer.asking import ask, new_ids
from tests.unit.offer.world import World

from headgate.offer.questions import Limits


def test_a_page_ends_at_the_limit_and_says_that_it_is_not_all() -> None:
    world = World()
    updates = [world.add(f"update {number}") for number in range(450)]

    first = ask(world)
    second = ask(world, [], new_ids(first))
    third = ask(world, [], new_ids(first) + new_ids(second))

    assert [len(page.new) for page in (first, second, third)] == [200, 200, 50]
    assert [page.truncated for page in (first, second, third)] == [True, True, False]
    assert new_ids(first) + new_ids(second) + new_ids(third) == updates


def test_a_full_page_is_not_by_itself_truncated() -> None:
    """flow/000013 of the captures: 30 of 30, and Truncated false."""
    world = World()
    for number in range(200):
        world.add(f"update {number}")

    offer = ask(world)

    assert len(offer.new) == 200
    assert not offer.truncated


def test_a_page_ends_when_its_core_passes_a_mebibyte() -> None:
    world = World()
    sizes = [400_000, 600_000, 48_576, 1, 2]
    updates = [world.add(f"update {size}", core_size=size) for size in sizes]

    first = ask(world)
    assert new_ids(first) == updates[:4]
    assert first.truncated

    second = ask(world, [], new_ids(first))
    assert new_ids(second) == updates[4:]
    assert not second.truncated


def test_no_page_ends_before_the_first_update() -> None:
    """Real cores reach 47 MB; one at a time still gets there."""
    world = World()
    huge = world.add("huge", core_size=47_000_000)
    small = world.add("small")

    first = ask(world)
    assert new_ids(first) == [huge]
    assert first.truncated

    assert new_ids(ask(world, [], [huge])) == [small]


def test_limits_of_nothing_still_bring_one_update() -> None:
    world = World()
    update = world.add("update")
    world.add("another")

    assert new_ids(ask(world, limits=Limits(updates=0, core_bytes=0))) == [update]


def test_nothing_left_is_not_truncated() -> None:
    """FACTS §14: Truncated with nothing new is an endless loop."""
    world = World()
    update = world.add("update")

    offer = ask(world, [], [update])

    assert offer.new == []
    assert not offer.truncated


def test_what_unlocks_more_comes_before_leaves() -> None:
    world = World()
    leaf = world.add("leaf")
    detectoid = world.detectoid("detectoid")
    world.add("update", needs=["detectoid"])

    assert new_ids(ask(world)) == [detectoid, leaf]


def test_prerequisites_come_before_what_names_them() -> None:
    """One of a clause is installed, the other is as new as the update itself."""
    world = World()
    update = world.add("update", needs=[["one", "two"]])
    world.add("further", needs=["update"])
    one = world.detectoid("one")
    two = world.detectoid("two")

    assert new_ids(ask(world, [one])) == [two, update]


def test_bundles_come_before_their_members() -> None:
    world = World()
    inner = world.detectoid("inner")  # no leaf, and older than its bundle
    middle = world.add("middle", bundles=["inner"])
    outer = world.add("outer", bundles=["middle"])
    world.add("update", needs=["inner"])

    assert new_ids(ask(world)) == [outer, middle, inner]


def test_circles_of_prerequisites_end() -> None:
    world = World()
    start = world.detectoid("start")
    a = world.add("a", needs=[["b", "start"]])
    b = world.add("b", needs=[["a", "start"]])
    world.add("self", needs=["self"])

    offer = ask(world, [start])

    assert sorted(new_ids(offer)) == [a, b]
    assert not offer.truncated


def test_a_circle_of_prerequisites_never_moves_a_member_before_its_bundle() -> None:
    world = World()
    start = world.detectoid("start")
    member = world.add("member", needs=[["bundle", "start"]])
    bundle = world.add("bundle", bundles=["member"], needs=[["member", "start"]])

    assert new_ids(ask(world, [start])) == [bundle, member]


def test_the_order_does_not_depend_on_the_page() -> None:
    world = World()
    for number in range(40):
        needs = [["root", f"update {number - 7}"]] if number > 7 else []
        world.add(f"update {number}", needs=needs)
    root = world.detectoid("root")
    overlay = world.overlay()
    whole = new_ids(ask(overlay, [root]))

    told: list[int] = []
    while True:
        page = ask(overlay, [root], told, limits=Limits(updates=3))
        told += new_ids(page)
        if not page.truncated:
            break

    assert told == whole
    places = {revision_id: place for place, revision_id in enumerate(told)}
    chain = [places[world.highest(f"update {number}")] for number in range(3, 38, 7)]
    assert all(earlier < later for earlier, later in pairwise(chain))
