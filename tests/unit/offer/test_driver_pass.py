"""The best driver for each device: [MS-WUSP] 3.1.5.7, FACTS §3.9."""

from collections.abc import Sequence
from datetime import date

import pytest
from tests.unit.offer.asking import changed_ids, new_ids, the
from tests.unit.offer.world import World, guid

from headgate.offer.drivers import drivers
from headgate.offer.questions import Device, DriverQuestion, InstalledDriver, Offer, OfferedAction

LAPTOP = "aaaaaaaa-0000-0000-0000-000000000001"
FAMILY = "aaaaaaaa-0000-0000-0000-000000000002"
OTHER = "aaaaaaaa-0000-0000-0000-000000000003"

CARD = Device(hardware_ids=("PCI\\VEN_1&REV_2", "PCI\\VEN_1"), compatible_ids=("PCI\\CC_02",))


def installed(**facts: object) -> InstalledDriver:
    given: dict[str, object] = {
        "matching_id": "pci\\ven_1",
        "version": 1 << 48,
        "date": date(2024, 1, 1),
        **facts,
    }
    return InstalledDriver(**given)  # type: ignore[arg-type]


def with_driver(driver: InstalledDriver) -> Device:
    return Device(
        hardware_ids=CARD.hardware_ids, compatible_ids=CARD.compatible_ids, installed=driver
    )


def ask(
    world: World,
    devices: Sequence[Device] = (CARD,),
    *,
    ids: Sequence[int] = (),
    cached: Sequence[int] = (),
    key: str | None = "AMD64.10.0",
    computers: Sequence[str] = (LAPTOP, FAMILY),
    categories: Sequence[str] | None = None,
    anchor: int = 0,
) -> Offer:
    question = DriverQuestion(
        installed=ids,
        cached_drivers=cached,
        devices=devices,
        computer_ids=computers,
        matching_key=key,
        categories=categories,
        anchor=anchor,
    )
    return drivers(world.overlay(), question)


def test_without_drivers_the_answer_is_that_of_a_real_server() -> None:
    """scan/000009 and flow/000014: nothing, and no driver pass needed."""
    world = World()
    world.add("update")

    offer = ask(world)

    assert (offer.new, offer.changed, offer.out_of_scope) == ([], [], [])
    assert offer.driver_sync_not_needed
    assert not offer.truncated


def test_a_driver_for_a_device_is_offered_with_the_id_it_is_best_for() -> None:
    world = World()
    driver = world.driver(
        "driver", {"hardware_id": "pci\\ven_1"}, {"hardware_id": "pci\\something else"}
    )

    offer = ask(world)

    assert new_ids(offer) == [driver]
    assert the(offer, driver).hardware_ids == ("pci\\ven_1",)
    assert the(offer, driver).action is OfferedAction.PRE_DEPLOYMENT_CHECK


def test_the_id_is_told_as_the_document_writes_it() -> None:
    """[MS-WUSP] 3.1.5.7: the ids are those of the driver table, not those of the device."""
    world = World()
    driver = world.driver("driver", {"hardware_id": "PCI\\Ven_1"}, {"hardware_id": "Pci\\cc_02"})
    other = Device(hardware_ids=("pci\\ven_1",))

    for devices in ([CARD], [other], [CARD, other]):
        offer = ask(world, devices)
        assert the(offer, driver).hardware_ids == ("PCI\\Ven_1",)


def test_an_approved_driver_is_installed() -> None:
    world = World()
    driver = world.driver("driver", {"hardware_id": "pci\\ven_1"})
    world.approve("driver")

    assert the(ask(world), driver).action is OfferedAction.INSTALL


def test_a_driver_for_other_devices_is_not_offered() -> None:
    world = World()
    world.driver("driver", {"hardware_id": "pci\\ven_2"})

    assert new_ids(ask(world)) == []


def test_one_driver_is_best_for_a_device_and_one_may_be_best_for_several() -> None:
    world = World()
    world.driver("older", {"hardware_id": "pci\\ven_1", "version_date": "2020-01-01"})
    both = world.driver(
        "both",
        {"hardware_id": "pci\\ven_1", "version_date": "2021-01-01"},
        {"hardware_id": "usb\\vid_7"},
    )
    stick = Device(hardware_ids=("USB\\VID_7",))

    offer = ask(world, [stick, CARD, CARD])

    assert new_ids(offer) == [both]
    assert the(offer, both).hardware_ids == ("usb\\vid_7", "pci\\ven_1")


# Who is better, rule by rule; each rule beats all that follow.

