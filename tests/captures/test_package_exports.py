"""Real export packages of ``wsusutil``, read whole."""

from pathlib import Path

import pytest
from tests.material import CAPTURES

from headgate.wire.package import read_package

PACKAGES = sorted(CAPTURES.glob("catalogue/wsus-export-cabs/*.cab")) if CAPTURES else []

pytestmark = pytest.mark.skipif(not PACKAGES, reason="no captures (set HEADGATE_CAPTURES)")

#: Documents, ids and protocol version, by creation day.
KNOWN = {
    "2015-06-10": (2358, 2336, "1.8"),
    "2024-06-19": (4125, 4087, "1.20"),
}


@pytest.mark.parametrize("path", PACKAGES, ids=[path.name for path in PACKAGES])
def test_every_document_of_a_package_is_read(path: Path) -> None:
    package = read_package(path.read_bytes())

    documents = list(package.documents)
    assert len(documents) == len(package.documents) == len(package.updates)
    assert {language.short_name for language in package.languages} >= {"all", "en"}
    for document in documents:
        assert document.xml.encode() == document.utf8
        assert document.identity.update_id in document.xml.lower()
        assert f'RevisionNumber="{document.identity.revision_number}"' in document.xml
    known = KNOWN.get(f"{package.creation_time:%Y-%m-%d}")
    if known is not None:
        ids = {document.identity.update_id for document in documents}
        assert (len(documents), len(ids), package.protocol_version) == known


def test_line_breaks_inside_documents_are_kept() -> None:
    """The lengths fit only with carriage returns counted."""
    packages = [read_package(path.read_bytes()) for path in PACKAGES]

    assert any("\r\n" in one.xml for package in packages for one in package.documents)


def test_documents_cut_from_a_package_are_found_in_it(captures: Path) -> None:
    cut = sorted(captures.glob("catalogue/wsus-export-docs/*.xml"))
    if not cut:
        pytest.skip("no single documents among the captures")
    stored = {
        document.utf8.replace(b"\r\n", b"\n")
        for path in PACKAGES
        for document in read_package(path.read_bytes()).documents
    }

    missing = [path.name for path in cut if path.read_bytes().replace(b"\r\n", b"\n") not in stored]

    assert not missing
