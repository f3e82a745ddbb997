"""Where computers find files: what documents call them, and where Microsoft offers them."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, select

from headgate.storage import statements
from headgate.storage.tables.catalogue import files, revision_files


class FilePlace(NamedTuple):
    """One file, whether it is here or not."""

    sha1: bytes
    name: str  #: one of the names documents give it
    mu_url: str | None  #: where Microsoft offers it; None: only the parent has it


def files_of(conn: Connection, revision_ids: Sequence[int]) -> list[FilePlace]:
    """Return the files of revisions, each once, licences too; smallest digest first."""
    found: dict[bytes, FilePlace] = {}
    for chunk in statements.chunks(revision_ids):
        for place in _places(conn, _named().where(revision_files.c.revision_id.in_(chunk))):
            found.setdefault(place.sha1, place)
    return sorted(found.values())


def files_by_digest(conn: Connection, digests: Sequence[bytes]) -> list[FilePlace]:
    """Return those of the files the catalogue names, each once; smallest digest first."""
    found: dict[bytes, FilePlace] = {}
    for chunk in statements.chunks(list(dict.fromkeys(digests))):
        for place in _places(conn, _named().where(revision_files.c.sha1.in_(chunk))):
            found[place.sha1] = place
    return sorted(found.values())


def _named() -> Select[Any]:
    return (
        select(revision_files.c.sha1, func.min(revision_files.c.name), files.c.mu_url)
        .join(files, files.c.sha1 == revision_files.c.sha1)
        .group_by(revision_files.c.sha1, files.c.mu_url)
    )


def _places(conn: Connection, wanted: Select[Any]) -> Iterator[FilePlace]:
    for sha1, name, mu_url in conn.execute(wanted):
        yield FilePlace(bytes(sha1), name, mu_url)
