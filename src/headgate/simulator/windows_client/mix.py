"""Which computers a pretend fleet has: the same seed and number always give the same computer.

Shares follow public counts of late 2025 (Windows 11 about 54, Windows 10 about 43 of 100 desktops);
one computer in six is a server, as in the offices this is for. Patch levels lie some months back,
each build with numbers of its own.
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from headgate.simulator.windows_client.machine import (
    SERVER,
    WORKSTATION,
    Device,
    FileFacts,
    Hardware,
    InstalledDriver,
    InstalledPackage,
    Machine,
    Windows,
)

_NAMESPACE = uuid.UUID("6a2d5b0e-5c53-5c0e-8d0b-9f9d3b3f2a10")
_SYSTEM = r"C:\Windows\System32"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A Windows release and how many of a hundred computers run it."""

    share: int
    build: int
    release: str
    description: str
    product_type: int = WORKSTATION
    sku: int = 48
    suite_mask: int = 256
    architectures: tuple[str, ...] = ("AMD64",)


_CLIENTS = ("AMD64",) * 9 + ("ARM64",)
_LINES = (
    _Line(
        share=28,
        build=26100,
        release="24H2",
        description="Windows 10 Pro",
        architectures=_CLIENTS,
    ),
    _Line(share=12, build=22631, release="23H2", description="Windows 10 Enterprise", sku=4),
    _Line(share=8, build=26200, release="25H2", description="Windows 10 Pro"),
    _Line(
        share=35,
        build=19045,
        release="22H2",
        description="Windows 10 Pro",
        architectures=("AMD64",) * 19 + ("X86",),
    ),
    _Line(
        share=3,
        build=14393,
        release="1607",
        description="Windows Server 2016 Standard",
        product_type=SERVER,
        sku=7,
        suite_mask=272,
    ),
    _Line(
        share=5,
        build=17763,
        release="1809",
        description="Windows Server 2019 Standard",
        product_type=SERVER,
        sku=7,
        suite_mask=272,
    ),
    _Line(
        share=5,
        build=20348,
        release="21H2",
        description="Windows Server 2022 Standard",
        product_type=SERVER,
        sku=7,
        suite_mask=272,
    ),
    _Line(
        share=4,
        build=26100,
        release="24H2",
        description="Windows Server 2025 Standard",
        product_type=SERVER,
        sku=7,
        suite_mask=272,
    ),
)
#: A fleet of ten has every kind an office has, whatever the dice say.
_FIRST_TEN = (26100, 19045, 26100, 20348, 19045, 22631, 26200, 17763, 19045, 26100)
_LOCALES = ("en-US",) * 5 + ("de-DE", "sv-SE", "fr-FR")
_MAKERS = (
    ("Northlake", "Northlake 14"),
    ("Aldermoor", "Aldermoor Desk 5"),
    ("QEMU", "Standard PC (Q35 + ICH9, 2009)"),
)
#: Devices some computers have, with ids the pretend Microsoft Update publishes drivers for.
_NETWORK = r"PCI\VEN_1D6B&DEV_2100"
_SOUND = r"HDAUDIO\FUNC_01&VEN_1E22&DEV_020"
_OLD_DRIVER = "2020-06-21"


def machines(count: int, *, seed: int = 1) -> Iterator[Machine]:
    """Yield ``count`` computers; the first ones of a larger fleet are the same."""
    for number in range(1, count + 1):
        yield machine(number, seed=seed)


def machine(number: int, *, seed: int = 1) -> Machine:
    """Return computer ``number`` of a fleet, counted from 1."""
    dice = random.Random(f"{seed}/{number}")  # noqa: S311 - nothing secret
    line = _line(number, dice)
    architecture = dice.choice(line.architectures)
    locale = dice.choice(_LOCALES)
    maker, model = dice.choice(_MAKERS)
    is_server = line.product_type == SERVER
    ubr = 4000 + dice.randrange(10, 22) * 137
    kind = "srv" if is_server else "pc"
    return Machine(
        name=f"{kind}-{number:05d}.lab.example",
        client_id=str(uuid.uuid5(_NAMESPACE, f"{seed}/{number}")),
        windows=Windows(
            build=line.build,
            ubr=ubr,
            release=line.release,
            description=line.description,
            product_type=line.product_type,
            sku=line.sku,
            suite_mask=line.suite_mask,
            locale=locale,
        ),
        hardware=Hardware(
            manufacturer=maker,
            model=model,
            architecture=architecture,
            processors=dice.choice((4, 8, 16)),
            memory=dice.choice((8192, 16384, 32768)),
            computer_ids=tuple(_guid("computer", maker, model, part) for part in ("1", "2", "3")),
        ),
        registry=_registry(locale),
        files=_files(dice, is_server),
        packages=_packages(line.build, ubr, architecture.lower()),
        releases={
            f"{'Server' if is_server else 'Client'}.OS.rs2.{architecture.lower()}": _full(
                line.build, ubr
            )
        },
        devices=_devices(dice),
    )


