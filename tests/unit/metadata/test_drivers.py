"""What ``WindowsDriverMetaData`` says, and that none of its children reaches a computer."""

import pytest
from tests.unit.metadata.made_documents import a_document

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.revisions import DriverMetadata
from headgate.metadata.document import LARGE, read_document
from headgate.metadata.packing import Packer
from headgate.metadata.rewriting import unescape

PACKER = Packer()


def read(children: str, padding: int = 0) -> DriverMetadata:
    rules = (
        '<upd:Metadata><drv:WindowsDriverMetaData HardwareID="PCI\\VEN_8086" Class="Net">'
        f"{children}</drv:WindowsDriverMetaData></upd:Metadata>"
        f"<upd:IsInstalled><plain>{'x' * padding}</plain></upd:IsInstalled>"
    )
    xml = a_document(attributes='UpdateType="Driver"', rules=rules)
    document = read_document(xml, DocumentEncoding.UTF8, None, PACKER)
    core = unescape(PACKER.unpack(document.fragments.core.data))
    assert b'<d.WindowsDriverMetaData HardwareID="PCI\\VEN_8086" Class="Net" />' in core
    (driver,) = document.revision.drivers
    return driver


def score(value: str, system: str = "amd64.10.0") -> str:
    return f'<drv:FeatureScore FeatureScore="{value}" OperatingSystem="{system}" />'


@pytest.mark.parametrize("padding", [0, LARGE], ids=["small", "large"])
def test_scores_are_hexadecimal_and_systems_lower_case(padding: int) -> None:
    driver = read(score("FF", "AMD64.10.0") + score("0a", "x86.6.1") + score("0"), padding)

    assert driver.feature_scores == (("amd64.10.0", 255), ("x86.6.1", 10))


@pytest.mark.parametrize("value", ["", "100", "-1", "0xFF", "ten", "F F", "²"])
def test_a_score_that_cannot_be_read_is_none(value: str) -> None:
    assert read(score(value)).feature_scores == ()


@pytest.mark.parametrize(
    "written",
    [
        "<drv:FeatureScore />",
        '<drv:FeatureScore FeatureScore="FF" />',
        '<drv:FeatureScore OperatingSystem="amd64.10.0" />',
        score("FF", " "),
    ],
)
def test_a_score_that_lacks_something_is_none(written: str) -> None:
    assert read(written).feature_scores == ()


def test_computers_named_by_distribution_and_by_inf_count_alike() -> None:
    driver = read(
        "<drv:TargetComputerHardwareId>b</drv:TargetComputerHardwareId>"
        "<drv:DistributionComputerHardwareId> A\n</drv:DistributionComputerHardwareId>"
        "<drv:DistributionComputerHardwareId />"
        "<drv:TargetComputerHardwareId>b</drv:TargetComputerHardwareId>"
    )

    assert driver.computer_hardware_ids == ("b", "A")


def test_a_driver_for_every_computer_has_neither() -> None:
    driver = read("")

    assert (driver.computer_hardware_ids, driver.feature_scores) == ((), ())
