"""A catalogue small enough to know by heart, with one of everything computers are sent.

company > product; detectoid; a standalone update of the product behind the detectoid, in three
languages, with two files and a licence; a bundle of two members; a declined update; a driver.
"""

import dataclasses
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.files import UpdateFile
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import (
    CategoryType,
    DriverMetadata,
    LocalizedText,
    Revision,
    UpdateKind,
)
from headgate.metadata.document import read_document
from headgate.metadata.packing import Packer
from headgate.services.catalogue import settling
from headgate.simulator.microsoft_update.documents import driver_rules, write_document
from headgate.storage import decisions, ingestion, transactions
from headgate.storage.engine import Engine, sqlite_url
from headgate.storage.ingestion import IncomingRevision
from headgate.storage.tables.catalogue import files, revisions
from tests import databases, deciding
from tests.cast import NOON, a_category, a_revision, an_identity
from tests.catalogue_rows import an_update, below, written

HARDWARE_ID = "pci\\ven_8086&dev_1234"
MU_URL = "http://download.windowsupdate.com/c/msdownload/update/software/secu/2026/11/x.cab"


def a_file(name: str, **facts: object) -> UpdateFile:
    """A file whose digests are those of its name."""
    return UpdateFile(
        sha1=hashlib.sha1(name.encode()).digest(),
        sha256=hashlib.sha256(name.encode()).digest(),
        name=name,
        size=1000,
        **facts,  # type: ignore[arg-type]
    )


def _content_path(name: str) -> str:
    digits = hashlib.sha1(name.encode()).hexdigest().upper()
    return f"{digits[-2:]}/{digits}.{name.rpartition('.')[2].lower()}"


#: Where each file lies below ``/Content/``.
CONTENT = {
    name: _content_path(name)
    for name in (
        "update.CAB",
        "update.psf",
        "terms-en.txt",
        "member0.exe",
        "member1.exe",
        "shared.cab",
        "driver.cab",
    )
}


@dataclass(frozen=True)
class World:
    """What is in the catalogue, and what it is called there."""

    company: Revision
    product: Revision
    detectoid: Revision
    update: Revision
    bundle: Revision
    members: tuple[Revision, ...]
    declined: Revision
    driver: Revision
    numbers: dict[RevisionIdentity, int]

    def number(self, revision: Revision) -> int:
        """The revision id of a revision."""
        return self.numbers[revision.identity]

    @property
    def unlocking(self) -> tuple[int, ...]:
        """What a computer has installed that may be offered everything."""
        return (self.number(self.company), self.number(self.product), self.number(self.detectoid))


def _written(revision: Revision) -> IncomingRevision:
    if not revision.drivers:
        return written(revision)
    text, packer = write_document(revision, driver_rules(revision.drivers)).encode(), Packer()
    document = read_document(text, DocumentEncoding.UTF8, revision.identity, packer)
    return IncomingRevision(
        revision=document.revision,
        fragments=document.fragments,
        encoding=DocumentEncoding.UTF8,
        data=packer.pack(text).data,
        xml_size=document.xml_size,
    )


@dataclass(frozen=True)
class Shelf:
    """A database with the world in it, to be copied."""

    file: Path
    world: World

    @contextmanager
    def copy(self, folder: Path) -> Iterator[Engine]:
        """Open a copy of its own."""
        with databases.opened(databases.sqlite_copy(self.file, folder)) as engine:
            yield engine


def shelf(folder: Path) -> Shelf:
    """Build the world once."""
    file = databases.sqlite_template(folder)
    with databases.opened(sqlite_url(file)) as engine:
        world = build(engine)
    return Shelf(file=file, world=world)


def build(engine: Engine) -> World:
    """Store the world, approve the update and the bundle, decline one."""
    company = a_category("Example", CategoryType.COMPANY, handler="Category")
    product = a_category(
        "Example OS",
        CategoryType.PRODUCT,
        handler="Category",
        prerequisites=below(company.identity.update_id),
    )
    detectoid = a_revision(kind=UpdateKind.DETECTOID, title="Example OS is here", visible=False)
    behind = (product.identity.update_id, detectoid.identity.update_id)
    update = dataclasses.replace(
        an_update(*behind),
        texts=tuple(
            LocalizedText(language=language, title=f"Update ({language})")
            for language in ("de", "en", "pt-br")
        ),
        files=(
            a_file("update.CAB"),
            a_file("update.psf", patching_type="Express"),
            a_file("terms-en.txt", is_eula=True, languages=("en",)),
        ),
        eula_id=an_identity().update_id,
    )
    members = tuple(
        a_revision(
            title=f"HIDDEN: member {n}",
            visible=False,
            prerequisites=below(*behind),
            files=(a_file(f"member{n}.exe"), a_file("shared.cab")),
        )
        for n in range(2)
    )
    bundle = an_update(*behind, bundled=(tuple(member.identity for member in members),))
    declined = an_update(*behind, title="Nobody wants this")
    driver = a_revision(
        title="Example driver",
        kind=UpdateKind.DRIVER,
        prerequisites=below(product.identity.update_id),
        drivers=(
            DriverMetadata(
                hardware_id=HARDWARE_ID,
                driver_class="Net",
                version="2.0.0.0",
                version_date="2026-01-01",
            ),
        ),
        files=(a_file("driver.cab"),),
    )
    everything = (company, product, detectoid, update, *members, bundle, declined, driver)
    with transactions.write(engine) as conn:
        ingestion.store_batch(
            conn, [_written(one) for one in everything], arrived_at=NOON, run_id=None
        )
        conn.execute(
            files.update().where(files.c.sha1 == a_file("update.CAB").sha1).values(mu_url=MU_URL)
        )
        deciding.approve(conn, update.identity.update_id, bundle.identity.update_id)
        decisions.decline(conn, [declined.identity.update_id], by=deciding.BY, at=NOON)
        settling.catalogue_changed(conn)
        rows = conn.execute(
            revisions.select().with_only_columns(
                revisions.c.update_id, revisions.c.revision_number, revisions.c.revision_id
            )
        )
        numbers = {RevisionIdentity(row[0], row[1]): row[2] for row in rows}
    return World(
        company=company,
        product=product,
        detectoid=detectoid,
        update=update,
        bundle=bundle,
        members=members,
        declined=declined,
        driver=driver,
        numbers=numbers,
    )
