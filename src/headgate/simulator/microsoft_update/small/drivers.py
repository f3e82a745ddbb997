"""Drivers of made-up devices, two versions of each: the newer supersedes by its rules."""

from datetime import UTC, datetime, timedelta

from headgate.catalogue.revisions import DriverMetadata
from headgate.simulator.microsoft_update import taxonomy
from headgate.simulator.microsoft_update.world_building import WorldBuilder, made_up_id

_PRODUCTS = (
    "Windows 11 Client, version 22H2 and later, Servicing Drivers",
    "Windows 11 Client, version 24H2 and later, Servicing Drivers",
)
#: maker, class, model, first part of the hardware id
_DEVICES = (
    ("Northlake", "Net", "Ethernet Adapter NL-210", r"PCI\VEN_1D6B&DEV_21"),
    ("Northlake", "Bluetooth", "Wireless NL-8", r"USB\VID_1D6B&PID_80"),
    ("Kestrel Graphics", "Display", "Kestrel K4", r"PCI\VEN_1DF3&DEV_4A"),
    ("Aldermoor", "Printer", "OfficeJet-like A55", r"USBPRINT\ALDERMOORA55_"),
    ("Sundby Audio", "MEDIA", "Sundby HD", r"HDAUDIO\FUNC_01&VEN_1E22&DEV_0"),
)
_VARIANTS = 6


def publish_drivers(builder: WorldBuilder) -> None:
    """Publish sixty drivers with one to three hardware ids each."""
    products = [taxonomy.product_id(title) for title in _PRODUCTS]
    for device, (maker, kind, model, hardware) in enumerate(_DEVICES):
        for variant in range(_VARIANTS):
            for generation in (1, 2):
                created = datetime(2025, 2, 3, 14, 20, tzinfo=UTC) + timedelta(
                    days=40 * variant + 180 * generation + device
                )
                version = f"{20 + device}.{variant}.{generation}.7"
                builder.driver(
                    f"driver/{maker}/{model}/{variant}/{version}",
                    title=f"{maker} - {kind} - {version}",
                    products=products,
                    hardware=tuple(
                        DriverMetadata(
                            hardware_id=f"{hardware}{variant}{number}",
                            driver_class=kind,
                            manufacturer=maker,
                            model=f"{model} {variant}{number}",
                            provider=maker,
                            version=version,
                            version_date=f"{created:%Y-%m-%d}",
                            computer_hardware_ids=_computers(model, variant, number),
                        )
                        for number in range(1 + variant % 3)
                    ),
                    file=(f"{made_up_id('cab', model, version)}.cab", 8_000 + device * 500),
                    created=created,
                )


def _computers(model: str, variant: int, number: int) -> tuple[str, ...]:
    """Every second variant is for the computers of one maker alone."""
    return (made_up_id("computer", model, str(number)),) if variant % 2 else ()