BETTER_AND_WORSE = [
    pytest.param(
        {"computer_ids": (LAPTOP,), "scores": {"amd64.10.0": 9}},
        {"computer_ids": (FAMILY,), "scores": {"amd64.10.0": 1}},
        id="the more specific computer beats the score",
    ),
    pytest.param(
        {"computer_ids": (OTHER, FAMILY), "version_date": "2020-01-01"},
        {"computer_ids": ()},
        id="a computer of the family beats one for all",
    ),
    pytest.param(
        {"scores": {"amd64.10.0": 1}, "hardware_id": "pci\\cc_02"},
        {"scores": {"amd64.10.0": 2}, "hardware_id": "pci\\ven_1&rev_2"},
        id="the lower score beats the closer hardware id",
    ),
    pytest.param(
        {"scores": {"amd64.10.0": 254}},
        {"scores": {}},
        id="no score counts as 255",
    ),
    pytest.param(
        {"scores": {"amd64.10.0": 1}},
        {"scores": {"x86.10.0": 0}},
        id="scores of other keys do not count",
    ),
    pytest.param(
        {"hardware_id": "pci\\ven_1&rev_2", "version_date": "2020-01-01"},
        {"hardware_id": "pci\\ven_1"},
        id="the earlier hardware id beats the date",
    ),
    pytest.param(
        {"hardware_id": "pci\\ven_1", "version_date": "2020-01-01"},
        {"hardware_id": "pci\\cc_02"},
        id="hardware ids come before compatible ones",
    ),
    pytest.param(
        {"version_date": "2024-02-01", "version": "1.0.0.0"},
        {"version_date": "01/31/2024", "version": "9.0.0.0"},
        id="the newer date beats the version",
    ),
    pytest.param(
        {"version": "1.10.0.0"},
        {"version": "1.9.65535.65535"},
        id="versions are compared number by number",
    ),
    pytest.param(
        {"version": "0.0.0.1"},
        {"version": "no version"},
        id="a version that cannot be read is none",
    ),
    pytest.param(
        {"version_date": "1/1/1999"},
        {"version_date": "2024-13-45"},
        id="a date that cannot be read is none",
    ),
]


@pytest.mark.parametrize("better_first", [True, False])
@pytest.mark.parametrize(("better", "worse"), BETTER_AND_WORSE)
def test_the_better_driver_is_offered(
    better: dict[str, object], worse: dict[str, object], better_first: bool
) -> None:
    world = World()
    made = {}
    for name in ("better", "worse") if better_first else ("worse", "better"):
        entry = {"hardware_id": "pci\\ven_1", **(better if name == "better" else worse)}
        made[name] = world.driver(name, entry)

    assert new_ids(ask(world)) == [made["better"]]


def test_a_driver_for_certain_computers_fits_no_other() -> None:
    world = World()
    world.driver("driver", {"hardware_id": "pci\\ven_1", "computer_ids": (OTHER,)})

    assert new_ids(ask(world)) == []
    assert new_ids(ask(world, computers=[])) == []


def test_the_matching_key_is_compared_without_case() -> None:
    world = World()
    scored = world.driver("scored", {"hardware_id": "pci\\ven_1", "scores": {"amd64.10.0": 3}})
    world.driver("newer", {"hardware_id": "pci\\ven_1", "version_date": "2025-01-01"})

    assert new_ids(ask(world, key="aMd64.10.0")) == [scored]


def test_without_a_matching_key_no_score_counts() -> None:
    world = World()
    world.driver("scored", {"hardware_id": "pci\\ven_1", "scores": {"amd64.10.0": 3}})
    newer = world.driver("newer", {"hardware_id": "pci\\ven_1", "version_date": "2025-01-01"})

    assert new_ids(ask(world, key=None)) == [newer]


def test_locked_and_declined_drivers_do_not_compete() -> None:
    world = World()
    product = world.category("product")
    entry = {"hardware_id": "pci\\ven_1", "version_date": "2020-01-01"}
    free = world.driver("free", entry)
    world.driver("declined", {**entry, "version_date": "2025-01-01"})
    world.decline("declined")
    locked = world.driver("locked", {**entry, "version_date": "2023-01-01"}, needs=["product"])

    assert new_ids(ask(world)) == [free]
    assert new_ids(ask(world, ids=[product])) == [locked]


# The installed driver.

OFFERED = {"hardware_id": "pci\\ven_1", "version_date": "2024-01-01", "version": "1.0.0.0"}


