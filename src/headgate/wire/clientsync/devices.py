"""What a computer says about its devices in the driver pass ([MS-WUSP] 2.2.2.2.4; FACTS §3.9).

The schema calls the list of extension drivers ``extensionDriver``, real agents
``extensionDrivers/ExtensionDriver``; both are read and the real form is written. What is not of its
type is None, as what is absent: one odd device must not cost a computer all its drivers.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from headgate.errors import MalformedMessage
from headgate.sentences import Sentence
from headgate.wire import lexical, values
from headgate.wire.clientsync.arrays import write_items, write_strings
from headgate.wire.clientsync.parts import Parts
from headgate.wire.xmltree import Element

#: Devices in one call; a real computer sends about a hundred.
MOST_DEVICES = 10_000

_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_LONG = re.compile(r"[+-]?\d{1,19}\Z", re.ASCII)
_NIL = 'a:nil="true" xmlns:a="http://www.w3.org/2001/XMLSchema-instance"'


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledDriver:
    """The driver a device has now; the last two fields are undocumented."""

    matching_id: str | None = None
    driver_ver_date: datetime | None
    driver_ver_version: int | None  #: four 16-bit numbers in one, xs:long
    driver_class: str | None = None  #: ``Class``
    manufacturer: str | None = None
    provider: str | None = None
    model: str | None = None
    matching_computer_hwid: str | None = None  #: None is written as nil, as agents do
    driver_rank: int | None
    skip_provider_filtering: bool | None = None
    is_generic: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionDriver:
    """An extension installed beside a device's driver."""

    extension_id: str
    driver_ver_date: datetime | None
    driver_ver_version: int | None
    driver_class: str | None
    driver_rank: int | None
    matching_computer_hwid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One device; None for lists it left out."""

    hardware_ids: tuple[str, ...] | None = None  #: most specific first
    compatible_ids: tuple[str, ...] | None = None
    installed_driver: InstalledDriver | None = None
    extension_drivers: tuple[ExtensionDriver, ...] | None = None
    driver_recovery_ids: tuple[str, ...] | None = None
    device_flags: int | None = None  #: 1: not plug and play, such as a printer


def read_devices(parts: Parts, name: str = "SystemSpec") -> tuple[Device, ...] | None:
    """Return the devices of an ArrayOfDevice, None when it is absent. Raises MalformedMessage."""
    array = parts.element(name)
    if array is not None and len(array) > MOST_DEVICES:
        raise MalformedMessage(
            Sentence("{element} has more entries than any honest one.", element=name)
        )
    found = parts.each(name, "Device")
    return None if found is None else tuple(map(_read_device, found))


def _read_device(element: Element) -> Device:
    parts = Parts(element)
    installed = parts.parts("installedDriver")
    return Device(
        hardware_ids=parts.strings("HardwareIDs"),
        compatible_ids=parts.strings("CompatibleIDs"),
        installed_driver=None if installed is None else _read_installed(installed),
        extension_drivers=_read_extensions(parts),
        driver_recovery_ids=parts.strings("DriverRecoveryIDs", "DriverRecoveryID"),
        device_flags=parts.readable("DeviceFlags", lexical.read_integer),
    )


def _read_installed(parts: Parts) -> InstalledDriver:
    return InstalledDriver(
        matching_id=parts.text("MatchingID"),
        driver_ver_date=parts.readable("DriverVerDate", _read_date),
        driver_ver_version=parts.readable("DriverVerVersion", read_long),
        driver_class=parts.text("Class"),
        manufacturer=parts.text("Manufacturer"),
        provider=parts.text("Provider"),
        model=parts.text("Model"),
        matching_computer_hwid=parts.text("MatchingComputerHWID"),
        driver_rank=parts.readable("DriverRank", lexical.read_integer),
        skip_provider_filtering=parts.readable("SkipProviderFiltering", lexical.read_boolean),
        is_generic=parts.readable("IsGeneric", lexical.read_boolean),
    )


def _read_extensions(parts: Parts) -> tuple[ExtensionDriver, ...] | None:
    found = parts.each("extensionDrivers", "ExtensionDriver")
    if found is None:
        found = parts.each("extensionDriver", "extensionDriver")
    return None if found is None else tuple(map(_read_extension, found))


def _read_extension(element: Element) -> ExtensionDriver:
    parts = Parts(element)
    return ExtensionDriver(
        extension_id=parts.text("ExtensionId") or "",
        driver_ver_date=parts.readable("DriverVerDate", _read_date),
        driver_ver_version=parts.readable("DriverVerVersion", read_long),
        driver_class=parts.text("Class"),
        driver_rank=parts.readable("DriverRank", lexical.read_integer),
        matching_computer_hwid=parts.text("MatchingComputerHWID"),
    )


def _read_date(text: str) -> datetime:
    """Return an xs:dateTime, or the beginning of an xs:date. Raises ValueError."""
    written = text.strip()
    return lexical.read_datetime(f"{written}T00:00:00" if _DAY.match(written) else written)


def read_long(text: str) -> int:
    """Return an xs:long. Raises ValueError."""
    written = text.strip()
    if not _LONG.match(written) or not -(2**63) <= int(written) < 2**63:
        raise ValueError(Sentence("not a number: {text}", text=repr(text[:40])))
    return int(written)


def write_device(device: Device) -> str:
    """Return a device, parts in the order agents send them."""
    installed = device.installed_driver
    extensions = device.extension_drivers
    written = None if extensions is None else map(_write_extension, extensions)
    return (
        f"<Device>{write_strings('HardwareIDs', device.hardware_ids)}"
        f"{write_strings('CompatibleIDs', device.compatible_ids)}"
        f"{'' if installed is None else _write_installed(installed)}"
        f"{write_items('extensionDrivers', written)}"
        f"{write_strings('DriverRecoveryIDs', device.driver_recovery_ids, 'DriverRecoveryID')}"
        f"{values.write_integer('DeviceFlags', device.device_flags)}</Device>"
    )


def _write_installed(driver: InstalledDriver) -> str:
    return (
        f"<installedDriver>{values.write_text('MatchingID', driver.matching_id)}"
        f"{values.write_moment('DriverVerDate', driver.driver_ver_date)}"
        f"{values.write_integer('DriverVerVersion', driver.driver_ver_version)}"
        f"{values.write_text('Class', driver.driver_class)}"
        f"{values.write_text('Manufacturer', driver.manufacturer)}"
        f"{values.write_text('Provider', driver.provider)}"
        f"{values.write_text('Model', driver.model)}"
        f"{_write_computer_hwid(driver.matching_computer_hwid)}"
        f"{values.write_integer('DriverRank', driver.driver_rank)}"
        f"{values.write_boolean('SkipProviderFiltering', driver.skip_provider_filtering)}"
        f"{values.write_boolean('IsGeneric', driver.is_generic)}</installedDriver>"
    )


def _write_extension(driver: ExtensionDriver) -> str:
    return (
        f"<ExtensionDriver>{values.write_text('ExtensionId', driver.extension_id)}"
        f"{values.write_moment('DriverVerDate', driver.driver_ver_date)}"
        f"{values.write_integer('DriverVerVersion', driver.driver_ver_version)}"
        f"{values.write_text('Class', driver.driver_class)}"
        f"{values.write_integer('DriverRank', driver.driver_rank)}"
        f"{_write_computer_hwid(driver.matching_computer_hwid)}</ExtensionDriver>"
    )


def _write_computer_hwid(guid: str | None) -> str:
    if guid is None:
        return f"<MatchingComputerHWID {_NIL}/>"
    return values.write_text("MatchingComputerHWID", guid)
