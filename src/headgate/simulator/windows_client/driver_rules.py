"""Rules of drivers: the devices of a machine against ``d.WindowsDriverMetaData``.

Windows ranks drivers itself; here the newer date wins, then the higher version (FACTS §3.9).
"""

from dataclasses import replace

from headgate.simulator.windows_client.core import DriverMetadata
from headgate.simulator.windows_client.machine import (
    Device,
    InstalledDriver,
    Machine,
    version_numbers,
)
from headgate.simulator.windows_client.rule_kind import Question, RuleKind


def _serves(driver: DriverMetadata, device: Device) -> bool:
    ids = (*device.hardware_ids, *device.compatible_ids)
    return driver.hardware_id.lower() in {one.lower() for one in ids}


def _pairs(question: Question) -> list[tuple[DriverMetadata, Device]]:
    return [
        (driver, device)
        for device in question.machine.devices
        for driver in question.core.drivers
        if _serves(driver, device)
    ]


def _is_at_least(device: Device, driver: DriverMetadata) -> bool:
    """Whether the device has this driver or a newer one."""
    have = device.driver
    if have is None:
        return False
    ours, offered = version_numbers(have.version), version_numbers(driver.version)
    return (have.date, ours) >= (driver.date, offered)


def _installed(question: Question) -> bool:
    """This very driver serves a device."""
    return any(
        device.driver is not None
        and device.driver.date == driver.date
        and version_numbers(device.driver.version) == version_numbers(driver.version)
        for driver, device in _pairs(question)
    )


def _superseded(question: Question) -> bool:
    """Every device it would serve has a newer one."""
    pairs = _pairs(question)
    return (
        bool(pairs)
        and not _installed(question)
        and all(_is_at_least(device, driver) for driver, device in pairs)
    )


def _installable(question: Question) -> bool:
    return any(not _is_at_least(device, driver) for driver, device in _pairs(question))


def _install(question: Question) -> Machine | None:
    changed = tuple(_with_driver(device, question) for device in question.machine.devices)
    return replace(question.machine, devices=changed)


def _with_driver(device: Device, question: Question) -> Device:
    for driver in question.core.drivers:
        if _serves(driver, device) and not _is_at_least(device, driver):
            return replace(
                device,
                driver=InstalledDriver(
                    matching_id=driver.hardware_id,
                    date=driver.date,
                    version=driver.version,
                    driver_class=driver.driver_class,
                    manufacturer=driver.manufacturer,
                    provider=driver.provider,
                    model=driver.model,
                ),
            )
    return device


DRIVER_RULES = {
    "d.WindowsDriverInstalled": RuleKind(holds=_installed, make_true=_install),
    "d.WindowsDriverSuperseded": RuleKind(holds=_superseded),
    "d.WindowsDriverInstallable": RuleKind(holds=_installable),
}
