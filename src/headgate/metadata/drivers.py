"""``WindowsDriverMetaData``: for which hardware a driver is, and which driver it is.

It stands in ``ApplicabilityRules/Metadata`` of driver documents, once per hardware id. The lists of
computers inside (``DistributionComputerHardwareId``, ``TargetComputerHardwareId``) and the feature
scores are the server's business: :func:`empty_metadata` takes them out before Core is cut (FACTS
§8.2, rule 7).
"""

import re

from lxml.etree import _Element

from headgate.catalogue.revisions import DriverMetadata
from headgate.metadata.lexical import text
from headgate.metadata.names import DRIVER_COMPUTER_IDS, DRIVER_METADATA, FEATURE_SCORE
from headgate.sentences import Sentence

_SCORE = re.compile(r"[0-9A-Fa-f]{1,2}")


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
    computers = (text(child.text) for child in element.iterchildren(*DRIVER_COMPUTER_IDS))
    return DriverMetadata(
        hardware_id=hardware_id,
        driver_class=get("Class"),
        manufacturer=get("Manufacturer"),
        model=get("Model"),
        provider=get("Provider"),
        version=get("DriverVerVersion"),
        version_date=get("DriverVerDate"),
        computer_hardware_ids=tuple(dict.fromkeys(each for each in computers if each)),
        feature_scores=_feature_scores(element),
    )


def _feature_scores(element: _Element) -> tuple[tuple[str, int], ...]:
    """Return the score of each system ([MS-WUSP] 3.1.1.1); one that cannot be read is none.

    Real documents write it as INF files do, with one or two hexadecimal digits.
    """
    scores: dict[str, int] = {}
    for child in element.iterchildren(FEATURE_SCORE):
        system = text(child.get("OperatingSystem"))
        written = text(child.get("FeatureScore"))
        if system and written and _SCORE.fullmatch(written):
            scores.setdefault(system.lower(), int(written, 16))
    return tuple(scores.items())


def empty_metadata(element: _Element) -> None:
    """Take the children out of one ``WindowsDriverMetaData``; its attributes stay."""
    del element[:]
    element.text = None
