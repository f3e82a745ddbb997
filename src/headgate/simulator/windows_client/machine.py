"""What a pretend computer is: its Windows, hardware, registry, files, packages, devices.

Everything a rule can ask about stands here and nothing else; a machine is frozen, an update that
was installed makes another one of it. Names are kept as written and compared without case, as
Windows does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

#: A string is a ``REG_SZ``, a number a ``REG_DWORD``.
RegistryData = str | int

#: ``PROCESSOR_ARCHITECTURE_…`` of Windows by the name agents report.
ARCHITECTURES = {"X86": 0, "AMD64": 9, "ARM64": 12}

WORKSTATION, DOMAIN_CONTROLLER, SERVER = 1, 2, 3

#: ``EditionID`` by ``sku``, the number ``GetProductInfo`` answers.
_EDITIONS = {
    4: "Enterprise",
    7: "ServerStandard",
    8: "ServerDatacenter",
    27: "EnterpriseN",
    48: "Professional",
    49: "ProfessionalN",
    72: "EnterpriseEval",
    79: "ServerStandardEval",
    80: "ServerDatacenterEval",
    98: "CoreN",
    99: "CoreCountrySpecific",
    100: "CoreSingleLanguage",
    101: "Core",
    119: "PPIPro",
    121: "Education",
    122: "EducationN",
    125: "EnterpriseS",
    126: "EnterpriseSN",
    161: "ProfessionalWorkstation",
    164: "ProfessionalEducation",
    171: "EnterpriseG",
    175: "ServerRdsh",
    178: "Cloud",
    188: "IoTEnterprise",
    191: "IoTEnterpriseS",
}

_SOFTWARE = "hkey_local_machine\\software\\"
_CURRENT_VERSION = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_Value = TypeVar("_Value")
_Default = TypeVar("_Default")
_NOWHERE: Mapping[str, RegistryData] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """The operating system, in the numbers an agent reports ([MS-WUSP] 2.2.2.2.3)."""

    build: int
    ubr: int  #: update build revision: the last number of 10.0.26100.4061
    release: str  #: 24H2
    description: str  #: ``Windows 10 Pro``, on Windows 11 too (FACTS §2.5)
    product_type: int = WORKSTATION  #: 1 workstation, 2 domain controller, 3 server
    sku: int = 48  #: ``OSSkuId`` and NewProductType
    suite_mask: int = 256
    major: int = 10
    minor: int = 0
    service_pack: int = 0
    locale: str = "en-US"
    added_languages: tuple[str, ...] = ()  #: besides the locale, as ``de`` or ``sv-SE``

    @property
    def version(self) -> tuple[int, int, int, int]:
        """The four numbers of the version."""
        return (self.major, self.minor, self.build, self.ubr)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """What the computer is made of."""

    manufacturer: str = "Headgate Laboratory"
    model: str = "Pretend PC"
    bios_version: str = "1.0"
    bios_date: str = "2024-03-01"
    architecture: str = "AMD64"  #: a name of ``ARCHITECTURES``
    processors: int = 4
    processor_level: int = 6
    memory: int = 8192  #: MB
    computer_ids: tuple[str, ...] = ()  #: CHIDs, most specific first


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """A file of which only these facts matter; times as ISO 8601, UTC."""

    version: str | None = None
    size: int = 0
    created: str = "2024-03-01T00:00:00Z"
    modified: str = "2024-03-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledProduct:
    """A product of Windows Installer."""

    code: str  #: GUID in braces
    version: str = "1.0.0.0"
    language: int = 0
    patches: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    components: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledPackage:
    """A component-based package, as its assembly identity says."""

    name: str
    version: str
    architecture: str = "amd64"
    language: str = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledDriver:
    """The driver a device has now."""

    matching_id: str
    date: str  #: YYYY-MM-DD
    version: str  #: four numbers with dots
    driver_class: str = "System"
    manufacturer: str = "Microsoft"
    provider: str = "Microsoft"
    model: str = "Generic device"
    computer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device; its ids stand in the order of preference."""

    hardware_ids: tuple[str, ...]
    compatible_ids: tuple[str, ...] = ()
    driver: InstalledDriver | None = None
    flags: int = 0  #: 1: not plug and play, such as a printer (FACTS §3.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One computer."""

    name: str  #: DNS name
    client_id: str  #: ``SusClientId``
    windows: Windows
    hardware: Hardware = Hardware()
    target_group: str | None = None  #: of client-side targeting
    registry: Mapping[str, Mapping[str, RegistryData]] = field(default_factory=dict)
    files: Mapping[str, FileFacts] = field(default_factory=dict)  #: by full path
    products: tuple[InstalledProduct, ...] = ()
    packages: tuple[InstalledPackage, ...] = ()
    releases: Mapping[str, str] = field(default_factory=dict)  #: ``Client.OS.RS2.amd64`` and others
    licences: Mapping[str, int] = field(default_factory=dict)
    metrics: Mapping[str, int] = field(default_factory=dict)  #: ``GetSystemMetrics`` by number
    attributes: Mapping[str, str] = field(default_factory=dict)  #: more ``DeviceAttributes``
    devices: tuple[Device, ...] = ()

    def registry_key(self, key: str, *, wow: bool = False) -> Mapping[str, RegistryData] | None:
        """Return the values of a key, None when it is not there; ``wow``: the 32-bit view."""
        wanted = registry_path(key, self, wow=wow)
        if wanted == registry_path(_CURRENT_VERSION, self):
            return {**self._current_version(), **_found(self.registry, wanted, _NOWHERE)}
        found = _found(self.registry, wanted, None)
        if found is None and any(one.lower().startswith(wanted + "\\") for one in self.registry):
            return _NOWHERE
        return found

    def registry_value(self, key: str, value: str, *, wow: bool = False) -> RegistryData | None:
        """Return a value's data, None when the key or the value is not there."""
        values = self.registry_key(key, wow=wow)
        return None if values is None else _found(values, value.lower(), None)

    def subkeys(self, key: str, *, wow: bool = False) -> list[str]:
        """Return the paths of the keys right below ``key``."""
        start = registry_path(key, self, wow=wow) + "\\"
        below = [one.lower() for one in self.registry if one.lower().startswith(start)]
        return sorted({start + one[len(start) :].partition("\\")[0] for one in below})

    def file(self, path: str) -> FileFacts | None:
        """Return what is known of a file, None when it is not there."""
        return _found(self.files, path.lower(), None)

    def with_registry_value(
        self, key: str, value: str, data: RegistryData, *, wow: bool = False
    ) -> "Machine":
        """Return the machine with this value set."""
        name = _name(self.registry, registry_path(key, self, wow=wow))
        values = dict(self.registry.get(name, {}))
        values[_name(values, value.lower(), value)] = data
        return replace(self, registry={**self.registry, name: values})

    def without_registry_value(self, key: str, value: str, *, wow: bool = False) -> "Machine":
        """Return the machine without this value."""
        name = _name(self.registry, registry_path(key, self, wow=wow))
        left = {
            each: data
            for each, data in self.registry.get(name, {}).items()
            if each.lower() != value.lower()
        }
        return replace(self, registry={**self.registry, name: left})

    def with_registry_key(self, key: str, *, wow: bool = False) -> "Machine":
        """Return the machine with this key, empty if it was not there."""
        name = _name(self.registry, registry_path(key, self, wow=wow))
        return replace(self, registry={**self.registry, name: self.registry.get(name, {})})

    def without_registry_key(self, key: str, *, wow: bool = False) -> "Machine":
        """Return the machine without this key and all below it."""
        gone = registry_path(key, self, wow=wow)
        left = {
            each: values
            for each, values in self.registry.items()
            if each.lower() != gone and not each.lower().startswith(gone + "\\")
        }
        return replace(self, registry=left)

    def with_file(self, path: str, facts: FileFacts) -> "Machine":
        """Return the machine with this file."""
        return replace(self, files={**self.files, _name(self.files, path.lower(), path): facts})

    def without_file(self, path: str) -> "Machine":
        """Return the machine without this file."""
        left = {each: one for each, one in self.files.items() if each.lower() != path.lower()}
        return replace(self, files=left)

    def package(self, name: str, architecture: str) -> InstalledPackage | None:
        """Return the newest installed package of that name and architecture."""
        found = [
            one
            for one in self.packages
            if one.name.lower() == name.lower() and one.architecture.lower() == architecture.lower()
        ]
        return max(found, key=lambda one: version_numbers(one.version), default=None)

    def device_attributes(self) -> dict[str, str]:
        """Return what the agent tells about the machine in every scan (FACTS §3.1)."""
        windows, is_client = self.windows, self.windows.product_type == WORKSTATION
        version = ".".join(map(str, windows.version))
        return {
            "App": "WU_OS",
            "CurrentBranch": "ge_release",
            "DeviceFamily": "Windows.Desktop" if is_client else "Windows.Server",
            "DL_OSVersion": version,
            "InstallationType": "Client" if is_client else "Server",
            "InstallLanguage": windows.locale,
            "OEMModel": self.hardware.model,
            "OEMName_Uncleaned": self.hardware.manufacturer,
            "OSArchitecture": self.hardware.architecture,
            "OSSkuId": str(windows.sku),
            "OSUILocale": windows.locale,
            "OSVersion": version,
            "ProcessorCores": str(self.hardware.processors),
            "ProductType": "WinNT" if is_client else "ServerNT",
            "TotalPhysicalRAM": str(self.hardware.memory),
            **self.attributes,
        }

    def _current_version(self) -> dict[str, RegistryData]:
        """The values Windows itself keeps about its version and edition, and where it lies."""
        windows = self.windows
        edition = _EDITIONS.get(windows.sku)
        return {
            "CurrentBuild": str(windows.build),
            "CurrentBuildNumber": str(windows.build),
            "CurrentMajorVersionNumber": windows.major,
            "CurrentMinorVersionNumber": windows.minor,
            "CurrentVersion": "6.3",
            "DisplayVersion": windows.release,
            "InstallationType": "Client" if windows.product_type == WORKSTATION else "Server",
            "ProductName": windows.description,
            "SystemRoot": r"C:\Windows",
            "UBR": windows.ubr,
            **({} if edition is None else {"EditionID": edition}),
        }


