"""Made-up documents are shaped like real ones; real packages are served as they are.

Every element that stands inside another, and every attribute, must have been seen in a real
document, or stand in the short list below with its source.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from tests.material import CAPTURES
from tests.unit.simulator.downstream import connected
from tests.upstream_lab import running_upstream

from headgate.simulator.microsoft_update import open_world
from headgate.wire.package import read_package

BASE = "http://schemas.microsoft.com/msus/2002/12/"
#: seen in captured fragments of a component-based update (captures, native/cbs), where the
#: namespaces are gone, or declared in [MS-WUSP] notes 43 and 44 and section 3.1.1.1
KNOWN_PARENTS = {
    "IsInstalled": {"CbsPackageInstalled"},
    "IsInstallable": {"CbsPackageInstallable", "FileVersion", "Processor", "WindowsVersion"},
    "Metadata": {"CbsPackageApplicabilityMetadata"},
    "HandlerSpecificData": {"CbsData"},
    "Properties": {"UninstallationBehavior", "SecurityBulletinID", "CveID"},
    "LocalizedPropertiesCollection": {"EulaFile"},
    "EulaFile": {"AdditionalDigest"},
}
KNOWN_ATTRIBUTES = {
    "CbsData": {"PackageIdentity"},
    "ReturnCode": {"Reboot"},
    "EulaFile": {"Digest", "DigestAlgorithm", "FileName", "Language", "Size"},
    "File": {"PatchingType"},
    "Properties": {"CompatibleProtocolVersion", "EulaID", "OSUpgrade"},
    "UninstallationBehavior": {"Impact", "RebootBehavior"},
}
PARSER = etree.XMLParser(huge_tree=True, resolve_entities=False)


def packages(captures: Path) -> list[Path]:
    return sorted((captures / "catalogue" / "wsus-export-cabs").glob("*.cab"))


def real_documents(captures: Path) -> Iterator[Any]:
    for folder in ("wsusss/docs", "catalogue/mucatalogsharp", "catalogue/wsus-export-docs"):
        for path in sorted((captures / folder).glob("*.xml")):
            yield etree.parse(str(path), PARSER).getroot()
    for path in packages(captures):
        for document in read_package(path.read_bytes()).documents:
            yield etree.fromstring(document.utf8, PARSER)


def shape(roots: Iterator[Any]) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Pairs of element and child, and of element and attribute; msus namespaces only."""
    pairs, attributes = set(), set()
    for root in roots:
        for element in root.iter("{*}*"):
            if not element.tag.startswith("{" + BASE):
                continue
            parent = element.getparent()
            if parent is not None:
                pairs.add((parent.tag, element.tag))
            attributes.update((element.tag, str(name)) for name in element.attrib)
    return pairs, attributes


def local(tag: str) -> str:
    return tag.rpartition("}")[2]


def test_made_up_documents_use_nothing_real_ones_do_not(captures: Path) -> None:
    made_up = (
        etree.fromstring(one.write(), PARSER)
        for name in ("small", "ordinary:400")
        for month in open_world(name).months
        for one in month.publications
    )
    our_pairs, our_attributes = shape(made_up)
    real_pairs, real_attributes = shape(real_documents(captures))
    strange = {
        (local(one), local(other))
        for one, other in our_pairs - real_pairs
        if local(other) not in KNOWN_PARENTS.get(local(one), ())
    }
    odd = {
        (local(one), name)
        for one, name in our_attributes - real_attributes
        if name not in KNOWN_ATTRIBUTES.get(local(one), ())
    }
    assert (strange, odd) == (set(), set())


@pytest.mark.parametrize(
    "path", packages(CAPTURES) if CAPTURES else [], ids=lambda path: str(path.stem)
)
def test_a_real_package_is_served_whole_and_unchanged(path: Path) -> None:
    package = read_package(path.read_bytes())
    texts = {
        (one.identity.update_id.lower(), one.identity.revision_number): one.xml
        for one in package.documents
    }
    with running_upstream(packages=[path]) as lab, connected(lab) as source:
        listed = source.listing(configuration=True)[1] + source.listing()[1]
        assert sorted(listed) == sorted(texts)
        wanted = listed
        while wanted:
            items = source.documents(wanted[:100])
            for item in items:
                assert text_of(item) == texts[item.identity]
            wanted = wanted[len(items) :]


def test_packages_can_be_added_to_a_world(captures: Path) -> None:
    world = open_world("small", packages=packages(captures)[:1])
    identities = [one.identity for one in world.months[0].publications]
    assert len(identities) == len(set(identities)) > 3_000
    assert any(one.title.startswith("2026-11 Cumulative") for one in world.months[0].publications)
    assert len(world.months) == 2


def text_of(item: Any) -> str:
    from headgate.wire import cab

    if item.cabinet is None:
        return str(item.text)
    return cab.read_members(item.cabinet)["blob"].decode("utf-16-le")
