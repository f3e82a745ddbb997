"""A computer that follows the changes ends with the cache of one that starts afresh.

Between its scans the catalogue and the decisions change at random; scans are cut off, answers are
lost, categories are scanned in between, and another process that is behind answers some calls.
"""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.offer.asking import ask
from tests.unit.offer.events import NAMES, Event, beginnings, events, happen
from tests.unit.offer.world import World

from headgate.offer.overlay import Overlay
from headgate.offer.questions import Limits, Offer, OfferedUpdate

SMALL_PAGES = Limits(updates=3, core_bytes=100_000)


@dataclass
class Computer:
    """An agent: what it evaluates as installed is given by name, everything else it was told."""

    world: World
    installed: frozenset[str]
    cache: dict[int, OfferedUpdate] = field(default_factory=dict)
    anchor: int = 0

    def call(self, overlay: Overlay, categories: list[str] | None) -> Offer:
        installed = {
            i
            for i, told in self.cache.items()
            if not told.is_leaf and self.world.by_id(i).name in self.installed
        }
        return ask(
            overlay,
            sorted(installed),
            sorted(set(self.cache) - installed),
            categories=categories,
            two_groups=categories is not None,
            anchor=self.anchor,
            limits=SMALL_PAGES,
        )

    def hear(self, offer: Offer) -> bool:
        """Take an answer in; return whether the agent calls again (FACTS §3.3)."""
        for revision_id in offer.out_of_scope:
            self.cache.pop(revision_id, None)
        told = (*offer.new, *offer.changed)
        self.cache |= {update.revision_id: update for update in told}
        if offer.anchor is not None:
            self.anchor = offer.anchor
        return offer.truncated or any(not update.is_leaf for update in told)

    def scan(self, overlay: Overlay, categories: list[str] | None = None, calls: int = 200) -> None:
        """One scan, given up after ``calls``."""
        for _ in range(calls):
            if not self.hear(self.call(overlay, categories)):
                return
        assert calls < 200, "the agent gives up near 200 calls: 0x80244010"

    def settle(self, overlay: Overlay) -> None:
        """Scan until nothing changes any more."""
        for _ in range(2 * len(NAMES)):
            before = dict(self.cache)
            self.scan(overlay)
            if self.cache == before:
                return
        raise AssertionError("scans never come to rest")


@dataclass(frozen=True)
class Scan:
    """Something the computer does in between."""

    categories: list[str] | None
    calls: int
    behind: int  #: how many pictures ago the one who answers looked
    last_answer_is_lost: bool


scans = st.builds(
    Scan,
    categories=st.none() | st.lists(st.sampled_from(NAMES[:3]), min_size=1, max_size=2),
    calls=st.sampled_from([1, 2, 3, 199]),
    behind=st.integers(0, 2),
    last_answer_is_lost=st.booleans(),
)


@settings(max_examples=100, deadline=None)
@given(
    beginning=beginnings,
    steps=st.lists(st.one_of(events, events, scans), min_size=12, max_size=40),
    installed=st.frozensets(st.sampled_from(NAMES)),
)
def test_following_and_starting_afresh_end_alike(
    beginning: list[Event], steps: list[Event | Scan], installed: frozenset[str]
) -> None:
    world = World()
    for event in beginning:
        happen(world, event)
    follower = Computer(world, installed)
    pictures = [world.overlay()]
    for step in steps:
        if isinstance(step, Scan):
            pictures.append(world.overlay())
            overlay = pictures[-1 - min(step.behind, len(pictures) - 1)]
            follower.scan(overlay, step.categories, step.calls)
            if step.last_answer_is_lost:
                follower.call(overlay, step.categories)
        else:
            happen(world, step)

    follower.settle(world.overlay())
    fresh = Computer(world, installed)
    fresh.settle(world.overlay())
    assert follower.cache == fresh.cache


@settings(max_examples=50, deadline=None)
@given(
    before=beginnings,
    after=st.lists(events, min_size=1, max_size=15),
    installed=st.frozensets(st.sampled_from(NAMES)),
)
def test_a_computer_that_knows_all_hears_nothing_and_then_only_what_changed(
    before: list[Event], after: list[Event], installed: frozenset[str]
) -> None:
    world = World()
    for event in before:
        happen(world, event)
    computer = Computer(world, installed)
    computer.settle(world.overlay())

    quiet = computer.call(world.overlay(), None)
    assert not (quiet.new or quiet.changed or quiet.out_of_scope or quiet.truncated)

    seen = computer.anchor
    for event in after:
        happen(world, event)
    decided = {name for (_, name), a in world.approvals.items() if a.since > seen}
    decided |= {name for name, d in world.declines.items() if d.since > seen}
    # What is decided about a bundle reaches what it bundles.
    bundles = [made.revision_id for made in world.revisions if made.name in decided]
    decided |= {world.by_id(part).name for part in world.parts(bundles)}
    for update in computer.call(world.overlay(), None).changed:
        stamped = world.live[update.revision_id][2] > seen
        assert stamped or world.by_id(update.revision_id).name in decided
