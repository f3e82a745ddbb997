"""``WindowsDriverMetaData``: for which hardware a driver is, and which driver it is.

It stands in ``ApplicabilityRules/Metadata`` of driver documents, once per hardware id. The lists of
computers inside (``DistributionComputerHardwareId``) and the feature scores are the server's
business: :func:`empty_metadata` takes them out before Core is cut (FACTS §8.2, rule 7).
"""

from lxml.etree import _Element

from headgate.catalogue.revisions import DriverMetadata
from headgate.metadata.lexical import text
from headgate.metadata.names import DRIVER_COMPUTER_ID, DRIVER_METADATA
from headgate.sentences import Sentence


def read_drivers(rules: _Element | None) -> tuple[DriverMetadata, ...]:
    """Return one entry per ``WindowsDriverMetaData``. Raises ValueError without a HardwareID."""
    if rules is None:
        return ()
    return tuple(read_driver(element) for element in rules.iter(DRIVER_METADATA))


def read_driver(element: _Element) -> DriverMetadata:
    """Return what one ``WindowsDriverMetaData`` says."""
    get = element.get
    hardware_id = get("HardwareID")
    if not hardware_id:
        raise ValueError(Sentence("a WindowsDriverMetaData has no HardwareID"))
    computers = (text(child.text) for child in element.iterchildren(DRIVER_COMPUTER_ID))
    return DriverMetadata(
        hardware_id=hardware_id,
        driver_class=get("Class"),
        manufacturer=get("Manufacturer"),
        model=get("Model"),
        provider=get("Provider"),
        version=get("DriverVerVersion"),
        version_date=get("DriverVerDate"),
        computer_hardware_ids=tuple(each for each in computers if each),
    )


def empty_metadata(element: _Element) -> None:
    """Take the children out of one ``WindowsDriverMetaData``; its attributes stay."""
    del element[:]
    element.text = None
