"""What a computer must have before it is told of an update (FACTS §3.3)."""

from tests.unit.offer.asking import ask, new_ids
from tests.unit.offer.world import World


def test_roots_are_offered_to_a_computer_that_has_nothing() -> None:
    """FACTS §14: categories and detectoids are handed out, or nothing ever starts."""
    world = World()
    company = world.category("company")
    detectoid = world.detectoid("detectoid")
    world.category("family", needs=["company"])

    assert set(new_ids(ask(world))) == {company, detectoid}


def test_category_clauses_count_like_all_others() -> None:
    """FACTS §13.3: the chain is walked one level per call."""
    world = World()
    company = world.category("company")
    family = world.category("family", needs=["company"])
    product = world.category("product", needs=["family"])

    assert new_ids(ask(world, [])) == [company]
    assert new_ids(ask(world, [company])) == [family]
    assert new_ids(ask(world, [company, family])) == [product]


def test_every_clause_must_be_met() -> None:
    world = World()
    one = world.detectoid("one")
    two = world.detectoid("two")
    update = world.add("update", needs=["one", "two"])

    assert new_ids(ask(world, [one], [two])) == []
    assert new_ids(ask(world, [one, two])) == [update]


def test_one_member_of_a_clause_is_enough() -> None:
    world = World()
    one = world.detectoid("one")
    two = world.detectoid("two")
    update = world.add("update", needs=[["one", "two"]])

    assert new_ids(ask(world, [two], [one])) == [update]


def test_cached_is_not_installed() -> None:
    world = World()
    one = world.detectoid("one")
    world.add("update", needs=["one"])

    assert new_ids(ask(world, [], [one])) == []


def test_an_old_revision_of_a_prerequisite_counts() -> None:
    """A new revision of a category must not empty a computer's cache."""
    world = World()
    old = world.category("company")
    update = world.add("update", needs=["company"])
    new = world.category("company")

    offer = ask(world, [old], [update])

    assert new_ids(offer) == [new]
    assert offer.out_of_scope == [old]


def test_a_prerequisite_that_never_arrived_is_never_met() -> None:
    world = World()
    one = world.detectoid("one")
    world.add("update", needs=["one", "of another world"])
    other = world.add("other", needs=[["one", "of another world"]])

    assert new_ids(ask(world, [one])) == [other]


def test_what_is_no_longer_unlocked_is_out_of_scope() -> None:
    world = World()
    one = world.detectoid("one")
    update = world.add("update", needs=["one"])

    assert ask(world, [], [one, update]).out_of_scope == [update]


def test_members_depend_on_their_own_prerequisites_only() -> None:
    """FACTS §3.3: bundled members are gated by their own."""
    world = World()
    world.detectoid("one")
    member = world.add("member")
    world.add("bundle", bundles=["member"], needs=["one"])

    assert member in new_ids(ask(world, []))


def test_ids_of_declined_prerequisites_still_count_while_they_are_listed() -> None:
    world = World()
    one = world.detectoid("one")
    update = world.add("update", needs=["one"])
    world.decline("one")

    offer = ask(world, [one], [update])

    assert offer.out_of_scope == [one]


def test_leaf_ids_among_the_installed_are_harmless() -> None:
    world = World()
    one = world.detectoid("one")
    leaf = world.add("leaf")
    update = world.add("update", needs=["one"])

    assert new_ids(ask(world, [leaf, one])) == [update]