def registry_path(key: str, machine: Machine, *, wow: bool = False) -> str:
    """Return a key's full path in lower case; the 32-bit view of a 64-bit machine stands apart."""
    path = key.strip("\\").lower()
    is_64_bit = machine.hardware.architecture != "X86"
    if wow and is_64_bit and path.startswith(_SOFTWARE) and "\\wow6432node" not in path:
        return f"{_SOFTWARE}wow6432node\\{path[len(_SOFTWARE) :]}"
    return path


def version_numbers(version: str) -> tuple[int, ...]:
    """Return a version's four numbers; missing and unreadable ones are 0.

    >>> version_numbers("16.0.5400"), version_numbers("1.1.24010.2001-Q")
    ((16, 0, 5400, 0), (1, 1, 24010, 2001))
    """
    numbers = []
    for part in (*version.split(".")[:4], "0", "0", "0", "0")[:4]:
        digits = part.strip().partition("-")[0].partition(" ")[0]
        numbers.append(int(digits) if digits.isascii() and digits.isdecimal() else 0)
    return tuple(numbers)


def _found(values: Mapping[str, _Value], wanted: str, otherwise: _Default) -> _Value | _Default:
    if wanted in values:
        return values[wanted]
    return next((one for name, one in values.items() if name.lower() == wanted), otherwise)


def _name(names: Mapping[str, object], wanted: str, otherwise: str | None = None) -> str:
    """Return the name under which a thing already stands, so that it never stands twice."""
    return next((name for name in names if name.lower() == wanted), otherwise or wanted)
