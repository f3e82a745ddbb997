"""Text search that means the same on both databases: every word the beginning of a word.

SQLite keeps the words in an FTS5 table, PostgreSQL in a ``tsvector`` column; titles, KB number,
bulletins and legacy name are searched, in the document's own language.
"""

import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, text
from sqlalchemy.sql.elements import TextClause

_WORD = re.compile(r"\w+", re.UNICODE)

_CREATE = {
    "sqlite": [
        "CREATE VIRTUAL TABLE revision_search USING fts5("
        "words, tokenize='unicode61 remove_diacritics 2')"
    ],
    "postgresql": [
        "CREATE TABLE revision_search (revision_id integer PRIMARY KEY"
        " REFERENCES revisions (revision_id) ON DELETE CASCADE, words tsvector NOT NULL)",
        "CREATE INDEX ix_revision_search_words ON revision_search USING gin (words)",
    ],
}
_INSERT = {
    "sqlite": "INSERT INTO revision_search (rowid, words) VALUES (?, ?)",
    "postgresql": (
        "INSERT INTO revision_search (revision_id, words)"
        " VALUES (%s, to_tsvector('simple', %s)) ON CONFLICT (revision_id) DO NOTHING"
    ),
}


def create_search(conn: Connection) -> None:
    """Create the search table of this database (called by the first migration)."""
    for statement in _CREATE[conn.dialect.name]:
        conn.exec_driver_sql(statement)


def index_words(conn: Connection, rows: Sequence[tuple[int, str]]) -> None:
    """Make revisions findable by the words given: (revision id, words) each."""
    if rows:
        conn.exec_driver_sql(_INSERT[conn.dialect.name], [tuple(row) for row in rows])


def matching(conn: Connection, phrase: str) -> ColumnElement[bool] | TextClause | None:
    """Return a condition on ``revisions.revision_id``, or None when ``phrase`` has no word.

    Every word of the phrase must be the beginning of a word of the revision.
    """
    words = _WORD.findall(phrase)
    if not words:
        return None
    if conn.dialect.name == "sqlite":
        query = " ".join(f'"{word}"*' for word in words)
        statement = (
            "revisions.revision_id IN"
            " (SELECT rowid FROM revision_search WHERE revision_search MATCH :phrase)"
        )
    else:
        query = " & ".join(f"'{word}':*" for word in words)
        statement = (
            "revisions.revision_id IN (SELECT revision_id FROM revision_search"
            " WHERE words @@ to_tsquery('simple', :phrase))"
        )
    return text(statement).bindparams(phrase=query)
