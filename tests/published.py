"""Updates with any text in a catalogue: written as real documents, taken in as a delivery is."""

from datetime import datetime
from pathlib import Path

from headgate.catalogue.documents import DocumentEncoding, ReceivedDocument
from headgate.catalogue.revisions import Revision
from headgate.metadata.packing import Packer
from headgate.services.catalogue.settling import catalogue_changed
from headgate.simulator.microsoft_update.documents import write_document
from headgate.storage import transactions
from headgate.storage.engine import Engine
from headgate.sync.importing import import_package
from headgate.sync.ingest import Delivery, Ingestion
from headgate.sync.progress import Progress
from tests.cast import NOON


def publish(
    engine: Engine, *revisions: Revision, at: datetime = NOON, run: int | None = None
) -> None:
    """Write a document of each revision and store them all, as if they had arrived at ``at``.

    ``run``: the synchronization they arrived with.
    """
    documents = [
        ReceivedDocument(
            identity=revision.identity,
            encoding=DocumentEncoding.UTF8,
            data=write_document(revision).encode(),
        )
        for revision in revisions
    ]
    ingestion = Ingestion.begin(engine=engine, packer=Packer(), run_id=run, now=lambda: at)
    taken = ingestion.take(Delivery(documents=documents))
    assert not taken.damaged, taken.damaged
    with transactions.write(engine) as conn:
        catalogue_changed(conn)


def import_from(package: Path, engine: Engine) -> None:
    """Store what an export package of a WSUS holds; what is live is not settled."""
    import_package(
        package,
        engine=engine,
        packer=Packer(),
        progress=Progress(report=lambda progress: None),
        now=lambda: NOON,
        check_stopped=lambda: None,
        settle=lambda _conn: None,
    )
