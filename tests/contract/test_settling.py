"""What is live, leaf and member: worked out by the rules, and stamped only where it changed."""

from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, delete, select

from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import PrerequisiteClause, PublicationState, Revision
from headgate.services.catalogue import settling
from headgate.storage import effective, runs, transactions
from headgate.storage.catalogue_version import catalogue_version
from headgate.storage.tables import catalogue as t
from headgate.storage.tables.offering import live_revisions
from tests.cast import NOON, a_guid, a_revision
from tests.catalogue_rows import store


@dataclass(frozen=True)
class Standing:
    """How one revision stands."""

    leaf: bool = True
    member: bool = False


LEAF, MEMBER = Standing(), Standing(member=True)
Names = dict[str, Standing]


class World:
    """Revisions named by a letter for the update and a number: ``a1``; letters sort as GUIDs do."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._guids = {letter: a_guid() for letter in "abcdefgh"}

    def identity(self, name: str) -> RevisionIdentity:
        return RevisionIdentity(self._guids[name[0]], int(name[1:]))

    def bring(self, *written: str) -> None:
        """Store revisions and settle. ``b1>a1|a2,c3`` bundles; ``b1~a,c`` has prerequisites."""
        store(self.engine, *map(self._revision, written))
        self.settle()

    def settle(self) -> None:
        with transactions.write(self.engine) as conn:
            settling.catalogue_changed(conn)

    def live(self) -> Names:
        names = {guid: letter for letter, guid in self._guids.items()}
        wanted = select(
            t.revisions.c.update_id,
            t.revisions.c.revision_number,
            live_revisions.c.is_leaf,
            live_revisions.c.is_member,
        ).join(live_revisions, live_revisions.c.revision_id == t.revisions.c.revision_id)
        with transactions.read(self.engine) as conn:
            return {
                f"{names[update_id]}{number}": Standing(leaf, member)
                for update_id, number, leaf, member in conn.execute(wanted)
            }

    def since(self, name: str) -> int:
        identity = self.identity(name)
        with transactions.read(self.engine) as conn:
            wanted = (
                select(live_revisions.c.since)
                .join(t.revisions, t.revisions.c.revision_id == live_revisions.c.revision_id)
                .where(
                    t.revisions.c.update_id == identity.update_id,
                    t.revisions.c.revision_number == identity.revision_number,
                )
            )
            return int(conn.execute(wanted).scalar_one())

    def counter(self) -> int:
        with transactions.read(self.engine) as conn:
            return effective.counter(conn)

    def version(self) -> int:
        with transactions.read(self.engine) as conn:
            return catalogue_version(conn)

    def _revision(self, written: str) -> Revision:
        name, _, prerequisites = written.partition("~")
        name, _, bundled = name.partition(">")
        return a_revision(
            self.identity(name),
            bundled=tuple(
                tuple(map(self.identity, clause.split("|")))
                for clause in filter(None, bundled.split(","))
            ),
            prerequisites=tuple(
                PrerequisiteClause(any_of=tuple(self._guids[each] for each in clause.split("|")))
                for clause in filter(None, prerequisites.split(","))
            ),
        )


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine)


SITUATIONS: dict[str, tuple[list[str], Names]] = {
    "the highest revision, whatever came last": (["a2", "a1"], {"a2": LEAF}),
    "of a member the revision its bundle names": (
        ["a1", "a2", "b1>a1"],
        {"a1": MEMBER, "b1": LEAF},
    ),
    "a member newer than the one named waits for a newer bundle": (
        ["b1>a1", "a1", "a7"],
        {"a1": MEMBER, "b1": LEAF},
    ),
    "two bundles that name two revisions keep both": (
        ["a1", "a2", "a3", "b1>a1", "c1>a2"],
        {"a1": MEMBER, "a2": MEMBER, "b1": LEAF, "c1": LEAF},
    ),
    "one clause that names two revisions keeps both": (
        ["a1", "a2", "a3", "b1>a1|a2"],
        {"a1": MEMBER, "a2": MEMBER, "b1": LEAF},
    ),
    "a bundle that was replaced names nothing": (
        ["a1", "a2", "b1>a1", "b2>a2"],
        {"a2": MEMBER, "b2": LEAF},
    ),
    "a bundle that bundles no more lets its member go": (
        ["a1", "a2", "b1>a1", "b2"],
        {"a2": LEAF, "b2": LEAF},
    ),
    "bundles in bundles, named first and last": (
        ["h1>g1", "g1>a1", "g2>a2", "a1", "a2", "a3"],
        {"h1": LEAF, "g1": MEMBER, "a1": MEMBER},
    ),
    "a nested bundle that is no longer live names nothing": (
        ["c1>b2", "b1>a1", "b2>a2", "a1", "a2", "a3"],
        {"c1": LEAF, "b2": MEMBER, "a2": MEMBER},
    ),
    "a bundle whose member never arrived": (["a2", "b1>a1"], {"a2": LEAF, "b1": LEAF}),
    "a bundle one of whose two revisions arrived": (
        ["a1", "a3", "b1>a1|a2"],
        {"a1": MEMBER, "b1": LEAF},
    ),
    "a bundle of itself is none": (["a1", "a2>a1"], {"a2": LEAF}),
    "a circle is cut at the id that comes first": (
        ["a1>b1", "b1>a1", "a2>b1", "b2"],
        {"a2": LEAF, "b1": MEMBER},
    ),
    "so is a circle that a bundle enters elsewhere": (
        ["c1>b1", "a1>b1", "a2>b1", "b1>a1", "b2>a1"],
        {"c1": LEAF, "b1": MEMBER, "a2": LEAF},
    ),
    "a named prerequisite is no leaf, in any revision": (
        ["a1", "b1~a", "c1", "d1~b|c"],
        {
            "a1": Standing(leaf=False),
            "b1": Standing(leaf=False),
            "c1": Standing(leaf=False),
            "d1": LEAF,
        },
    ),
    "old revisions name prerequisites too": (
        ["a1", "b1~a", "b2"],
        {"a1": Standing(leaf=False), "b2": LEAF},
    ),
    "a member may be a prerequisite": (
        ["a1", "b1>a1", "c1~a"],
        {"a1": Standing(leaf=False, member=True), "b1": LEAF, "c1": LEAF},
    ),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_what_is_live(world: World, situation: str) -> None:
    arriving, expected = SITUATIONS[situation]
    world.bring(*arriving)

    assert world.live() == expected


@pytest.mark.parametrize("situation", SITUATIONS)
def test_it_does_not_matter_what_came_when(world: World, situation: str) -> None:
    arriving, expected = SITUATIONS[situation]
    for one in reversed(arriving):
        world.bring(one)

    assert world.live() == expected


def test_an_expired_revision_is_live_like_any_other(engine: Engine) -> None:
    identity = RevisionIdentity(a_guid(), 200)
    store(
        engine,
        a_revision(RevisionIdentity(identity.update_id, 100)),
        a_revision(identity, state=PublicationState.EXPIRED),
    )
    with transactions.write(engine) as conn:
        settling.catalogue_changed(conn)
    with transactions.read(engine) as conn:
        numbers = conn.execute(
            select(t.revisions.c.revision_number).join(
                live_revisions, live_revisions.c.revision_id == t.revisions.c.revision_id
            )
        ).scalars()
        assert list(numbers) == [200]


def test_only_what_changed_is_stamped_and_all_of_a_change_alike(world: World) -> None:
    world.bring("a1", "a2", "b1", "c1>a1", "d1")
    first = world.counter()
    world.bring("c2>b1", "e1~d")
    second = world.counter()

    assert world.live() == {
        "a2": LEAF,
        "b1": MEMBER,
        "c2": LEAF,
        "d1": Standing(leaf=False),
        "e1": LEAF,
    }
    assert second == first + 1
    assert {name: world.since(name) for name in world.live()} == dict.fromkeys(
        ("a2", "b1", "c2", "d1", "e1"), second
    )
    world.bring("f1")
    assert world.since("f1") == world.counter() == second + 1
    assert {world.since(name) for name in ("a2", "b1", "c2", "d1", "e1")} == {second}


def test_what_a_bundle_is_made_of_is_stamped_when_it_comes_or_goes(world: World) -> None:
    """Whether a part is offered by itself depends on which of its bundles are left."""
    world.bring("a1", "b1>a1", "c1>b1", "d1")
    first = world.counter()
    world.bring("e1>b1")
    assert {name: world.since(name) for name in ("a1", "b1", "c1", "d1", "e1")} == {
        **dict.fromkeys(("c1", "d1"), first),
        **dict.fromkeys(("a1", "b1", "e1"), first + 1),
    }
    world.bring("e2")
    assert world.live()["b1"] == MEMBER
    assert {name: world.since(name) for name in ("a1", "b1", "c1", "d1", "e2")} == {
        **dict.fromkeys(("c1", "d1"), first),
        **dict.fromkeys(("a1", "b1", "e2"), first + 2),
    }


def test_settling_what_is_settled_takes_no_value_but_the_version_rises(world: World) -> None:
    world.bring("a1", "b1>a1~c", "c1")
    before, version = world.counter(), world.version()
    world.settle()

    assert world.counter() == before
    assert world.version() == version + 1


def test_a_revision_that_only_leaves_has_a_moment_too(world: World) -> None:
    world.bring("a1", "b1")
    before = world.counter()
    with transactions.write(world.engine) as conn:
        conn.execute(delete(live_revisions))
        settling.settle(conn)
    assert world.counter() == before + 1
    with transactions.write(world.engine) as conn:
        conn.execute(
            delete(t.revisions).where(t.revisions.c.update_id == world.identity("b1").update_id)
        )
        settling.catalogue_changed(conn)

    assert world.live() == {"a1": LEAF}


def test_what_an_earlier_schema_stored_is_settled_once(world: World) -> None:
    world.bring("a1", "a2", "b1>a1")
    with transactions.write(world.engine) as conn:
        conn.execute(delete(live_revisions))
    before, version = world.counter(), world.version()
    settling.settle_if_never(world.engine)
    settling.settle_if_never(world.engine)

    assert world.live() == {"a1": MEMBER, "b1": LEAF}
    assert world.since("a1") == world.counter() == before + 1
    assert world.version() == version + 1


def test_a_first_run_under_way_is_left_to_settle_when_it_ends(world: World) -> None:
    with transactions.write(world.engine) as conn:
        runs.begin_run(conn, scope="everything", source="s", started_by="a", at=NOON)
    store(world.engine, a_revision())
    settling.settle_if_never(world.engine)

    assert world.live() == {}
    assert world.version() == 0


def test_an_empty_catalogue_settles_to_nothing(world: World) -> None:
    world.settle()
    settling.settle_if_never(world.engine)

    assert world.live() == {}
    assert world.version() == 1