@pytest.mark.parametrize(
    ("entry", "facts", "is_offered"),
    [
        pytest.param({}, {}, False, id="the same is not better"),
        pytest.param({"version": "1.0.0.1"}, {}, True, id="a higher version"),
        pytest.param({"version": "0.9.0.0"}, {}, False, id="a lower version"),
        pytest.param(
            {"version_date": "2024-01-02", "version": "0.1.0.0"}, {}, True, id="a newer date"
        ),
        pytest.param(
            {"version_date": "2023-01-02", "version": "9.0.0.0"}, {}, False, id="an older date"
        ),
        pytest.param(
            {"hardware_id": "pci\\ven_1&rev_2", "version_date": "2001-01-01"},
            {},
            True,
            id="a closer hardware id",
        ),
        pytest.param(
            {"hardware_id": "pci\\cc_02", "version_date": "2025-01-01"},
            {},
            False,
            id="a mere compatible id",
        ),
        pytest.param(
            {"version_date": "2001-01-01"},
            {"matching_id": "not an id of the device"},
            True,
            id="installed under no id of the device",
        ),
        pytest.param(
            {"computer_ids": (FAMILY,), "version_date": "2001-01-01"},
            {},
            True,
            id="for this family, installed for all",
        ),
        pytest.param(
            {"computer_ids": (FAMILY,), "version_date": "2025-01-01"},
            {"computer_id": LAPTOP},
            False,
            id="for this family, installed for this model",
        ),
        pytest.param(
            {"scores": {"amd64.10.0": 0}},
            {},
            False,
            id="the installed one has no score to compare",
        ),
        pytest.param(
            {"version": "40000.0.0.0"},
            {"version": (39999 << 48) - (1 << 64)},
            True,
            id="a version sent as a negative number",
        ),
    ],
)
def test_a_driver_must_beat_the_installed_one(
    entry: dict[str, object], facts: dict[str, object], is_offered: bool
) -> None:
    world = World()
    world.driver("driver", {**OFFERED, **entry})

    offer = ask(world, [with_driver(installed(**facts))])

    assert bool(offer.new) is is_offered


@pytest.mark.parametrize("driver_class", ["Printer", "PRINTER", "printer"])
def test_printers_keep_their_makers(driver_class: str) -> None:
    world = World()
    entry = {**OFFERED, "version_date": "2025-01-01", "driver_class": "Printer"}
    world.driver("driver", {**entry, "provider": "Ours", "manufacturer": "Contoso"})

    def offered(**makers: str) -> bool:
        device = with_driver(installed(driver_class=driver_class, **makers))
        return bool(ask(world, [device]).new)

    assert offered(provider="Ours", manufacturer="Contoso")
    assert offered(provider="OURS", manufacturer="contoso")
    assert not offered(provider="Ours", manufacturer="Fabrikam")
    assert not offered(provider="Theirs", manufacturer="Contoso")


def test_other_devices_may_change_their_makers() -> None:
    world = World()
    driver = world.driver("driver", {**OFFERED, "version_date": "2025-01-01", "provider": "Ours"})

    device = with_driver(installed(driver_class="Net", provider="Theirs"))

    assert new_ids(ask(world, [device])) == [driver]


# The cache.


def test_only_cached_drivers_leave_in_a_driver_pass() -> None:
    world = World()
    detectoid = world.detectoid("detectoid")
    driver = world.driver("driver", {"hardware_id": "pci\\ven_1"})
    other = world.driver("other", {"hardware_id": "pci\\ven_2"})

    offer = ask(world, ids=[detectoid, 17], cached=[driver, other, 18, -1])

    assert offer.new == []
    assert sorted(offer.out_of_scope) == [-1, 18, other]


def test_a_new_decision_about_a_cached_driver_is_told() -> None:
    world = World()
    driver = world.driver("driver", {"hardware_id": "pci\\ven_1"})
    heard = ask(world).anchor or 0
    assert changed_ids(ask(world, cached=[driver], anchor=heard)) == set()

    world.approve("driver")
    offer = ask(world, cached=[driver], anchor=heard)

    assert the(offer, driver).action is OfferedAction.INSTALL
    assert the(offer, driver).hardware_ids == ("pci\\ven_1",)
    assert offer.anchor == world.counter


def test_a_category_scan_asks_for_its_drivers_only() -> None:
    world = World()
    product = world.category("product")
    world.category("other product")
    driver = world.driver("driver", {"hardware_id": "pci\\ven_1"}, needs=["product"])

    inside = ask(world, ids=[product], categories=[guid("product")])
    outside = ask(world, ids=[product], categories=[guid("other product")])

    assert new_ids(inside) == [driver]
    assert new_ids(outside) == []
    assert inside.anchor is None


def test_a_device_that_lists_an_id_twice_has_it_where_it_stands_first() -> None:
    world = World()
    closer = world.driver("closer", {"hardware_id": "a", "version_date": "2001-01-01"})
    world.driver("newer", {"hardware_id": "b", "version_date": "2025-01-01"})

    offer = ask(world, [Device(hardware_ids=("A", "B", "a"))])

    assert new_ids(offer) == [closer]


def test_many_drivers_and_devices_each_find_their_own() -> None:
    world = World()
    made = [world.driver(f"driver {n}", {"hardware_id": f"usb\\vid_{n:04x}"}) for n in range(300)]
    devices = [Device(hardware_ids=(f"USB\\VID_{n:04X}",)) for n in range(0, 300, 7)]

    assert new_ids(ask(world, devices)) == made[::7]
