"""Which files an approval waits for: those of the update and of everything it bundles.

Asked from an update down to its files, and from a file up to the approved updates it belongs to.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, or_, select

from headgate.approvals.decisions import Action
from headgate.catalogue.files import FileChoice, FilePresence, FileTotal
from headgate.storage import statements
from headgate.storage.bundles import members_by_update
from headgate.storage.file_records import is_chosen
from headgate.storage.tables import catalogue as t
from headgate.storage.tables.decisions import approvals


def waiting_updates(
    conn: Connection, update_ids: Collection[str], choice: FileChoice
) -> frozenset[str]:
    """Return those of some updates that a file in the chosen languages is missing of."""
    found: set[str] = set()
    for chunk in statements.chunks(sorted(set(update_ids))):
        rows = conn.execute(_missing(chunk, choice, "update_id"))
        found.update(rows.scalars())
    return frozenset(found)


def missing_total(conn: Connection, update_ids: Collection[str], choice: FileChoice) -> FileTotal:
    """Return how many files some updates wait for, and how large they are."""
    digests: dict[bytes, int] = {}
    for chunk in statements.chunks(sorted(set(update_ids))):
        rows = conn.execute(_missing(chunk, choice, "sha1", "size"))
        digests.update((row.sha1, row.size) for row in rows)
    return FileTotal(count=len(digests), size=sum(digests.values()))


def approved_updates_with(conn: Connection, digests: Sequence[bytes]) -> list[str]:
    """Return the ids of updates approved for installation that have one of some files."""
    found: set[str] = set()
    for chunk in statements.chunks(digests):
        found.update(conn.execute(_approved_above(chunk)).scalars())
    return sorted(found)


def _missing(update_ids: Sequence[str], choice: FileChoice, *columns: str) -> Select[Any]:
    """Select columns of what is missing: the update's id, the file's digest and size."""
    below = members_by_update(update_ids)
    available = {
        "update_id": below.c.update_id,
        "sha1": t.files.c.sha1,
        "size": t.files.c.size,
    }
    return (
        select(*(available[name] for name in columns))
        .distinct()
        .select_from(below)
        .join(t.revisions, t.revisions.c.revision_id == below.c.revision_id)
        .join(t.revision_files, t.revision_files.c.revision_id == below.c.revision_id)
        .join(t.files, t.files.c.sha1 == t.revision_files.c.sha1)
        .where(
            t.files.c.presence != FilePresence.PRESENT.value,
            or_(t.revision_files.c.is_eula, is_chosen(choice)),
        )
    )


def _approved_above(digests: Sequence[bytes]) -> Select[Any]:
    columns = t.revisions.c
    above = (
        select(columns.revision_id, columns.update_id, columns.revision_number)
        .join(t.revision_files, t.revision_files.c.revision_id == columns.revision_id)
        .where(t.revision_files.c.sha1.in_(digests))
        .cte("above", recursive=True)
    )
    parent = t.revisions.alias("parent")
    everything = above.union(
        select(parent.c.revision_id, parent.c.update_id, parent.c.revision_number)
        .select_from(above)
        .join(
            t.bundled,
            and_(
                t.bundled.c.update_id == above.c.update_id,
                t.bundled.c.revision_number == above.c.revision_number,
            ),
        )
        .join(parent, parent.c.revision_id == t.bundled.c.revision_id)
    )
    return (
        select(everything.c.update_id)
        .distinct()
        .join(approvals, approvals.c.update_id == everything.c.update_id)
        .where(approvals.c.action == Action.INSTALL.value)
    )
