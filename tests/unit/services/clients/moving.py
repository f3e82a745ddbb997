"""A server over a small catalogue, and a computer that may come to it from another one.

From the cookie on the server is the real one, handshake and scans; only its catalogue is a
``World``, and Cores have no text. The computer does about each ErrorCode what FACTS §1.6 says, and
follows answers as FACTS §3.3 says.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace

from tests.client_door import A_CLIENT, DESK, ClientDoor
from tests.unit.offer.world import World, guid

from headgate.offer.questions import Limits, Offer, OfferedUpdate
from headgate.services.clients.cookies import SealedCookie
from headgate.services.clients.handshake import ClientHandshake
from headgate.services.clients.refusals import ComputerRefused, Refusal
from headgate.services.clients.scan import ClientScan, ScanCall
from headgate.services.clients.standing import ClientStanding, Standing
from headgate.services.second_old import SecondOld

SMALL_PAGES = Limits(updates=3, core_bytes=100_000)


class _Standing(ClientStanding):
    """How far a world has come, looked up each time."""

    def __init__(self, world: World, identity: str, last_change: str) -> None:
        def present() -> Standing:
            return Standing(
                server_id=identity,
                last_change=last_change,
                catalogue_version=world.version,
                counter=world.counter,
            )

        SecondOld.__init__(self, present, itertools.count(step=2).__next__)


class Server:
    """A server as it stands now: what happens to its world later, another one tells."""

    def __init__(
        self,
        door: ClientDoor,
        world: World,
        identity: str = "here",
        last_change: str = "2026-11-20T12:00:00.000Z",
    ) -> None:
        self.door, self.world = door, world
        overlay = world.overlay()
        self.handshake = ClientHandshake(
            engine=door.engine,
            cookies=door.cookies,
            standing=_Standing(world, identity, last_change),
            contacts=door.contacts,
            now=door.clock,
            monotonic=door.clock.monotonic,
        )
        self.scan = ClientScan(
            admit=self.handshake.admit,
            overlay=lambda _groups: overlay,
            texts=SimpleNamespace(texts=lambda ids: dict.fromkeys(ids, b"")),
            seal=self.handshake.sealed,
            contacts=door.contacts,
            now=door.clock,
            most_installed=lambda: 400,
            limits=SMALL_PAGES,
        )


@dataclass(frozen=True)
class Known:
    """A revision in a computer's cache."""

    name: str
    number: int
    told: OfferedUpdate


@dataclass
class Computer:
    """An agent: what it evaluates as installed is given by name, everything else it was told."""

    installed: frozenset[str]
    cache: dict[int, Known] = field(default_factory=dict)
    cookie: SealedCookie | None = None
    last_change: str = ""
    refused: list[Refusal] = field(default_factory=list)
    refreshed: Mapping[int, Known] | None = None  #: what RefreshCache left it; None: not asked

    def settle(self, server: Server) -> list[Offer]:
        """Scan until nothing changes any more, and return all answers."""
        heard: list[Offer] = []
        for _ in range(30):
            before = dict(self.cache)
            heard += self.scan(server)
            if self.cache == before:
                return heard
        raise AssertionError("scans never come to rest")

    def scan(self, server: Server, calls: int = 200) -> list[Offer]:
        """One scan, given up after ``calls``."""
        heard = []
        for _ in range(calls):
            heard.append(self._ask(server))
            if not self._goes_on_after(heard[-1], server.world):
                return heard
        assert calls < 200, "the agent gives up near 200 calls: 0x80244010"
        return heard

    def _ask(self, server: Server) -> Offer:
        for _ in range(4):
            try:
                self._begin(server)
                answer = server.scan.sync(self.cookie.data, DESK, self._question())
            except ComputerRefused as refused:
                self.refused.append(refused.code)
                self._react(server, refused.code)
            else:
                self.cookie = answer.cookie
                return answer.offer
        raise AssertionError(f"it is refused again and again: {self.refused}")

    def _begin(self, server: Server) -> None:
        if self.cookie is None:
            self._configure(server)
        elif self.cookie.expiration > server.door.clock():
            return
        self._renew(server)

    def _react(self, server: Server, code: Refusal) -> None:
        match code:
            case Refusal.SERVER_CHANGED | Refusal.INVALID_COOKIE:
                self.cookie = None
                self._configure(server)
                self._renew(server)
                self._refresh(server)
            case Refusal.CONFIG_CHANGED:
                self._configure(server)
                self._renew(server)
            case _:
                raise AssertionError(f"nothing explains {code}")

    def _configure(self, server: Server) -> None:
        self.last_change = server.handshake.config().last_change

    def _renew(self, server: Server) -> None:
        ticket = server.handshake.authorize(A_CLIENT, "pc7.example.com", None, DESK)
        old = self.cookie.data if self.cookie else None
        self.cookie = server.handshake.cookie([ticket], old, self.last_change, "2.90", DESK)

    def _refresh(self, server: Server) -> None:
        had = list(self.cache.values())
        asked = [(guid(one.name), one.number) for one in had]
        answer = server.scan.refresh(self.cookie.data, DESK, asked)
        self.cache = {
            told.revision_id: replace(had[place], told=told) for place, told in answer.refreshed
        }
        self.refreshed = dict(self.cache)

    def _question(self) -> ScanCall:
        installed = {
            number
            for number, one in self.cache.items()
            if not one.told.is_leaf and one.name in self.installed
        }
        return ScanCall(installed=sorted(installed), others=sorted(set(self.cache) - installed))

    def _goes_on_after(self, offer: Offer, world: World) -> bool:
        """Take an answer in; return whether the agent calls again."""
        for revision_id in offer.out_of_scope:
            self.cache.pop(revision_id, None)
        for told in (*offer.new, *offer.changed):
            made = world.by_id(told.revision_id)
            self.cache[told.revision_id] = Known(made.name, made.revision_number, told)
        return offer.truncated or any(not told.is_leaf for told in offer.new)
