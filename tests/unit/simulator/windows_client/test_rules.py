"""Applicability rules: what each says of a machine, and how an installation makes it true."""

import pytest

from headgate.simulator.windows_client.machine import (
    SERVER,
    Device,
    FileFacts,
    InstalledDriver,
    InstalledPackage,
    InstalledProduct,
)
from headgate.simulator.windows_client.rules import become, holds, unknown_rules
from tests.unit.simulator.windows_client.asking_rules import core_of, made, rule_of, says
from tests.unit.simulator.windows_client.machines import a_machine

LAB = 'Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\\Lab"'
OFFICE = "{90160000-0011-0000-0000-0000000FF1CE}"


def office() -> InstalledProduct:
    return InstalledProduct(
        code=OFFICE,
        version="16.0.4266.1001",
        language=1033,
        patches=("{AAAA}",),
        features=("Excel",),
        components=("{CCCC}",),
    )


MACHINE = a_machine(
    processors=8,
    locale="pt-BR",
    suite_mask=272,
    registry={
        r"HKEY_LOCAL_MACHINE\SOFTWARE\Lab": {
            "Text": "Hello World",
            "Number": 17,
            "Version": "5.1.2600",
            "Folder": r"C:\Lab",
        },
        r"HKEY_LOCAL_MACHINE\SOFTWARE\Lab\One": {"Good": 1},
        r"HKEY_LOCAL_MACHINE\SOFTWARE\Lab\Two": {"Good": 0},
        r"HKEY_LOCAL_MACHINE\SOFTWARE\WOW6432Node\Old": {"Small": 1},
    },
    files={
        r"C:\Windows\System32\lab.dll": FileFacts(
            version="1.2.3.4", size=100, modified="2024-05-06T07:08:09Z"
        ),
        r"C:\Program Files\Lab\lab.exe": FileFacts(version="2.0.0.0"),
        r"C:\Lab\tool.exe": FileFacts(version="3.0.0.0"),
    },
    products=(office(),),
    packages=(
        InstalledPackage(name="Microsoft-Windows-Foundation-Package", version="10.0.26100.1"),
        InstalledPackage(name="Package_for_KB1", version="10.0.1.3"),
    ),
    releases={"Client.OS.rs2.amd64": "10.0.26100.4061"},
    licences={"Kernel-ProductInfo": 48},
    metrics={"87": 1},
)

