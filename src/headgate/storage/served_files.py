"""What the content door asks of one update file."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from headgate.catalogue.files import FilePresence
from headgate.storage.tables import catalogue as t


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """What is recorded of an update file."""

    presence: FilePresence
    size: int  #: bytes, as documents declare it
    stored_at: datetime | None  #: when it came whole


def file_record(conn: Connection, sha1: bytes) -> FileRecord | None:
    """Return what is recorded of a file, None when no document names it."""
    columns = t.files.c
    row = conn.execute(
        select(columns.presence, columns.size, columns.stored_at).where(columns.sha1 == sha1)
    ).first()
    if row is None:
        return None
    return FileRecord(presence=FilePresence(row[0]), size=int(row[1]), stored_at=row[2])