def _line(number: int, dice: random.Random) -> _Line:
    if number <= len(_FIRST_TEN):
        build = _FIRST_TEN[number - 1]
        return next(line for line in _LINES if line.build == build)
    return dice.choices(_LINES, weights=[line.share for line in _LINES])[0]


def _guid(*parts: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, "/".join(parts)))


def _full(build: int, ubr: int) -> str:
    return f"10.0.{build}.{ubr}"


def _registry(locale: str) -> dict[str, dict[str, str | int]]:
    language = {"en": "0409", "de": "0407", "sv": "041d", "fr": "040c"}[locale[:2]]
    local = "HKEY_LOCAL_MACHINE"
    return {
        rf"{local}\SYSTEM\CurrentControlSet\Control\Nls\Language": {"InstallLanguage": language},
        rf"{local}\SYSTEM\CurrentControlSet\Services\WinDefend": {"Start": 2},
        rf"{local}\SYSTEM\CurrentControlSet\Services\WdFilter": {"Start": 0},
        rf"{local}\HARDWARE\Description\System\CentralProcessor\0": {
            "VendorIdentifier": "GenuineIntel"
        },
        rf"{local}\SOFTWARE\Microsoft\Windows Defender": {
            "InstallLocation": r"C:\Program Files\Windows Defender"
        },
    }


def _files(dice: random.Random, is_server: bool) -> dict[str, FileFacts]:
    versions = {
        "ntoskrnl.exe": "10.0.0.1",
        "mrt.exe": f"5.{dice.randrange(140, 153)}.0.0",
        r"Defender\mpclient.dll": "4.18.26080.7",
        r"Defender\mpavdlta.vdm": "1.455.12.0",
        r"Defender\mpavbase.vdm": "1.455.0.0",
        r"Defender\mpengine.dll": "1.1.26060.5",
        r"Defender\MpSigStub.exe": "1.1.24010.2001",
        "msedge.exe": f"{dice.randrange(146, 153)}.0.0.0",
    }
    if not is_server:
        versions["excel.exe"] = "16.0.5400.0"
    if dice.random() < 0.5:
        versions[r"dotnet\host\fxr\hostfxr.dll"] = f"8.0.{dice.randrange(20, 33)}"
    if is_server and dice.random() < 0.5:
        versions[r"Microsoft SQL Server\150\sqlservr.exe"] = "15.0.4100.0"
    return {rf"{_SYSTEM}\{name}": FileFacts(version=one) for name, one in versions.items()}


def _packages(build: int, ubr: int, architecture: str) -> tuple[InstalledPackage, ...]:
    return (
        InstalledPackage(
            name="Microsoft-Windows-Foundation-Package",
            version=_full(build, 1),
            architecture=architecture,
        ),
        InstalledPackage(
            name="Package_for_RollupFix", version=_full(build, ubr), architecture=architecture
        ),
    )


def _devices(dice: random.Random) -> tuple[Device, ...]:
    devices = [_device(r"PCI\VEN_8086&DEV_7000", "System", "Microsoft", "ISA bridge")]
    if dice.random() < 0.5:
        devices.append(_device(_NETWORK, "Net", "Northlake", "Ethernet Adapter NL-210"))
    if dice.random() < 0.3:
        devices.append(_device(_SOUND, "MEDIA", "Sundby Audio", "Sundby HD"))
    return tuple(devices)


def _device(hardware_id: str, kind: str, maker: str, model: str) -> Device:
    return Device(
        hardware_ids=(f"{hardware_id}&REV_01", hardware_id),
        driver=InstalledDriver(
            matching_id=hardware_id,
            date=_OLD_DRIVER,
            version="10.0.1.1",
            driver_class=kind,
            manufacturer=maker,
            provider=maker,
            model=model,
        ),
    )