TRUE = [
    "<True />",
    "<And><True /><True /></And>",
    "<Or><False /><True /></Or>",
    "<Not><False /></Not>",
    '<b.WindowsVersion Comparison="EqualTo" MajorVersion="10" MinorVersion="0" '
    'BuildNumber="26100" ProductType="1" />',
    '<b.WindowsVersion Comparison="GreaterThanOrEqualTo" MajorVersion="6" MinorVersion="3" />',
    '<b.WindowsVersion Comparison="LessThan" MajorVersion="10" MinorVersion="0" '
    'BuildNumber="26200" />',
    '<b.WindowsVersion SuiteMask="256" />',
    '<b.WindowsVersion AllSuitesMustBePresent="true" SuiteMask="272" />',
    '<b.Processor Architecture="9" />',
    '<b.NumberOfProcessors Comparison="GreaterThanOrEqualTo" Number="8" />',
    '<b.Memory MinMemoryInMB="8192" />',
    '<b.WindowsLanguage Language="pt" />',
    '<b.WindowsLanguage Language="pt-br" />',
    '<b.PlatformLanguage Language="pt" />',
    '<b.SystemMetric Comparison="EqualTo" Index="87" Value="1" />',
    '<b.SystemMetric Comparison="EqualTo" Index="86" Value="0" />',
    '<b.Platform PlatformID="Windows" />',
    '<b.LicenseDword Value="Kernel-ProductInfo" Comparison="EqualTo" Data="48" />',
    '<DeviceAttribute Name="OSSkuId" Type="String" Comparison="EqualTo" Value="48" />',
    '<DeviceAttribute Name="OSVersion" Type="Version" Comparison="LessThan" '
    'Value="10.0.26100.5000" />',
    f"<b.RegKeyExists {LAB} />",
    '<b.RegKeyExists Key="HKEY_LOCAL_MACHINE" Subkey="software\\LAB" />',
    f'<b.RegValueExists {LAB} Value="number" Type="REG_DWORD" />',
    f'<b.RegDword {LAB} Value="Number" Comparison="GreaterThan" Data="16" />',
    f'<b.RegSz {LAB} Value="Text" Comparison="EqualTo" Data="hello world" />',
    f'<b.RegSz {LAB} Value="Text" Comparison="BeginsWith" Data="Hello" />',
    f'<b.RegSz {LAB} Value="Text" Comparison="Contains" Data="lo Wo" />',
    f'<b.RegSzToVersion {LAB} Value="Version" Comparison="GreaterThanOrEqualTo" Data="5.1" />',
    '<b.RegSz Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion" '
    'Value="DisplayVersion" Comparison="EqualTo" Data="24H2" />',
    '<b.RegDword Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\\Old" Value="Small" '
    'Comparison="EqualTo" Data="1" RegType32="true" />',
    f'<b.RegKeyLoop {LAB} TrueIf="Any"><b.RegDword Key="HKEY_LOOP_TARGET" Subkey="" Value="Good" '
    'Comparison="EqualTo" Data="1" /></b.RegKeyLoop>',
    '<b.FileVersion Path="lab.dll" Comparison="EqualTo" Version="1.2.3.4" />',
    '<b.FileVersion Path="Lab\\lab.exe" Comparison="GreaterThan" Version="1.9" Csidl="38" />',
    f'<b.FileVersionPrependRegSz Path="tool.exe" Comparison="EqualTo" Version="3.0" {LAB} '
    'Value="Folder" />',
    '<b.FileExists Path="LAB.DLL" Csidl="37" />',
    '<b.FileExists Path="lab.dll" Size="100" Version="1.2.3.4" />',
    '<b.FileModified Path="lab.dll" Comparison="LessThan" Modified="2025-01-01T00:00:00Z" />',
    '<b.FileSize Path="lab.dll" Comparison="LessThanOrEqualTo" Size="100" />',
    f'<m.MsiProductInstalled ProductCode="{OFFICE.lower()}" />',
    f'<m.MsiProductInstalled ProductCode="{OFFICE}" VersionMin="16.0" VersionMax="17.0" '
    'ExcludeVersionMax="true" Language="1033" />',
    f'<m.MsiPatchInstalledForProduct PatchCode="{{aaaa}}" ProductCode="{OFFICE}" />',
    '<m.MsiFeatureInstalledForProduct AllFeaturesRequired="true"><m.Feature>Excel</m.Feature>'
    f"<m.Product>{OFFICE}</m.Product></m.MsiFeatureInstalledForProduct>",
    "<m.MsiComponentInstalledForProduct><m.Component>{CCCC}</m.Component>"
    f"<m.Component>{{DDDD}}</m.Component><m.Product>{OFFICE}</m.Product>"
    "</m.MsiComponentInstalledForProduct>",
    '<CbsPackageInstalledByIdentity PackageIdentity="Package_for_KB1~31bf~amd64~~10.0.1.3" />',
    '<ProductReleaseInstalled Name="Client.OS.RS2.AMD64" Version="10.0.26100.1" />',
    '<ProductReleaseVersion Name="Client.OS.RS2.AMD64" Version="0.0.0.0" '
    'Comparison="greaterthan" />',
]

