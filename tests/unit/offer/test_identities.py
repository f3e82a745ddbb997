"""New ids for a foreign cache, and what may be asked about."""

from tests.unit.offer.world import World, guid

from headgate.offer.identities import in_scope, refreshed, revision_ids_of
from headgate.offer.questions import OfferedAction


def test_a_foreign_cache_is_given_the_ids_of_what_is_live_here() -> None:
    world = World()
    category = world.category("category")
    world.add("update")
    update = world.add("update")
    world.approve("update")
    overlay = world.overlay()

    answers = refreshed(
        overlay,
        [
            (guid("update"), 100),  # replaced
            (guid("update"), 101),
            (guid("update"), 102),  # unknown here
            (guid("never heard of"), 1),
            ("rubbish", 1),
            (guid("category").upper(), 100),
        ],
    )

    assert [(place, offered.revision_id) for place, offered in answers] == [
        (1, update),
        (5, category),
    ]
    assert [offered.action for _, offered in answers] == [
        OfferedAction.INSTALL,
        OfferedAction.EVALUATE,
    ]


def test_members_and_the_declined_are_left_out_of_the_refresh() -> None:
    """FACTS §4: the missing 916 were exactly those with ``Bundle``."""
    world = World()
    world.add("member")
    world.add("bundle", bundles=["member"])
    world.add("declined")
    world.decline("declined")

    answers = refreshed(world.overlay(), [(guid(n), 100) for n in ("member", "declined", "bundle")])

    assert [place for place, _ in answers] == [2]


def test_a_repeated_pair_is_answered_each_time() -> None:
    world = World()
    world.add("update")

    answers = refreshed(world.overlay(), [(guid("update"), 100)] * 2)

    assert [place for place, _ in answers] == [0, 1]


def test_details_are_given_of_what_is_in_scope() -> None:
    world = World()
    old = world.add("update")
    update = world.add("update")
    member = world.add("member")
    world.add("bundle", bundles=["member"])
    declined = world.add("declined")
    world.decline("declined")

    kept, others = in_scope(world.overlay(), [member, old, update, declined, -4, 2**40, member])

    assert kept == [member, update]
    assert others == [old, declined, -4, 2**40]


def test_identities_lead_to_ids_in_scope() -> None:
    world = World()
    world.add("update")
    update = world.add("update")
    member = world.add("member")
    world.add("bundle", bundles=["member"])

    found = revision_ids_of(
        world.overlay(),
        [(guid("update"), 100), (guid("update"), 101), (guid("member"), 100), ("", 0)],
    )

    assert found == [None, update, member, None]
