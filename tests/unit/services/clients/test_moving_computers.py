"""A foreign or old cookie leads to the right offer, and nothing both sides know is wiped.

Whatever the catalogues: the computer that went the way the protocol says ends with the cache of one
that starts afresh; what it could keep was neither taken from it on the way nor sent again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import Enum, auto
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import databases
from tests.client_door import ClientDoor
from tests.unit.offer import reference
from tests.unit.offer.events import NAMES, Event, beginnings, events, happen
from tests.unit.offer.world import World
from tests.unit.services.clients.moving import Computer, Known, Server

from headgate.offer.questions import OfferedAction
from headgate.services.clients.handshake import GROUPS
from headgate.services.clients.refusals import Refusal


class From(Enum):
    """Where the computer was before."""

    ANOTHER_HEADGATE = auto()
    WSUS = auto()
    LOST_TIME = auto()  #: here, before somebody put an older copy of the database in its place
    AN_EARLIER_MOMENT = auto()  #: here


#: What its first call is refused with.
REFUSAL = {
    From.ANOTHER_HEADGATE: Refusal.SERVER_CHANGED,
    From.WSUS: Refusal.INVALID_COOKIE,
    From.LOST_TIME: Refusal.SERVER_CHANGED,
}


@pytest.fixture(scope="module")
def door(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClientDoor]:
    """One for many examples; it knows the computer."""
    folder = tmp_path_factory.mktemp("moving")
    with databases.opened(databases.sqlite_copy(sqlite_template, folder)) as engine:
        door = ClientDoor(engine, folder / "secret.key")
        door.register()
        yield door
        door.close()


def after(*times: list[Event]) -> World:
    """A world in which all that has happened; its counters know the one time from the other."""
    world = World()
    for happened in times:
        for event in happened:
            happen(world, event)
        world.settle()
    return world


def arrival(origin: From, before: World, beginning: list[Event], here: list[Event]) -> World:
    """What is here when the computer comes."""
    if origin is From.LOST_TIME:
        return after(beginning)
    if origin is not From.AN_EARLIER_MOMENT:
        return after(beginning, here)
    for event in here:
        happen(before, event)
    return before


def leave(computer: Computer, origin: From, shift: int) -> None:
    """Give what it has the numbers and the cookie of where it was."""
    if origin is From.WSUS:
        computer.cookie = replace(computer.cookie, data=b"cookie of a real WSUS" * 20)
    if origin in (From.WSUS, From.ANOTHER_HEADGATE):
        computer.cache = {number + shift: one for number, one in computer.cache.items()}


def known_to(world: World, had: Mapping[int, Known]) -> set[int]:
    """What RefreshCache has to answer: in scope, and no part of a bundle that is (FACTS §4)."""
    identities = {(one.name, one.number) for one in had.values()}
    return {
        number
        for number in reference.in_scope(world, GROUPS)
        if (world.by_id(number).name, world.by_id(number).revision_number) in identities
        and reference.action(world, number, GROUPS) is not OfferedAction.BUNDLE
    }


def staying(world: World, cache: Mapping[int, Known], installed: frozenset[str]) -> set[int]:
    """Cached revisions that are needed at every step of what follows.

    They are in scope, and what unlocks them is cached and stays as well. (What only a member of a
    bundle unlocks does not: RefreshCache leaves the member out, so it has to come again first.)
    """
    held = cache.keys() & reference.in_scope(world, GROUPS)
    while True:
        unlocking = {
            cache[i].name for i in held if not cache[i].told.is_leaf and cache[i].name in installed
        }
        still = {i for i in held if all(c & unlocking for c in world.by_id(i).prerequisites)}
        if still == held:
            return held
        held = still


@settings(max_examples=75, deadline=None)
@given(
    origin=st.sampled_from(From),
    beginning=beginnings,
    there=st.lists(events, min_size=1, max_size=12),
    here=st.lists(events, max_size=12),
    shift=st.sampled_from([0, 1, 3, -6, 1000]),  # in steps of 3 they mean something else here
    installed=st.frozensets(st.sampled_from(NAMES)),
    calls=st.sampled_from([1, 3, 199]),
    cookie_expired=st.booleans(),
    reconfigured=st.booleans(),
)
def test_a_foreign_or_old_cookie_leads_to_the_right_offer_and_nothing_is_wiped(
    door: ClientDoor,
    origin: From,
    beginning: list[Event],
    there: list[Event],
    here: list[Event],
    shift: int,
    installed: frozenset[str],
    calls: int,
    cookie_expired: bool,
    reconfigured: bool,
) -> None:
    before = after(beginning, there)
    computer = Computer(installed)
    identity = "elsewhere" if origin is From.ANOTHER_HEADGATE else "here"
    computer.scan(Server(door, before, identity), calls)
    leave(computer, origin, shift)
    had = dict(computer.cache)
    if cookie_expired:
        door.clock.turn(minutes=61)
    world = arrival(origin, before, beginning, here)
    last_change = f"2026-11-{21 if reconfigured else 20}T12:00:00.000Z"
    server = Server(door, world, last_change=last_change)

    heard = computer.settle(server)

    if origin is From.AN_EARLIER_MOMENT:
        assert computer.refused == ([Refusal.CONFIG_CHANGED] if reconfigured else [])
        assert computer.refreshed is None
    else:
        assert computer.refused == [REFUSAL[origin]]
        assert computer.refreshed.keys() == known_to(world, had)
    fresh = Computer(installed)
    fresh.settle(server)
    assert computer.cache == fresh.cache

    kept = staying(world, had if computer.refreshed is None else computer.refreshed, installed)
    assert kept <= computer.cache.keys()
    assert not any(kept & set(offer.out_of_scope) for offer in heard)
    assert not any(kept & {told.revision_id for told in offer.new} for offer in heard)