FALSE = [
    "<False />",
    "<And><True /><False /></And>",
    '<b.WindowsVersion Comparison="EqualTo" MajorVersion="10" MinorVersion="0" ProductType="3" />',
    '<b.WindowsVersion AllSuitesMustBePresent="true" SuiteMask="384" />',
    '<b.Processor Architecture="12" />',
    '<b.WindowsLanguage Language="en" />',
    '<b.WindowsLanguage Language="p" />',
    "<b.MuiInstalled />",
    '<b.MuiLanguageInstalled Language="pt" />',
    '<b.RegKeyExists Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\\Elsewhere" />',
    f'<b.RegValueExists {LAB} Value="Number" Type="REG_SZ" />',
    f'<b.RegValueExists {LAB} Value="Number" Type="REG_BINARY" />',
    f'<b.RegDword {LAB} Value="Text" Comparison="EqualTo" Data="1" />',
    '<b.RegDword Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\\Old" Value="Small" '
    'Comparison="EqualTo" Data="1" />',
    f'<b.RegKeyLoop {LAB} TrueIf="None"><b.RegDword Key="HKEY_LOOP_TARGET" Subkey="" Value="Good" '
    'Comparison="EqualTo" Data="1" /></b.RegKeyLoop>',
    '<b.FileVersion Path="missing.dll" Comparison="LessThan" Version="9.0" />',
    '<b.FileExists Path="lab.dll" Size="101" />',
    '<b.FileVersionPrependRegSz Path="tool.exe" Comparison="EqualTo" Version="3.0" '
    'Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\\Nowhere" Value="Folder" />',
    f'<m.MsiProductInstalled ProductCode="{OFFICE}" VersionMin="16.0.4266.1001" '
    'ExcludeVersionMin="true" />',
    "<m.MsiFeatureInstalledForProduct AllFeaturesRequired='true'><m.Feature>Excel</m.Feature>"
    f"<m.Feature>Word</m.Feature><m.Product>{OFFICE}</m.Product>"
    "</m.MsiFeatureInstalledForProduct>",
    '<CbsPackageInstalledByIdentity PackageIdentity="Package_for_KB1~31bf~x86~~10.0.1.3" />',
    '<ProductReleaseInstalled Name="Client.OS.RS2.ARM64" Version="10.0.26100.1" />',
    '<DeviceAttribute Name="sku" Type="String" Comparison="EqualTo" Value="48" />',
    '<b.WmiQuery WqlQuery="select * from Win32_ComputerSystem" />',
    "<b.ClusteredOS />",
]

UNKNOWN = [
    "<b.InstalledOnce />",
    '<b.GenericQuery Namespace="a" Type="b" Parameter="c" />',
    "<Not><b.Riddle /></Not>",
    "<And><True /><b.Riddle /></And>",
    "<Or><False /><b.Riddle /></Or>",
    "<Not />",
    "<Not><False /><False /></Not>",
    f'<b.RegSz {LAB} Value="Text" Comparison="SoundsLike" Data="Hello" />',
]


@pytest.mark.parametrize("rule", TRUE)
def test_rules_that_are_true_of_the_machine(rule: str) -> None:
    assert says(rule, MACHINE) is True


@pytest.mark.parametrize("rule", FALSE)
def test_rules_that_are_false_of_the_machine(rule: str) -> None:
    assert says(rule, MACHINE) is False


@pytest.mark.parametrize("rule", UNKNOWN)
def test_a_rule_nobody_knows_is_neither_true_nor_false(rule: str) -> None:
    assert says(rule, MACHINE) is None


def test_what_is_known_decides_where_it_can() -> None:
    assert says("<And><b.Riddle /><False /></And>", MACHINE) is False
    assert says("<Or><b.Riddle /><True /></Or>", MACHINE) is True


def test_unknown_rules_are_named() -> None:
    core = core_of("<And><Not><b.Riddle /></Not><b.MuiInstalled /><Not /></And>")

    assert list(unknown_rules(rule_of(core))) == ["b.Riddle", "Not"]


