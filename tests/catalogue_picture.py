"""A picture of everything a catalogue holds, so that two catalogues can be compared.

Revision ids, times of arrival and the source's own port differ from one installation to the next
and are left out; everything else has to be equal, row by row.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select

from headgate.catalogue.documents import DocumentEncoding
from headgate.metadata.document import document_text
from headgate.services.catalogue.packers import open_packer
from headgate.storage import transactions
from headgate.storage.engine import Engine
from headgate.storage.tables import catalogue as t

_RELATIONS = (t.prerequisites, t.bundled, t.supersedes, t.revision_files, t.drivers)
_OURS = {"revision_id", "arrived_at", "arrived_run"}
_PIECES = ("core", "extended", "localized", "eulas")
Unpack = Callable[[bytes], bytes]

_PORT = re.compile(r"^http://127\.0\.0\.1:\d+/")


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows of every table of the catalogue, revisions named by their identities."""

    tables: dict[str, frozenset[tuple[Any, ...]]]

    def differences(self, other: "Picture") -> list[str]:
        """Say in a few lines what one has and the other lacks; empty when they are equal."""
        found = []
        for name, rows in self.tables.items():
            here, there = rows - other.tables[name], other.tables[name] - rows
            if here or there:
                found.append(
                    f"{name}: {len(here)} only here, {len(there)} only there: "
                    f"{sorted(map(str, here))[:2]} {sorted(map(str, there))[:2]}"
                )
        return found

    def __len__(self) -> int:
        return len(self.tables["documents"])


def picture(engine: Engine) -> Picture:
    """Return what the catalogue in this database holds."""
    unpack = open_packer(engine).unpack
    with transactions.read(engine) as conn:
        tables = {table.name: _rows(conn, table) for table in _RELATIONS}
        tables["revisions"] = _rows(conn, t.revisions)
        tables["documents"] = _documents(conn, unpack)
        tables["fragments"] = _fragments(conn, unpack)
        tables["files"] = _files(conn)
    return Picture(tables)


def _rows(conn: Connection, table: Table) -> frozenset[tuple[Any, ...]]:
    columns = [column for column in table.columns if column.name not in _OURS]
    statement = select(t.revisions.c.update_id, t.revisions.c.revision_number, *columns)
    if table is not t.revisions:
        statement = statement.join_from(
            table, t.revisions, t.revisions.c.revision_id == table.c.revision_id
        )
    return frozenset(tuple(row) for row in conn.execute(statement))


def _documents(conn: Connection, unpack: Unpack) -> frozenset[tuple[Any, ...]]:
    found = set()
    for update_id, number, encoding, data in conn.execute(
        select(
            t.revisions.c.update_id,
            t.revisions.c.revision_number,
            t.documents.c.encoding,
            t.documents.c.data,
        ).join_from(t.documents, t.revisions)
    ):
        came_as = DocumentEncoding(encoding)
        stored = data if came_as is DocumentEncoding.CABINET else unpack(data)
        text = document_text(stored, came_as)
        found.add((update_id, number, hashlib.sha256(text).hexdigest()))
    return frozenset(found)


def _fragments(conn: Connection, unpack: Unpack) -> frozenset[tuple[Any, ...]]:
    found = set()
    for row in conn.execute(
        select(
            t.revisions.c.update_id, t.revisions.c.revision_number, *t.fragments.columns
        ).join_from(t.fragments, t.revisions)
    ):
        texts = [unpack(packed) for piece in _PIECES if (packed := getattr(row, piece)) is not None]
        found.add((row.update_id, row.revision_number, hashlib.sha256(b"|".join(texts)).digest()))
    return frozenset(found)


def _files(conn: Connection) -> frozenset[tuple[Any, ...]]:
    columns = t.files.c
    return frozenset(
        (row.sha1, row.sha256, row.size, _PORT.sub("", row.mu_url) if row.mu_url else None)
        for row in conn.execute(select(columns.sha1, columns.sha256, columns.size, columns.mu_url))
    )
