"""Whatever may happen to a catalogue, drawn at random."""

from dataclasses import dataclass

from hypothesis import strategies as st
from tests.unit.offer.world import World

from headgate.approvals.decisions import Action
from headgate.catalogue.revisions import CategoryType, UpdateKind

#: Prerequisites go to the left and bundles to the right, so nothing ever runs in a circle: in a
#: circle a computer that has both keeps both, and one that starts afresh gets neither.
NAMES = [
    *(f"category {n}" for n in range(3)),
    *(f"detectoid {n}" for n in range(3)),
    *(f"update {n}" for n in range(8)),
]


@dataclass(frozen=True)
class Revise:
    """A first or a further revision of an update."""

    name: str
    needs: tuple[tuple[str, ...], ...]
    bundles: tuple[str, ...]
    core_size: int
    explicitly_deployable: bool


@dataclass(frozen=True)
class Decide:
    name: str
    decision: str
    files_ready: bool


Event = Revise | Decide


@st.composite
def _revise(draw: st.DrawFn, place: int) -> Revise:
    earlier = NAMES[:place] or ["of another world"]
    clause = st.lists(st.sampled_from(earlier), min_size=1, max_size=2, unique=True).map(tuple)
    later = [name for name in NAMES[place + 1 :] if name.startswith("update")]
    may_bundle = NAMES[place].startswith("update") and later
    bundled = (
        st.lists(st.sampled_from(later), max_size=2, unique=True) if may_bundle else st.just([])
    )
    return Revise(
        name=NAMES[place],
        needs=tuple(draw(st.lists(clause, max_size=3))) if place else (),
        bundles=tuple(draw(bundled)),
        core_size=draw(st.sampled_from([10, 400, 90_000])),
        explicitly_deployable=draw(st.booleans()),
    )


_DECISIONS = ["install", "uninstall", "withdraw", "decline", "undecline"]

events = st.one_of(
    st.integers(0, len(NAMES) - 1).flatmap(_revise),
    st.builds(Decide, st.sampled_from(NAMES), st.sampled_from(_DECISIONS), st.booleans()),
)


#: A first revision of each update; members before their bundles.
beginnings = st.tuples(*(_revise(place) for place in reversed(range(len(NAMES))))).map(list)


def happen(world: World, event: Event) -> None:
    """Let it happen; decisions about what is not there are passed over."""
    here = {made.name for made in world.revisions}
    if isinstance(event, Revise):
        _revised(world, event, here)
    elif event.name in here:
        if event.decision == "decline":
            world.decline(event.name)
        elif event.decision == "undecline":
            world.undecline(event.name)
        elif event.decision == "withdraw":
            world.withdraw(event.name)
        else:
            world.approve(event.name, Action(event.decision), files_ready=event.files_ready)


def _revised(world: World, event: Revise, here: set[str]) -> None:
    kind, _, _ = event.name.partition(" ")
    kinds = {"category": UpdateKind.CATEGORY, "detectoid": UpdateKind.DETECTOID}
    world.add(
        event.name,
        kinds.get(kind, UpdateKind.SOFTWARE),
        needs=event.needs,
        bundles=[name for name in event.bundles if name in here],
        core_size=event.core_size,
        explicitly_deployable=event.explicitly_deployable,
        category_type=CategoryType.PRODUCT if kind == "category" else None,
    )