BECOMING = [
    f'<b.RegSz {LAB} Value="New" Comparison="EqualTo" Data="x" />',
    f'<b.RegDword {LAB} Value="New" Comparison="GreaterThan" Data="7" />',
    f'<b.RegDword {LAB} Value="New" Comparison="GreaterThan" Data="7" RegType32="true" />',
    f'<b.RegSzToVersion {LAB} Value="Version" Comparison="GreaterThanOrEqualTo" Data="6.0" />',
    f'<b.RegValueExists {LAB} Value="New" Type="REG_DWORD" />',
    '<b.RegKeyExists Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\\New" />',
    '<b.FileVersion Path="new.dll" Comparison="GreaterThan" Version="1.0.65535.65535" />',
    '<b.FileExists Path="new.dll" Version="1.0" Csidl="42" />',
    '<b.FileSize Path="new.dll" Comparison="EqualTo" Size="9" />',
    f'<b.FileVersionPrependRegSz Path="tool.exe" Comparison="EqualTo" Version="4.0" {LAB} '
    'Value="Folder" />',
    '<m.MsiProductInstalled ProductCode="{NEW}" VersionMin="2.0" Language="1031" />',
    f'<m.MsiPatchInstalledForProduct PatchCode="{{NEW}}" ProductCode="{OFFICE}" />',
    '<CbsPackageInstalledByIdentity PackageIdentity="Package_for_KB2~31bf~amd64~~1.0.0.0" />',
    '<ProductReleaseInstalled Name="Client.OS.RS2.AMD64" Version="10.0.26100.5000" />',
    '<b.WindowsVersion Comparison="GreaterThanOrEqualTo" MajorVersion="10" MinorVersion="0" '
    'BuildNumber="26200" ProductType="1" />',
    f'<And><b.RegSz {LAB} Value="A" Comparison="EqualTo" Data="1" />'
    f'<b.RegSz {LAB} Value="B" Comparison="EqualTo" Data="2" /></And>',
    f'<Or><b.Processor Architecture="12" /><b.RegSz {LAB} Value="A" Comparison="EqualTo" '
    'Data="1" /></Or>',
    f'<Not><b.RegSz {LAB} Value="Text" Comparison="EqualTo" Data="Hello World" /></Not>',
    f"<Not><b.RegKeyExists {LAB} /></Not>",
    '<Not><b.FileExists Path="lab.dll" /></Not>',
    f'<Not><m.MsiProductInstalled ProductCode="{OFFICE}" /></Not>',
]


@pytest.mark.parametrize("rule", BECOMING)
def test_an_installation_makes_a_rule_true(rule: str) -> None:
    assert says(rule, MACHINE) is False

    changed = made(rule, MACHINE)

    assert changed is not None
    assert says(rule, changed) is True


@pytest.mark.parametrize(
    "rule",
    [
        "<False />",
        '<b.Processor Architecture="12" />',
        "<b.Riddle />",
        "<And><True /><b.ClusteredOS /></And>",
        "<And><True /><Not /></And>",
        '<b.WindowsVersion Comparison="EqualTo" MajorVersion="10" MinorVersion="0" '
        'BuildNumber="26200" ProductType="3" />',
    ],
)
def test_some_rules_cannot_be_made_true(rule: str) -> None:
    assert made(rule, MACHINE) is None


def a_package(version: str, *, architecture: str = "amd64", parent: str = "") -> str:
    inside = (
        f'<parent buildCompare="EQ"><assemblyIdentity name="Microsoft-Windows-Foundation-Package" '
        f'version="{parent}" processorArchitecture="amd64" language="neutral" /></parent>'
        if parent
        else ""
    )
    return (
        "<Metadata><CbsPackageApplicabilityMetadata>"
        '<assembly xmlns="urn:schemas-microsoft-com:asm.v3">'
        f'<assemblyIdentity name="Package_for_RollupFix" version="{version}" language="neutral" '
        f'processorArchitecture="{architecture}" /><package identifier="KB1">{inside}</package>'
        "</assembly></CbsPackageApplicabilityMetadata></Metadata>"
    )


INSTALLABLE = "<CbsPackageInstallable />"
INSTALLED = "<CbsPackageInstalled />"


