"""Importing an export package of 4,125 documents, written here in the layout of ``wsusutil``."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID
from xml.sax.saxutils import quoteattr

from benchmarks import material
from benchmarks.figures import BYTES, MEGABYTES, SECONDS, Figure
from benchmarks.laboratory import Installation
from headgate.catalogue.identity import RevisionIdentity
from headgate.wire import cab

TITLE = "Import of a package"
_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?><ExportPackage '
    f'ServerID="{UUID(int=1)}" CreationTime="2026-01-01T00:00:00.000Z" '
    'FormatVersion="1.0" ProtocolVersion="1.20"><Updates>'
)
_TAIL = '</Updates><Files /><Languages><Language Id="0" ShortName="all" LongName="All" Enabled="1" /></Languages></ExportPackage>'  # noqa: E501


def measure(scratch: Path) -> list[Figure]:
    """Measure `headgate import` into a new installation, and of the same package once more."""
    package = scratch / "export.cab"
    size = _write(package)
    installation = Installation(scratch / "imported")
    first = installation.run("import", str(package))
    again = installation.run("import", str(package))
    count = installation.number("SELECT count(*) FROM revisions")
    assert count == material.PACKAGE_DOCUMENTS, first.output
    what = f"`headgate import` of {count:,} documents ({size / 1e6:.0f} MB of text)"
    return [
        Figure(what=what, value=first.seconds, unit=SECONDS, limit=10),
        Figure(what="processor time", value=first.cpu_seconds, unit=SECONDS),
        Figure(what="memory at most", value=first.peak / 1e6, unit=MEGABYTES),
        Figure(what="the same package again", value=again.seconds, unit=SECONDS),
        Figure(what="database, for each document", value=installation.size() / count, unit=BYTES),
    ]


def _write(path: Path) -> int:
    """Write the package; return how many bytes its documents have."""
    documents = [(one.identity, text) for one, text in material.configuration()]
    metadata = b"".join(_records(documents))
    description = _HEAD + "".join(_update(identity) for identity, _ in documents) + _TAIL
    path.write_bytes(
        cab.write_cabinet([("package.xml", description.encode()), ("metadata.txt", metadata)])
    )
    return sum(len(text) for _, text in documents)


def _records(documents: list[tuple[RevisionIdentity, bytes]]) -> Iterator[bytes]:
    """Yield records: id, revision, length in UTF-16 units, the document."""
    for identity, text in documents:
        units = len(text.decode().encode("utf-16-le")) // 2
        head = f"{identity.update_id},{identity.revision_number:08x},{units:08x},"
        yield head.encode() + text + b"\r\n"


def _update(identity: RevisionIdentity) -> str:
    return (
        f"<Update UpdateId={quoteattr(identity.update_id)} "
        f'RevisionNumber="{identity.revision_number}"><Files /><Categories /><Classifications />'
        "</Update>"
    )
