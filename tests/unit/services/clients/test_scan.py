"""What a scan adds to what is decided: texts, which may be gone, and anchors."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from tests.cast import NOON
from tests.client_door import A_CLIENT, DESK
from tests.unit.offer.asking import changed_ids, new_ids
from tests.unit.offer.world import World, guid

from headgate.offer.questions import Device, Offer
from headgate.services.clients.cookies import ClientCookie, SealedCookie
from headgate.services.clients.handshake import GROUPS
from headgate.services.clients.scan import ClientScan, ScanCall

COOKIE = ClientCookie(
    client_id=A_CLIENT,
    groups=GROUPS,
    expires=NOON,
    protocol=(2, 90),
    last_change="",
    server_id="",
    catalogue_version=1,
    software_anchor=0,
    driver_anchor=0,
    category_anchor=0,
)


class Scanning:
    """One computer's scans of a world, each with the cookie of the answer before."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cookie = COOKIE
        self.textless: set[int] = set()
        given: Any = SimpleNamespace(
            texts=self._texts, noted=lambda *_: None, seen=lambda *_, **__: None
        )
        self.scan = ClientScan(
            admit=lambda *_, **__: self.cookie,
            overlay=world.overlay,
            texts=given,
            seal=self._seal,
            contacts=given,
            now=lambda: NOON,
            most_installed=lambda: 400,
        )

    def _seal(self, cookie: ClientCookie) -> SealedCookie:
        self.cookie = cookie
        return SealedCookie(expiration=cookie.expires, data=b"")

    def _texts(self, revision_ids: Sequence[int]) -> Mapping[int, bytes]:
        return {i: b"core" for i in revision_ids if i not in self.textless}

    def ask(self, call: ScanCall | None = None, **otherwise: Any) -> Offer:
        call = replace(call or ScanCall(two_groups=True), **otherwise)
        answer = self.scan.sync(b"", DESK, call)
        assert answer.cores.keys() == set(new_ids(answer.offer))
        return answer.offer


def test_texts_that_are_gone_hold_no_page_open() -> None:
    """FACTS §14: Truncated without anything new, for ever, ends as 0x80244010."""
    world = World()
    updates = [world.add(f"update {number}") for number in range(500)]
    computer = Scanning(world)
    computer.textless = set(updates[:250])

    first = computer.ask()
    second = computer.ask(others=new_ids(first))
    third = computer.ask(others=new_ids(first) + new_ids(second))

    assert new_ids(first) + new_ids(second) == updates[250:]
    assert [len(page.new) for page in (first, second, third)] == [200, 50, 0]
    assert [page.truncated for page in (first, second, third)] == [True, False, False]


def test_when_all_texts_are_gone_a_scan_ends_with_nothing() -> None:
    world = World()
    computer = Scanning(world)
    computer.textless = {world.add(f"update {number}") for number in range(300)}

    offer = computer.ask()

    assert (offer.new, offer.truncated) == ([], False)


def test_printers_without_text_hold_no_page_open_either() -> None:
    world = World()
    printer = {"driver_class": "printer"}
    made = [world.driver(f"printer {number}", printer) for number in range(250)]
    computer = Scanning(world)
    computer.textless = set(made[:200])

    answer = computer.scan.printers(b"", DESK, installed=[], cached=[])

    assert new_ids(answer.offer) == made[200:]
    assert not answer.offer.truncated


def test_a_driver_without_text_leaves_the_place_to_the_next_best() -> None:
    world = World()
    second = world.driver("second", {"hardware_id": "pci\\1", "version_date": "2020-01-01"})
    best = world.driver("best", {"hardware_id": "pci\\1", "version_date": "2021-01-01"})
    computer = Scanning(world)
    computer.textless = {best}

    offer = computer.ask(skip_software=True, devices=[Device(hardware_ids=("PCI\\1",))])

    assert new_ids(offer) == [second]


def in_product(world: World) -> tuple[ScanCall, int, int]:
    """A product with an update, both cached, and the call that scans it."""
    product = world.category("product")
    update = world.add("update", needs=["product"])
    call = ScanCall(
        installed=[product], others=[update], categories=[guid("product")], two_groups=True
    )
    return call, product, update


def test_a_first_category_scan_tells_all_of_what_nobody_has_told() -> None:
    """FACTS §3.8: the anchor is lost, what is cached came from elsewhere or long ago."""
    world = World()
    call, product, update = in_product(world)
    computer = Scanning(world)

    assert changed_ids(computer.ask(call)) == {product, update}
    assert changed_ids(computer.ask(call)) == set(), "once is enough"
    # What category scans tell does not count for full ones.
    assert changed_ids(computer.ask(call, categories=())) == {product, update}
    assert changed_ids(computer.ask(call, categories=())) == set()


def test_what_a_category_scan_brought_itself_is_not_told_again() -> None:
    """scan/000006 and 000007."""
    world = World()
    call, _, update = in_product(world)
    computer = Scanning(world)
    computer.ask(categories=call.categories)

    assert changed_ids(computer.ask(call)) == set()

    world.approve("update")
    assert changed_ids(computer.ask(call)) == {update}


def test_a_category_scan_that_leaves_something_aside_has_not_told_all() -> None:
    world = World()
    call, product, update = in_product(world)
    world.category("other product")
    outside = world.add("outside", needs=["other product"])
    computer = Scanning(world)

    for _ in range(2):
        offer = computer.ask(call, others=[update, outside])
        assert offer.deployed_out_of_scope == [outside]
        assert changed_ids(offer) == {product, update}
    assert computer.cookie.category_anchor == 0


def test_a_category_scan_after_a_full_one_tells_what_changed_since_that() -> None:
    world = World()
    call, product, update = in_product(world)
    computer = Scanning(world)
    assert changed_ids(computer.ask(call, categories=())) == {product, update}
    heard = computer.cookie.software_anchor
    world.approve("update")

    for _ in range(2):
        assert changed_ids(computer.ask(call)) == {update}
    assert (computer.cookie.software_anchor, computer.cookie.category_anchor) == (heard, 0)