@pytest.mark.parametrize(
    ("metadata", "installable"),
    [
        (a_package("10.0.26100.5000", parent="10.0.26100.1"), True),
        (a_package("10.0.26100.5000"), True),
        (a_package("10.0.26200.5000", parent="10.0.26200.1"), False),
        (a_package("10.0.26100.5000", architecture="arm64"), False),
    ],
)
def test_a_package_belongs_where_its_parent_is(metadata: str, installable: bool) -> None:
    assert says(INSTALLABLE, MACHINE, metadata) is installable
    assert says(INSTALLED, MACHINE, metadata) is False


def test_an_installed_package_raises_the_build_revision_and_holds_older_ones() -> None:
    core = core_of(INSTALLED, a_package("10.0.26100.5000"))
    assert core.is_installed is not None

    changed = become(core.is_installed, MACHINE, core)

    assert changed is not None and changed.windows.ubr == 5000
    assert says(INSTALLED, changed, a_package("10.0.26100.4500")) is True
    assert says(INSTALLED, changed, a_package("10.0.26100.5001")) is False
    assert says(INSTALLABLE, changed, a_package("10.0.26100.4500")) is False


def test_patches_and_applications_of_windows_installer_read_their_metadata() -> None:
    patch = (
        '<Metadata><m.MsiPatchMetadata><MsiPatch PatchGUID="{PPPP}" '
        'xmlns="http://www.microsoft.com/msi/patch_applicability.xsd"><TargetProduct>'
        f"<TargetProductCode Validate='true'>{OFFICE}</TargetProductCode></TargetProduct>"
        "</MsiPatch></m.MsiPatchMetadata></Metadata>"
    )
    application = (
        '<Metadata><m.MsiApplicationMetadata><m.ProductCode Version="2.0.0">{QQQQ}'
        "</m.ProductCode></m.MsiApplicationMetadata></Metadata>"
    )
    assert says("<m.MsiPatchInstallable />", MACHINE, patch) is True
    assert says("<m.MsiPatchInstallable />", a_machine(), patch) is False
    assert says("<m.MsiApplicationInstallable />", MACHINE, application) is True
    for rule, metadata in (
        ("<m.MsiPatchInstalled />", patch),
        ("<m.MsiApplicationInstalled />", application),
    ):
        core = core_of(rule, metadata)
        assert core.is_installed is not None
        assert holds(core.is_installed, MACHINE, core) is False
        changed = become(core.is_installed, MACHINE, core)
        assert changed is not None and holds(core.is_installed, changed, core) is True
        removed = become(core.is_installed, changed, core, true=False)
        assert removed is not None and holds(core.is_installed, removed, core) is False


def a_driver(date: str, version: str) -> str:
    return (
        f'<Metadata><d.WindowsDriverMetaData HardwareID="pci\\ven_1" DriverVerDate="{date}" '
        f'DriverVerVersion="{version}" Class="Net" Manufacturer="M" Provider="P" Model="X" />'
        "</Metadata>"
    )


def test_drivers_are_installed_where_they_are_newer() -> None:
    have = InstalledDriver(matching_id=r"PCI\VEN_1", date="2024-01-01", version="2.0.0.0")
    machine = a_machine(devices=(Device(hardware_ids=(r"PCI\VEN_1",), driver=have),))
    older, newer = a_driver("2023-01-01", "3.0.0.0"), a_driver("2025-01-01", "1.0.0.0")

    assert says("<d.WindowsDriverInstallable />", machine, newer) is True
    assert says("<d.WindowsDriverInstallable />", machine, older) is False
    assert says("<d.WindowsDriverSuperseded />", machine, older) is True
    assert says("<d.WindowsDriverInstallable />", a_machine(), newer) is False
    core = core_of("<d.WindowsDriverInstalled />", newer)
    assert core.is_installed is not None
    changed = become(core.is_installed, machine, core)
    assert changed is not None and changed.devices[0].driver is not None
    assert changed.devices[0].driver.version == "1.0.0.0"


def test_a_server_is_not_a_workstation() -> None:
    server = a_machine(product_type=SERVER, sku=7)
    rule = '<b.WindowsVersion MajorVersion="10" ProductType="3" Comparison="EqualTo" />'
    assert says(rule, server) is True
    assert says(rule, MACHINE) is False
