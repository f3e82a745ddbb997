"""Real export packages, listed and shown: every category once, nothing in them breaks `show`."""

import re
from pathlib import Path

import pytest
from tests import databases
from tests.material import CAPTURES
from tests.published import import_from

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.revisions import CategoryType
from headgate.catalogue.subscription import ProductsMode
from headgate.cli.update_report import as_object, print_details
from headgate.content.local import LocalStore
from headgate.metadata.document import document_text
from headgate.metadata.package import open_package
from headgate.metadata.packing import Packer
from headgate.services.catalogue.browser import CatalogueBrowser

PACKAGES = sorted((CAPTURES / "catalogue").rglob("wsus-export-*.cab")) if CAPTURES else []

_KINDS = {
    "Company": CategoryType.COMPANY,
    "ProductFamily": CategoryType.FAMILY,
    "Product": CategoryType.PRODUCT,
}
_TYPE = re.compile(rb'CategoryType="(\w+)"')

pytestmark = pytest.mark.skipif(not PACKAGES, reason="no captured packages")


def _newest_types(package: Path) -> dict[str, str]:
    """Read the category types with a search of the text, not with our own parser."""
    newest: dict[str, tuple[int, str]] = {}
    for document in open_package(package).documents():
        found = _TYPE.search(document_text(document.data, DocumentEncoding(document.encoding)))
        if found:
            identity = document.identity
            candidate = (identity.revision_number, found[1].decode())
            newest[identity.update_id] = max(newest.get(identity.update_id, (0, "")), candidate)
    return {update_id: written for update_id, (_, written) in newest.items()}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.stem)
def test_every_category_is_listed_once_and_every_sampled_update_can_be_shown(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = databases.sqlite_copy(databases.sqlite_template(tmp_path), tmp_path)
    types = _newest_types(package)
    with databases.opened(url) as engine:
        import_from(package, engine)
        browser = CatalogueBrowser(
            engine=engine, unpack=Packer().unpack, store=LocalStore(tmp_path)
        )
        products = browser.products(ProductsMode.ALL)
        classifications = browser.classifications()
        for update_id in sorted(types)[::10]:
            details = browser.details(update_id.upper())
            as_object(details)
            print_details(details)

    expected = {update_id: _KINDS[kind] for update_id, kind in types.items() if kind in _KINDS}
    assert {line.id: line.kind for line in products} == expected
    assert len(products) == len(expected)
    assert {line.id for line in classifications} == {
        update_id for update_id, kind in types.items() if kind == "UpdateClassification"
    }
    # A company stands at the top; in these packages everything else has its parent with it.
    tops = [line for line in products if line.parent is None]
    assert {line.kind for line in tops} == {CategoryType.COMPANY}
    assert capsys.readouterr().out
