"""Which Windows it is, from the numbers a computer sends.

The names a computer gives itself lag behind: Windows 11 says ``Windows 10 Pro`` (FACTS §2.5). The
build number does not: from 22000 a client is Windows 11. Servers share build numbers with clients
and are told apart by product type. Older systems by a shortened form of the table in
[MS-WUSP] <13>.
"""

import re
from dataclasses import dataclass

#: ``OldProductType``: 1 a workstation, 2 a domain controller, 3 another server.
_WORKSTATION = 1

_FIRST_WINDOWS_11 = 22000

#: Releases by build number. Clients first.
_CLIENTS = {
    10240: "1507",
    10586: "1511",
    14393: "1607",
    15063: "1703",
    16299: "1709",
    17134: "1803",
    17763: "1809",
    18362: "1903",
    18363: "1909",
    19041: "2004",
    19042: "20H2",
    19043: "21H1",
    19044: "21H2",
    19045: "22H2",
    22000: "21H2",
    22621: "22H2",
    22631: "23H2",
    26100: "24H2",
    26200: "25H2",
    28000: "26H1",
}
_SERVERS = {
    14393: "2016",
    16299: "version 1709",
    17134: "version 1803",
    17763: "2019",
    18362: "version 1903",
    18363: "version 1909",
    19041: "version 2004",
    19042: "version 20H2",
    20348: "2022",
    25398: "version 23H2",
    26100: "2025",
}

#: Before Windows 10 the version says it: (major, minor) -> client, server.
_OLDER = {
    (6, 3): ("Windows 8.1", "Windows Server 2012 R2"),
    (6, 2): ("Windows 8", "Windows Server 2012"),
    (6, 1): ("Windows 7", "Windows Server 2008 R2"),
    (6, 0): ("Windows Vista", "Windows Server 2008"),
    (5, 2): ("Windows XP Professional x64 Edition", "Windows Server 2003"),
    (5, 1): ("Windows XP", "Windows XP"),
    (5, 0): ("Windows 2000", "Windows 2000 Server"),
}

#: ``NewProductType``: the edition, as Windows' GetProductInfo numbers them.
_CLIENT_EDITIONS = {
    1: "Ultimate",
    2: "Home Basic",
    3: "Home Premium",
    4: "Enterprise",
    5: "Home Basic N",
    6: "Business",
    11: "Starter",
    16: "Business N",
    26: "Home Premium N",
    27: "Enterprise N",
    28: "Ultimate N",
    47: "Starter N",
    48: "Pro",
    49: "Pro N",
    72: "Enterprise Evaluation",
    98: "Home N",
    99: "Home China",
    100: "Home Single Language",
    101: "Home",
    119: "Team",
    121: "Education",
    122: "Education N",
    125: "Enterprise LTSC",
    126: "Enterprise N LTSC",
    129: "Enterprise LTSC Evaluation",
    161: "Pro for Workstations",
    162: "Pro for Workstations N",
    164: "Pro Education",
    165: "Pro Education N",
    175: "Enterprise multi-session",
    188: "IoT Enterprise",
    191: "IoT Enterprise LTSC",
    203: "SE",
}
_SERVER_EDITIONS = {
    7: "Standard",
    8: "Datacenter",
    10: "Enterprise",
    12: "Datacenter (Core)",
    13: "Standard (Core)",
    14: "Enterprise (Core)",
    17: "Web",
    42: "Hyper-V Server",
    50: "Essentials",
    79: "Standard Evaluation",
    80: "Datacenter Evaluation",
    143: "Datacenter (Nano)",
    144: "Standard (Nano)",
    145: "Datacenter (Core)",
    146: "Standard (Core)",
    406: "Azure Stack HCI",
    407: "Datacenter: Azure Edition",
    408: "Datacenter: Azure Edition (Core)",
}

#: A client that calls itself a server: several people work on it at once.
_MULTI_SESSION = 175


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemNumbers:
    """What a registration says of the system; None: it did not say."""

    major: int | None
    minor: int | None
    build: int | None
    product_type: int | None  #: ``OldProductType``
    edition: int | None  #: ``NewProductType``


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchLevel:
    """A full version: 10.0.26200.8037."""

    major: int
    minor: int
    build: int
    revision: int


_VERSION = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,6})\.(\d{1,6})", re.ASCII)


def patch_level(text: str | None) -> PatchLevel | None:
    """Return the version in ``DeviceAttributes``' ``OSVersion``, None for anything else."""
    found = _VERSION.fullmatch(text or "")
    if found is None:
        return None
    major, minor, build, revision = map(int, found.groups())
    return PatchLevel(major=major, minor=minor, build=build, revision=revision)


def windows_name(numbers: SystemNumbers) -> str | None:
    """Return what people call a system; None when it did not tell its version.

    >>> windows_name(SystemNumbers(major=10, minor=0, build=26200, product_type=1, edition=48))
    'Windows 11 25H2 Pro'
    >>> windows_name(SystemNumbers(major=10, minor=0, build=20348, product_type=3, edition=8))
    'Windows Server 2022 Datacenter'
    >>> windows_name(SystemNumbers(major=6, minor=1, build=7601, product_type=1, edition=48))
    'Windows 7 Professional'
    """
    if numbers.major is None or numbers.minor is None:
        return None
    system = _system(numbers)
    if system is None:
        return f"Windows {numbers.major}.{numbers.minor}"
    edition = _edition(numbers)
    return f"{system} {edition}" if edition else system


def full_version(
    major: int | None, minor: int | None, build: int | None, revision: int | None
) -> str | None:
    """Return the version as Windows writes it, as far as it is known.

    >>> full_version(10, 0, 26200, 8037), full_version(10, 0, 26200, None)
    ('10.0.26200.8037', '10.0.26200')
    """
    if major is None or minor is None or build is None:
        return None
    version = f"{major}.{minor}.{build}"
    return version if revision is None else f"{version}.{revision}"


def _system(numbers: SystemNumbers) -> str | None:
    if numbers.major == 10:
        build = numbers.build or 0
        if _is_client(numbers):
            product = "Windows 11" if build >= _FIRST_WINDOWS_11 else "Windows 10"
            release = _CLIENTS.get(build)
        else:
            product, release = "Windows Server", _SERVERS.get(build)
        return f"{product} {release}" if release else product
    older = _OLDER.get((numbers.major or 0, numbers.minor or 0))
    return older and older[0 if _is_client(numbers) else 1]


def _edition(numbers: SystemNumbers) -> str | None:
    if numbers.edition is None or (numbers.major or 0) < 6:
        return None
    if not _is_client(numbers):
        return _SERVER_EDITIONS.get(numbers.edition)
    edition = _CLIENT_EDITIONS.get(numbers.edition)
    if edition and numbers.major == 6 and numbers.minor == 1:
        return edition.replace("Pro", "Professional")
    return edition


def _is_client(numbers: SystemNumbers) -> bool:
    if numbers.edition == _MULTI_SESSION:
        return True
    if not numbers.product_type:  # some senders leave it 0
        return numbers.edition not in _SERVER_EDITIONS
    return numbers.product_type == _WORKSTATION
