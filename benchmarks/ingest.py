"""Parsing plus storing against the least anybody could do with the same documents.

The yardstick: lxml parses each document's text, SQLite inserts the bytes as they came, in
transactions of the same size and with the same settings. Ours: a batch taken by ingestion whole,
with facts, fragments, relations, files and the search index. Both take turns in one run and the
best of each counts, so the speed of the machine falls out.
"""

import gc
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from lxml import etree

from benchmarks import material
from benchmarks.figures import MILLISECONDS, TIMES, Figure
from benchmarks.material import Sample
from headgate import clock
from headgate.metadata.packing import Packer
from headgate.storage import installation, transactions, upgrade
from headgate.storage.engine import PAGE_SIZE, open_engine, sqlite_url
from headgate.sync.ingest import Delivery, Ingestion

TITLE = "Parsing and storing, all included"
_BATCH = 250
_ROUNDS = 5
_SOFTWARE = 3_000
_MOST = 8.0


def measure(scratch: Path) -> list[Figure]:
    """Measure both shapes: documents of a package, and software as sources send it."""
    return [
        *_shape("documents of a package", material.package_samples(), scratch),
        *_shape("software, in cabinets", material.software_samples(_SOFTWARE), scratch),
    ]


def _shape(name: str, samples: Sequence[Sample], scratch: Path) -> Iterator[Figure]:
    plain, ours = [], []
    gc.freeze()  # the samples are no work of the collector where documents arrive
    for number in range(_ROUNDS):
        plain.append(_yardstick(samples, scratch / f"plain {name} {number}.db"))
        ours.append(_ingest(samples, scratch / f"ours {name} {number}.db"))
    mean = sum(len(sample.text) for sample in samples) / len(samples)
    shape = f"{name} ({len(samples):,} of {mean / 1000:.1f} KB)"
    each = min(ours) / len(samples) * 1000
    yield Figure(what=shape, value=min(ours) / min(plain), unit=TIMES, limit=_MOST)
    yield Figure(what=f"{name}, 1,000 of them", value=each * 1000, unit=MILLISECONDS)


def _yardstick(samples: Sequence[Sample], path: Path) -> float:
    """Return the seconds lxml and SQLite need by themselves."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size={PAGE_SIZE}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("CREATE TABLE documents (id INTEGER PRIMARY KEY, data BLOB)")
        began = time.perf_counter()
        for batch in _batches(samples):
            for sample in batch:
                etree.fromstring(sample.text, parser)
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO documents (data) VALUES (?)",
                [(sample.received.data,) for sample in batch],
            )
            connection.execute("COMMIT")
        return time.perf_counter() - began


def _ingest(samples: Sequence[Sample], path: Path) -> float:
    """Return the seconds ingestion takes for the same, into a database of its own."""
    engine = open_engine(sqlite_url(path))
    upgrade.upgrade(engine)
    with transactions.write(engine) as conn:
        installation.make_installation(conn, at=clock.now())
    ingestion = Ingestion.begin(engine=engine, packer=Packer(), run_id=None, now=clock.now)
    began = time.perf_counter()
    for batch in _batches(samples):
        taken = ingestion.take(Delivery(documents=[sample.received for sample in batch]))
        assert taken.stored == len(batch), taken.damaged
    seconds = time.perf_counter() - began
    engine.dispose()
    return seconds


def _batches(samples: Sequence[Sample]) -> Iterator[Sequence[Sample]]:
    for start in range(0, len(samples), _BATCH):
        yield samples[start : start + _BATCH]
