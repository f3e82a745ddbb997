"""The catalogue of the server that was captured, as far as we have it, in a database of ours.

The export package of 2024, the documents that came from that server, and its one approval. What is
live, leaf and member is worked out as Headgate does it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import databases, deciding
from tests.captures.real_documents import document_files, package_files
from tests.cast import NOON, a_revision
from tests.catalogue_rows import written
from tests.published import import_from

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.identity import RevisionIdentity
from headgate.catalogue.revisions import Revision, UpdateKind
from headgate.metadata.document import read_document
from headgate.metadata.packing import Packer
from headgate.services.catalogue import settling
from headgate.storage import ingestion, transactions
from headgate.storage.engine import Engine
from headgate.storage.ingestion import IncomingRevision

PACKAGE = next((path for path in package_files() if "2024" in path.name), None)

#: The one approval of the captured server (native/INDEX.md): KB2267602 1.459.547.0.
BUNDLE = "a2fef9b0-7951-4c2c-a42b-9e351dd1c1fe"

MISSING = "0aac58ee-82a0-4452-a7fa-19f68398f1fa"


@contextmanager
def stocked(folder: Path) -> Iterator[Engine]:
    """The catalogue in a database in ``folder``."""
    url = databases.sqlite_copy(databases.sqlite_template(folder), folder)
    with databases.opened(url) as engine:
        assert PACKAGE is not None
        import_from(PACKAGE, engine)
        with transactions.write(engine) as conn:
            ingestion.store_batch(
                conn, [*_documents(), written(_stand_in())], arrived_at=NOON, run_id=None
            )
            deciding.approve(conn, BUNDLE)
            settling.catalogue_changed(conn)
        yield engine


def _stand_in() -> Revision:
    """A detectoid the bundle needs and no captured document describes; it says nothing itself."""
    return a_revision(
        RevisionIdentity(MISSING, 100), kind=UpdateKind.DETECTOID, visible=False, title="Stand-in"
    )


def _documents() -> Iterator[IncomingRevision]:
    packer = Packer()
    for file in document_files():
        if file.parent.parent.name != "wsusss":
            continue
        text = file.read_bytes()
        update_id, _, number = file.stem.rpartition("-r")
        document = read_document(
            text, DocumentEncoding.UTF8, RevisionIdentity(update_id, int(number)), packer
        )
        yield IncomingRevision(
            revision=document.revision,
            fragments=document.fragments,
            encoding=DocumentEncoding.UTF8,
            data=packer.pack(text).data,
            xml_size=document.xml_size,
        )
