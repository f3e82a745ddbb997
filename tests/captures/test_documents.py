"""Every real document read, and its facts compared with an XPath reading of the same text."""

import base64
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree
from tests.captures.real_documents import (
    all_documents,
    document_files,
    package_documents,
    package_files,
)
from tests.material import CAPTURES

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import CategoryType, Revision, UpdateKind
from headgate.metadata.document import document_text, read_document
from headgate.metadata.package import open_package
from headgate.metadata.packing import Packer
from headgate.wire.cab import write_cabinet

needs_captures = pytest.mark.skipif(CAPTURES is None, reason="no captures")

_NS = {"u": "http://schemas.microsoft.com/msus/2002/12/Update"}
_DRIVER = "http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/WindowsDriver"

#: year of the package: documents, ids, and ids by kind (counted by those who captured them)
_PACKAGES = {
    "2015": (2358, 2336, {"product": 206, "family": 46, "company": 2, "classification": 10}, 2072),
    "2024": (4125, 4087, {"product": 356, "family": 57, "company": 2, "classification": 12}, 3660),
}


def _read(xml: bytes, expected: RevisionIdentity | None = None) -> Revision:
    return read_document(xml, DocumentEncoding.UTF8, expected, Packer()).revision


class Independent:
    """The same facts by XPath, with a parser and conversions of its own."""

    def __init__(self, xml: bytes) -> None:
        self.root = etree.fromstring(xml)

    def all(self, path: str) -> list[str]:
        return [str(found) for found in self.root.xpath(path, namespaces=_NS)]

    def one(self, path: str) -> str | None:
        return next(iter(self.all(path)), None)

    def ids(self, path: str) -> tuple[str, ...]:
        return tuple(found.lower() for found in self.all(path + "/u:UpdateIdentity/@UpdateID"))

    def clauses(self, path: str) -> list[tuple[str, ...]]:
        clauses = []
        for element in self.root.xpath(path + "/*", namespaces=_NS):
            ids = element.xpath("descendant-or-self::u:UpdateIdentity/@UpdateID", namespaces=_NS)
            clauses.append(tuple(found.lower() for found in ids))
        return clauses


@needs_captures
def test_facts_of_every_document_agree_with_an_independent_reading() -> None:
    count = 0
    for xml in all_documents():
        _compare(_read(xml), Independent(xml))
        count += 1
    assert count >= 6483 + 10


def _compare(revision: Revision, found: Independent) -> None:
    number = int(found.one("/u:Update/u:UpdateIdentity/@RevisionNumber") or -1)
    assert revision.identity == RevisionIdentity(found.ids("/u:Update")[0], number)
    assert revision.kind == (found.one("//u:Properties/@UpdateType") or "").lower()
    assert revision.publisher_id == found.one("//u:Properties/@PublisherID")
    assert revision.publication_state == (found.one("//@PublicationState") or "").lower()
    assert revision.created == _moment(found.one("//u:Properties/@CreationDate"))
    assert revision.legacy_name == found.one("//@LegacyName")
    assert list(revision.kb_articles) == found.all("//u:Properties/u:KBArticleID/text()")
    assert list(revision.languages) == found.all("//u:Properties/u:Language/text()")
    assert revision.severity == found.one("//@MsrcSeverity")
    assert revision.explicitly_deployable == (found.one("//@ExplicitlyDeployable") == "true")
    assert (revision.handler or "") == (found.one("//@Handler") or "").split("/")[-1]
    assert str(revision.max_download_size) == str(found.one("//@MaxDownloadSize"))
    _compare_texts(revision, found)
    _compare_relations(revision, found)
    _compare_files(revision, found)


