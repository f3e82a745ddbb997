"""SyncPrinterCatalog: [MS-WUSP] 3.1.5.12."""

from tests.unit.offer.asking import changed_ids, new_ids, the
from tests.unit.offer.world import World

from headgate.offer.drivers import printers
from headgate.offer.questions import Limits

PRINTER = {"driver_class": "printer"}


def test_all_printers_are_offered_with_all_they_are_for() -> None:
    world = World()
    printer = world.driver(
        "printer",
        {**PRINTER, "hardware_id": "USBPRINT\\One"},
        {**PRINTER, "hardware_id": "usbprint\\one"},
        {**PRINTER, "hardware_id": "usbprint\\two", "driver_class": "Printer"},
        {"hardware_id": "usb\\scanner"},
    )
    world.driver("card", {"hardware_id": "pci\\ven_1"})

    offer = printers(world.overlay(), installed=[], cached_printers=[], limits=Limits())

    assert new_ids(offer) == [printer]
    assert the(offer, printer).hardware_ids == ("USBPRINT\\One", "usbprint\\two")


def test_prerequisites_and_declines_count() -> None:
    world = World()
    product = world.category("product")
    locked = world.driver("locked", PRINTER, needs=["product"])
    world.driver("declined", PRINTER)
    world.decline("declined")
    overlay = world.overlay()

    assert new_ids(printers(overlay, installed=[], cached_printers=[], limits=Limits())) == []
    offer = printers(overlay, installed=[product], cached_printers=[], limits=Limits())
    assert new_ids(offer) == [locked]


def test_pages_end_and_lead_on() -> None:
    world = World()
    made = [world.driver(f"printer {number}", PRINTER) for number in range(5)]
    overlay = world.overlay()
    limits = Limits(updates=3)

    first = printers(overlay, installed=[], cached_printers=[], limits=limits)
    second = printers(overlay, installed=[], cached_printers=new_ids(first), limits=limits)

    assert (len(first.new), first.truncated) == (3, True)
    assert (len(second.new), second.truncated) == (2, False)
    assert new_ids(first) + new_ids(second) == made


def test_only_cached_printers_leave_and_the_anchor_of_the_drivers_stays() -> None:
    world = World()
    detectoid = world.detectoid("detectoid")
    printer = world.driver("printer", PRINTER)
    heard = world.overlay().counter
    world.approve("printer")

    offer = printers(
        world.overlay(),
        installed=[detectoid],
        cached_printers=[printer, 5],
        anchor=heard,
        limits=Limits(),
    )

    assert changed_ids(offer) == {printer}
    assert offer.out_of_scope == [5]
    assert offer.anchor is None
