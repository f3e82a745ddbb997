"""What the rows of updates are sorted by: columns that compare alike on both databases.

None of them is ever null: 0 and "" say that there is nothing to sort by.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, text, update

from headgate.catalogue import words
from headgate.catalogue.revisions import Revision
from headgate.storage import search, statements
from headgate.storage.tables import catalogue as t
from headgate.storage.types import stored_moment

#: The higher, the worse; the document names nothing else.
SEVERITIES = {"low": 1, "moderate": 2, "important": 3, "critical": 4}


def of_revision(revision: Revision) -> dict[str, Any]:
    """Return the columns for one revision; empty ones for what no list shows."""
    kb = revision.kb_articles[0] if revision.kb_articles else None
    listed = words.is_listed(revision)
    return _columns(revision.title if listed else "", kb, revision.severity, revision.created)


def fill_earlier(conn: Connection) -> None:
    """Give rows of an earlier schema their columns, and the words their row knows.

    What their documents know beside it is owed: see ``words_due``.
    """
    c = t.revisions.c
    wanted = select(c.revision_id, c.title, c.kb, c.bulletins, c.severity, c.created_at)
    rows = conn.execute(wanted.where(text(t.LISTED))).fetchall()
    change = update(t.revisions).where(c.revision_id == statements.parameter("id"))
    for chunk in statements.chunks(rows):
        conn.execute(
            change,
            [
                {"id": row.revision_id, **_columns(row.title, row.kb, row.severity, row.created_at)}
                for row in chunk
            ],
        )
        known = [
            (
                row.revision_id,
                words.distinct_words(
                    [row.title, *words.named([row.kb] if row.kb else []), row.bulletins or ""]
                ),
            )
            for row in chunk
        ]
        search.index_words(conn, known)
        conn.execute(insert(t.words_due), [{"revision_id": row.revision_id} for row in chunk])


def _columns(
    title: str, kb: str | None, severity: str | None, released: datetime | None
) -> dict[str, Any]:
    number = int(kb) if kb and kb.isascii() and kb.isdigit() and len(kb) < 19 else 0
    return {
        "sort_title": words.title_key(title),
        "sort_kb": number,
        "sort_severity": SEVERITIES.get((severity or "").lower(), 0),
        "sort_released": max(1, stored_moment(released)) if released else 0,
    }