def _moment(written: str | None) -> datetime:
    """Documents before 2005 give the zone of Redmond and seven digits of a second."""
    form = re.match(r"(.{19})(?:\.(\d+))?(?:Z|([-+]\d\d):(\d\d))?$", written or "")
    assert form is not None, written
    moment = datetime.strptime(form[1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    moment -= timedelta(hours=int(form[3] or 0))
    return moment.replace(microsecond=int((form[2] or "0").ljust(6, "0")[:6]))


def _compare_texts(revision: Revision, found: Independent) -> None:
    languages = found.all("//u:LocalizedProperties/u:Language/text()")
    titles = found.all("//u:LocalizedProperties/u:Title/text()")
    assert [text.language for text in revision.texts] == [each.lower() for each in languages]
    assert [text.title for text in revision.texts] == [title.strip() for title in titles]
    descriptions = found.all("//u:LocalizedProperties/u:Description/text()")
    described = [text.description for text in revision.texts if text.description]
    assert described == [each.strip() for each in descriptions if each.strip()]


def _compare_relations(revision: Revision, found: Independent) -> None:
    prerequisites = [clause.any_of for clause in revision.prerequisites]
    assert prerequisites == found.clauses("//u:Relationships/u:Prerequisites")
    bundled = [tuple(each.update_id for each in clause) for clause in revision.bundled]
    assert bundled == found.clauses("//u:Relationships/u:BundledUpdates")
    numbers = [str(each.revision_number) for clause in revision.bundled for each in clause]
    assert numbers == found.all("//u:BundledUpdates//u:UpdateIdentity/@RevisionNumber")
    assert revision.supersedes == found.ids("//u:Relationships/u:SupersededUpdates")
    categories = [clause.is_category for clause in revision.prerequisites]
    assert categories.count(True) == len(found.all("//u:AtLeastOne[@IsCategory='true']/@*"))


def _compare_files(revision: Revision, found: Independent) -> None:
    digests = [base64.b64encode(file.sha1).decode() for file in revision.files]
    assert digests == found.all("//u:Files/u:File/@Digest")
    stronger = [base64.b64encode(file.sha256).decode() for file in revision.files if file.sha256]
    assert stronger == found.all("//u:File/u:AdditionalDigest[@Algorithm='SHA256']/text()")
    assert [str(file.size) for file in revision.files] == found.all("//u:Files/u:File/@Size")
    assert [file.name for file in revision.files] == found.all("//u:Files/u:File/@FileName")


@needs_captures
@pytest.mark.parametrize("package", package_files(), ids=lambda path: path.stem)
def test_a_package_has_the_known_numbers_of_products_and_detectoids(package: Path) -> None:
    documents = package_documents(package)
    ids: dict[str, set[str]] = {}
    for document in documents:
        expected = RevisionIdentity(document.update_id, document.revision_number)
        revision = _read(document.xml, expected)
        kind = revision.category_type or revision.kind
        ids.setdefault(str(kind), set()).add(revision.identity.update_id)
    counted = {kind: len(found) for kind, found in ids.items()}

    year = next((year for year in _PACKAGES if year in package.stem), None)
    if year is None:
        pytest.skip("a package whose numbers nobody has counted")
    total, distinct, categories, detectoids = _PACKAGES[year]
    assert len(documents) == total
    assert sum(counted.values()) == distinct
    assert counted == {**categories, "detectoid": detectoids}


@needs_captures
@pytest.mark.parametrize("package", package_files(), ids=lambda path: path.stem)
def test_the_adaptor_hands_out_the_documents_of_a_package_unchanged(package: Path) -> None:
    opened = open_package(package)
    received = list(opened.documents())

    assert opened.count == len(received)
    assert [each.data for each in received] == [each.xml for each in package_documents(package)]
    assert {each.encoding for each in received} == {DocumentEncoding.UTF8}
    for each in received[::50]:
        assert _read(each.data, each.identity).identity == each.identity


@needs_captures
@pytest.mark.parametrize("path", document_files(), ids=lambda path: path.stem)
def test_a_document_says_the_same_in_every_encoding(path: Path) -> None:
    xml = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    utf16 = xml.decode().encode("utf-16-le")
    packer = Packer()
    plain = read_document(xml, DocumentEncoding.UTF8, None, packer)

    cabinet = write_cabinet([("blob", utf16)])

    assert read_document(utf16, DocumentEncoding.UTF16, None, packer) == plain
    assert read_document(cabinet, DocumentEncoding.CABINET, None, packer) == plain
    assert document_text(cabinet, DocumentEncoding.CABINET) == xml


def _sample(name: str) -> Revision:
    assert CAPTURES is not None
    path = CAPTURES / "catalogue/mucatalogsharp" / name
    if not path.is_file():
        pytest.skip(f"no {name} among the captures")
    return _read(path.read_bytes())


@needs_captures
def test_a_real_driver_names_its_hardware_and_the_computers_it_is_for() -> None:
    revision = _sample("sample_driver_1.xml")

    assert revision.kind is UpdateKind.DRIVER
    (driver,) = revision.drivers
    assert driver.hardware_id == r"USB\VID_8087&PID_0A2B&REV_0010"
    assert (driver.version, driver.version_date) == ("22.150.0.6", "2022-05-30")
    assert (driver.driver_class, driver.provider) == ("Other Hardware", "Intel Corporation")
    assert driver.model == "Intel(R) Wireless Bluetooth(R)"
    assert len(driver.computer_hardware_ids) == 5
    assert driver.computer_hardware_ids[0] == "3962b55f-f768-58cb-9ca2-b5d61a1fdbae"
    assert len(revision.files[0].languages) == len(revision.languages) == 36
    assert revision.installation is not None
    assert revision.installation.reboot == "CanRequestReboot"
    assert revision.uninstallation is None


@needs_captures
def test_a_real_cumulative_update_knows_what_it_replaces() -> None:
    revision = _sample("sample_update_2.xml")

    assert revision.is_bundle
    assert len(revision.supersedes) == 14
    assert revision.severity == "Critical"
    assert revision.kb_articles == ("5013943",)
    assert revision.title.startswith("2022-05 Cumulative Update for Windows 11")
    assert revision.support_url == "https://support.microsoft.com/help/5013943"
    assert revision.more_info_urls == ("https://support.microsoft.com/help/5013943",)
    assert not revision.auto_select_on_web_sites
    notes = Counter(bool(text.uninstall_notes) for text in revision.texts)
    assert notes == {True: 29}


@needs_captures
def test_a_company_is_a_category_without_updates_of_its_own() -> None:
    companies = [path for path in document_files() if "company" in path.stem]
    for path in companies:
        assert _read(path.read_bytes()).category_type is CategoryType.COMPANY
    assert companies
