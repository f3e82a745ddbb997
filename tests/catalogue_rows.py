"""A small catalogue for tests that look at lists: one company, two families, a few products."""

from collections.abc import Sequence

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import CategoryType, PrerequisiteClause, Revision
from headgate.metadata.document import read_document
from headgate.metadata.packing import Packer
from headgate.simulator.microsoft_update.documents import write_document
from headgate.storage import ingestion, transactions
from headgate.storage.engine import Engine
from headgate.storage.ingestion import IncomingRevision
from tests.cast import NOON, a_category, a_guid, a_revision, an_identity, incoming


def below(*targets: str) -> tuple[PrerequisiteClause, ...]:
    """One clause for each target, marked as no document of Defender's marks it: not at all."""
    return tuple(PrerequisiteClause(any_of=(target,)) for target in targets)


class Shelf:
    """Ids of the categories that ``fill`` stores."""

    def __init__(self) -> None:
        names = ("microsoft", "windows", "office", "windows_10", "windows_11", "office_2016")
        self.ids = {name: a_guid() for name in names}
        self.security, self.drivers = a_guid(), a_guid()

    def __getattr__(self, name: str) -> str:
        return self.ids[name]


def fill(engine: Engine) -> Shelf:
    """Store the categories and return their ids."""
    shelf = Shelf()
    store(
        engine,
        _category(shelf.microsoft, "Microsoft", CategoryType.COMPANY),
        _category(shelf.windows, "Windows", CategoryType.FAMILY, shelf.microsoft),
        _category(shelf.office, "Office", CategoryType.FAMILY, shelf.microsoft),
        _category(shelf.windows_10, "Windows 10", CategoryType.PRODUCT, shelf.windows),
        _category(shelf.windows_11, "Windows 11", CategoryType.PRODUCT, shelf.windows),
        _category(shelf.office_2016, "Office 2016", CategoryType.PRODUCT, shelf.office),
        _category(shelf.security, "Security Updates", CategoryType.CLASSIFICATION),
        _category(shelf.drivers, "Drivers", CategoryType.CLASSIFICATION),
    )
    return shelf


def store(engine: Engine, *revisions: Revision) -> None:
    """Store revisions as if they had arrived at noon."""
    with transactions.write(engine) as conn:
        ingestion.store_batch(
            conn, [incoming(one) for one in revisions], arrived_at=NOON, run_id=None
        )


def written(revision: Revision) -> IncomingRevision:
    """Return a revision as it arrives: with its document, and what clients will be sent of it."""
    text, packer = write_document(revision).encode(), Packer()
    document = read_document(text, DocumentEncoding.UTF8, revision.identity, packer)
    return IncomingRevision(
        revision=document.revision,
        fragments=document.fragments,
        encoding=DocumentEncoding.UTF8,
        data=packer.pack(text).data,
        xml_size=document.xml_size,
    )


def an_update(
    *categories: str, identity: RevisionIdentity | None = None, **facts: object
) -> Revision:
    """An update administrators see, naming some categories."""
    return a_revision(
        identity or an_identity(),
        prerequisites=below(*categories),
        **facts,  # type: ignore[arg-type]
    )


def _category(
    update_id: str, title: str, category_type: CategoryType, parent: str | None = None
) -> Revision:
    parents: Sequence[str] = [parent] if parent else []
    return a_category(
        title,
        category_type,
        identity=RevisionIdentity(update_id, 100),
        prerequisites=below(a_guid(), *parents),  # and one detectoid that never arrived
    )
