"""Systems get the names administrators know, from numbers alone."""

import pytest

from headgate.fleet.windows import (
    PatchLevel,
    SystemNumbers,
    full_version,
    patch_level,
    windows_name,
)

WORKSTATION, DOMAIN_CONTROLLER, SERVER = 1, 2, 3


def _name(version: str, product_type: int | None, edition: int | None = None) -> str | None:
    major, minor, build = map(int, version.split("."))
    return windows_name(
        SystemNumbers(
            major=major, minor=minor, build=build, product_type=product_type, edition=edition
        )
    )


@pytest.mark.parametrize(
    ("version", "product_type", "edition", "name"),
    [
        ("10.0.26200", WORKSTATION, 48, "Windows 11 25H2 Pro"),  # says "Windows 10 Pro" itself
        ("10.0.26100", WORKSTATION, 4, "Windows 11 24H2 Enterprise"),
        ("10.0.26100", SERVER, 8, "Windows Server 2025 Datacenter"),
        ("10.0.22000", WORKSTATION, 101, "Windows 11 21H2 Home"),
        ("10.0.19045", WORKSTATION, 121, "Windows 10 22H2 Education"),
        ("10.0.17763", WORKSTATION, 125, "Windows 10 1809 Enterprise LTSC"),
        ("10.0.17763", DOMAIN_CONTROLLER, 7, "Windows Server 2019 Standard"),
        ("10.0.20348", SERVER, 80, "Windows Server 2022 Datacenter Evaluation"),
        ("10.0.14393", SERVER, 13, "Windows Server 2016 Standard (Core)"),
        ("10.0.22631", SERVER, 175, "Windows 11 23H2 Enterprise multi-session"),
        ("10.0.99999", WORKSTATION, 48, "Windows 11 Pro"),  # a release to come
        ("10.0.99999", SERVER, None, "Windows Server"),
        ("10.0.26100", 0, 7, "Windows Server 2025 Standard"),  # a sender without product type
        ("10.0.26100", None, None, "Windows 11 24H2"),
        ("6.3.9600", WORKSTATION, 48, "Windows 8.1 Pro"),
        ("6.3.9600", SERVER, 7, "Windows Server 2012 R2 Standard"),
        ("6.1.7601", WORKSTATION, 49, "Windows 7 Professional N"),
        ("6.1.7601", SERVER, 10, "Windows Server 2008 R2 Enterprise"),
        ("5.2.3790", SERVER, 0, "Windows Server 2003"),
        ("4.0.1381", SERVER, 0, "Windows 4.0"),
    ],
)
def test_a_system_is_called_what_people_call_it(
    version: str, product_type: int | None, edition: int | None, name: str
) -> None:
    assert _name(version, product_type, edition) == name


def test_who_told_nothing_has_no_system() -> None:
    nothing = SystemNumbers(major=None, minor=None, build=None, product_type=None, edition=None)

    assert windows_name(nothing) is None
    assert full_version(None, None, None, None) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.26200.8037", PatchLevel(major=10, minor=0, build=26200, revision=8037)),
        ("10.0.26200", None),
        ("10.0.26200.8037.1", None),
        ("10.0.-1.2", None),
        ("10.0.26200.99999999999", None),
        ("١٠.0.26200.8037", None),
        ("", None),
        (None, None),
    ],
)
def test_the_patch_level_is_four_numbers_or_nothing(
    text: str | None, expected: PatchLevel | None
) -> None:
    assert patch_level(text) == expected
