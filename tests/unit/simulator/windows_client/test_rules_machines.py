"""Rules on machines of other kinds: multilingual, of other editions, 32-bit; and what none says."""

from dataclasses import replace

import pytest

from headgate.simulator.windows_client.machine import SERVER, FileFacts
from headgate.simulator.windows_client.mix import machines
from tests.unit.simulator.windows_client.asking_rules import made, says
from tests.unit.simulator.windows_client.machines import a_machine

CURRENT_VERSION = (
    'Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"'
)
BRAZILIAN = a_machine(locale="pt-BR")
MULTILINGUAL = a_machine(locale="pt-BR", added_languages=("de",))


@pytest.mark.parametrize("rule", ["b.WindowsLanguage", "b.PlatformLanguage"])
@pytest.mark.parametrize("language", ["pt", "pt-br", "de"])
def test_with_further_languages_windows_is_localized_to_none(rule: str, language: str) -> None:
    """[MS-WUSP] <42>: always false if the Multilanguage User Interface (MUI) is installed."""
    asked = f'<{rule} Language="{language}" />'

    assert says(asked, BRAZILIAN) is (language != "de")
    assert says(asked, MULTILINGUAL) is False


def test_further_languages_make_it_multilingual() -> None:
    german = '<b.MuiLanguageInstalled Language="de" />'

    assert says("<b.MuiInstalled />", MULTILINGUAL) is says(german, MULTILINGUAL) is True
    assert says('<b.MuiLanguageInstalled Language="fr" />', MULTILINGUAL) is False
    assert says("<b.MuiInstalled />", BRAZILIAN) is says(german, BRAZILIAN) is False


def is_edition(name: str) -> str:
    return f'<b.RegSz {CURRENT_VERSION} Value="EditionID" Comparison="EqualTo" Data="{name}" />'


@pytest.mark.parametrize(
    ("sku", "product_type", "edition"),
    [(48, 1, "Professional"), (4, 1, "Enterprise"), (7, SERVER, "ServerStandard")],
)
def test_windows_says_its_edition(sku: int, product_type: int, edition: str) -> None:
    machine = a_machine(sku=sku, product_type=product_type)

    assert says(is_edition(edition), machine) is True
    assert says(is_edition("Cloud"), machine) is False


def test_every_computer_of_a_fleet_says_its_edition() -> None:
    exists = f'<b.RegValueExists {CURRENT_VERSION} Value="EditionID" Type="REG_SZ" />'

    assert all(says(exists, machine) for machine in machines(200))
    assert says(exists, a_machine(sku=4711)) is False


def test_files_are_found_below_the_system_root() -> None:
    """As real documents write it, with a backslash at the beginning of the path."""
    machine = a_machine(
        files={r"C:\Windows\System32\drivers\fweng.sys": FileFacts(version="4.0.2166.834")}
    )
    rule = (
        '<b.FileVersionPrependRegSz Path="\\system32\\drivers\\fweng.sys" Comparison="EqualTo" '
        f'Version="4.0.2166.834" {CURRENT_VERSION} Value="SystemRoot" />'
    )

    assert says(rule, machine) is True
    assert says(rule, a_machine()) is False


@pytest.mark.parametrize("rule", ["b.WindowsVersion", "b.PlatformVersion"])
@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ('ServicePackMinor="0"', True),
        ('ServicePackMinor="5"', False),
        ('Comparison="GreaterThan" ServicePackMinor="5"', False),
        ('Comparison="LessThan" ServicePackMajor="0" ServicePackMinor="1"', True),
    ],
)
def test_the_minor_number_of_a_service_pack_is_compared(
    rule: str, asked: str, answer: bool
) -> None:
    assert says(f"<{rule} {asked} />", a_machine()) is answer


def test_a_rule_that_asks_what_no_machine_says_is_neither_true_nor_false() -> None:
    machine = a_machine(files={r"C:\Windows\System32\lab.dll": FileFacts(version="1.0", size=7)})

    assert says('<b.Processor Architecture="9" Revision="99999" />', machine) is None
    assert says('<b.Processor Architecture="0" Revision="99999" />', machine) is False
    assert says('<b.Processor Architecture="9" Level="7" Revision="1" />', machine) is False
    assert says('<b.FileExists Path="lab.dll" Language="1031" />', machine) is None
    assert says('<b.FileExists Path="lab.dll" Size="8" Language="1031" />', machine) is False
    assert says('<b.FileExists Path="no.dll" Language="1031" />', machine) is False
    assert made('<b.FileExists Path="no.dll" Language="1031" />', machine) is None


@pytest.mark.parametrize(
    ("csidl", "with_64_bit", "with_32_bit"),
    [
        (41, r"C:\Windows\SysWOW64", r"C:\Windows\System32"),
        (42, r"C:\Program Files (x86)", r"C:\Program Files"),
        (44, r"C:\Program Files (x86)\Common Files", r"C:\Program Files\Common Files"),
        (37, r"C:\Windows\System32", r"C:\Windows\System32"),
    ],
)
def test_a_32_bit_windows_has_no_folders_beside_its_own(
    csidl: int, with_64_bit: str, with_32_bit: str
) -> None:
    rule = f'<b.FileExists Path="lab.dll" Csidl="{csidl}" />'
    for architecture, folder in (("AMD64", with_64_bit), ("X86", with_32_bit)):
        bare = a_machine(architecture=architecture)

        assert says(rule, bare.with_file(rf"{folder}\lab.dll", FileFacts())) is True
        installed = made(rule, bare)
        assert installed is not None and list(installed.files) == [rf"{folder}\lab.dll"]


@pytest.mark.parametrize(
    "path", ["\\\\lab.dll", "\\\\\\lab.dll", "\\lab.dll", ".\\\\lab.dll", "C:\\\\Windows\\lab.dll"]
)
def test_duplicate_backslashes_in_a_path_are_removed(path: str) -> None:
    """[MS-WUSP] <42>; two at the beginning do not name a share."""
    machine = a_machine(files={r"C:\Windows\lab.dll": FileFacts()})
    rule = f'<b.FileExists Path="{path}" Csidl="36" />'

    assert says(rule, machine) is True
    assert says(rule, replace(machine, files={})) is False
