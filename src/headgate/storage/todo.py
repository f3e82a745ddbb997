"""The to-do list that lets an interrupted synchronization resume, and what the source owes us."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, literal, select, tuple_

from headgate.catalogue.documents import DocumentEncoding
from headgate.catalogue.identity import RevisionIdentity
from headgate.storage import statements
from headgate.storage.tables import catalogue as c
from headgate.storage.tables import synchronization as t

#: Identities written down in one statement.
_AT_ONCE = 2_000


def add(conn: Connection, scope: str, identities: Iterable[RevisionIdentity]) -> None:
    """Add identities to the to-do list of a scope; those whose documents are here are left out.

    Piece by piece: as rows of one statement, 150,000 identities would take more memory than the
    rest of a synchronization.
    """
    waiting = iter(identities)
    while piece := list(islice(waiting, _AT_ONCE)):
        conn.execute(
            statements.insert_or_ignore(conn, t.sync_todo),
            [
                {
                    "scope": scope,
                    "update_id": identity.update_id,
                    "revision_number": identity.revision_number,
                }
                for identity in piece
            ],
        )
    here = (
        select(1)
        .where(
            c.revisions.c.update_id == t.sync_todo.c.update_id,
            c.revisions.c.revision_number == t.sync_todo.c.revision_number,
        )
        .exists()
    )
    conn.execute(delete(t.sync_todo).where(t.sync_todo.c.scope == scope, here))


def count(conn: Connection, scope: str) -> int:
    """Return how many identities are left to fetch."""
    return int(
        conn.execute(
            select(func.count()).select_from(t.sync_todo).where(t.sync_todo.c.scope == scope)
        ).scalar_one()
    )


def next_items(
    conn: Connection, scope: str, *, after: RevisionIdentity | None, limit: int
) -> list[RevisionIdentity]:
    """Return the next identities of a scope in their order, behind ``after``."""
    columns = t.sync_todo.c
    statement: Select[Any] = (
        select(columns.update_id, columns.revision_number)
        .where(columns.scope == scope)
        .order_by(columns.update_id, columns.revision_number)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(
            (columns.update_id > literal(after.update_id, columns.update_id.type))
            | and_(
                columns.update_id == after.update_id,
                columns.revision_number > after.revision_number,
            )
        )
    return [RevisionIdentity(*row) for row in conn.execute(statement)]


def tick_off(conn: Connection, scope: str, identities: Sequence[RevisionIdentity]) -> None:
    """Take identities off the to-do list: stored, or noted as owed."""
    pairs = [(identity.update_id, identity.revision_number) for identity in identities]
    for chunk in statements.chunks(pairs):
        conn.execute(
            delete(t.sync_todo).where(
                t.sync_todo.c.scope == scope,
                tuple_(t.sync_todo.c.update_id, t.sync_todo.c.revision_number).in_(chunk),
            )
        )


def note_owed(
    conn: Connection,
    identity: RevisionIdentity,
    *,
    reason: str,
    encoding: DocumentEncoding | None,
    data: bytes | None,
    at: datetime,
) -> None:
    """Remember that a document is to be asked for again; keep damaged bytes for inspection.

    Without ``data`` the bytes of an earlier delivery stay.
    """
    changed = ["reason", "last_noted_at"]
    if data is not None:
        changed += ["encoding", "data"]
    conn.execute(
        statements.insert_or_update(conn, t.owed_documents, changed).values(
            update_id=identity.update_id,
            revision_number=identity.revision_number,
            reason=reason,
            encoding=encoding.value if encoding else None,
            data=data,
            first_noted_at=at,
            last_noted_at=at,
        )
    )


def is_owed(conn: Connection, identity: RevisionIdentity) -> bool:
    """Tell whether an earlier run has noted a document as owed."""
    return (
        conn.execute(
            select(t.owed_documents.c.update_id).where(
                t.owed_documents.c.update_id == identity.update_id,
                t.owed_documents.c.revision_number == identity.revision_number,
            )
        ).first()
        is not None
    )


def owed(conn: Connection) -> list[RevisionIdentity]:
    """Return the documents the source owes us, to be asked for again."""
    columns = t.owed_documents.c
    rows = conn.execute(
        select(columns.update_id, columns.revision_number).order_by(columns.update_id)
    )
    return [RevisionIdentity(*row) for row in rows]


def unknown_members(conn: Connection, *, since: int = 0) -> list[RevisionIdentity]:
    """Return bundle members that are named but neither here nor already owed.

    Only bundles whose revision id is at least ``since`` are looked at.
    """
    member = c.bundled.c
    here = (
        select(1)
        .where(
            c.revisions.c.update_id == member.update_id,
            c.revisions.c.revision_number == member.revision_number,
        )
        .exists()
    )
    noted = (
        select(1)
        .where(
            t.owed_documents.c.update_id == member.update_id,
            t.owed_documents.c.revision_number == member.revision_number,
        )
        .exists()
    )
    rows = conn.execute(
        select(member.update_id, member.revision_number)
        .where(member.revision_id >= since, ~here, ~noted)
        .distinct()
    )
    return [RevisionIdentity(*row) for row in rows]
