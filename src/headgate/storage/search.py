"""Finding updates by words: every word asked for is the beginning of a word of the update.

Words come here ready to be compared (:mod:`headgate.catalogue.words`); SQLite keeps them in an FTS5
table that takes them as they are, PostgreSQL in a ``tsvector``. Neither parses or folds anything,
so both answer alike.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.sql.elements import TextClause

from headgate.catalogue import words
from headgate.storage import statements
from headgate.storage.tables import catalogue as t

#: Revision id and words.
Words = tuple[int, Sequence[str]]

_CREATE = {
    # "ascii" takes everything beyond ASCII as letters: our words stay whole. Positions are not
    # kept, since nobody asks for phrases.
    "sqlite": [
        "CREATE VIRTUAL TABLE revision_search USING fts5("
        "words, tokenize='ascii', detail=none, columnsize=0, prefix='1 2')",
        # What a foreign key does on PostgreSQL.
        "CREATE TRIGGER IF NOT EXISTS revision_search_forgets AFTER DELETE ON revisions"
        " BEGIN DELETE FROM revision_search WHERE rowid = old.revision_id; END",
    ],
    "postgresql": [
        "CREATE TABLE revision_search (revision_id integer PRIMARY KEY"
        " REFERENCES revisions (revision_id) ON DELETE CASCADE, words tsvector NOT NULL)",
        "CREATE INDEX ix_revision_search_words ON revision_search USING gin (words)",
    ],
}
_INSERT = {
    "sqlite": "INSERT OR REPLACE INTO revision_search (rowid, words) VALUES (?, ?)",
    "postgresql": (
        "INSERT INTO revision_search (revision_id, words) VALUES (%s, array_to_tsvector(%s))"
        " ON CONFLICT (revision_id) DO UPDATE SET words = excluded.words"
    ),
}


def create_search(conn: Connection) -> None:
    """Create the search table of this database (called by migrations)."""
    for statement in _CREATE[conn.dialect.name]:
        conn.exec_driver_sql(statement)


def index_words(conn: Connection, rows: Sequence[Words]) -> None:
    """Make revisions findable by these words alone; one without words is left out."""
    lite = conn.dialect.name == "sqlite"
    found = [
        (revision_id, " ".join(its) if lite else list(its)) for revision_id, its in rows if its
    ]
    if found:
        conn.exec_driver_sql(_INSERT[conn.dialect.name], found)


def matching(conn: Connection, phrase: str) -> TextClause | None:
    """Return a condition on ``revisions.revision_id``, or None when ``phrase`` has no word."""
    asked = words.asked_words(phrase)
    if not asked:
        return None
    if conn.dialect.name == "sqlite":
        query = " AND ".join(f'"{word}"*' for word in asked)
        statement = "SELECT rowid FROM revision_search WHERE revision_search MATCH :phrase"
    else:
        query = " & ".join(f"'{word}':*" for word in asked)
        statement = (
            "SELECT revision_id FROM revision_search WHERE words @@ CAST(:phrase AS tsquery)"
        )
    return text(f"revisions.revision_id IN ({statement})").bindparams(phrase=query)


def due(conn: Connection, limit: int) -> list[int]:
    """Return revisions whose words are still those an earlier schema stored, at most ``limit``."""
    column = t.words_due.c.revision_id
    return list(conn.execute(select(column).order_by(column).limit(limit)).scalars())


def count_due(conn: Connection) -> int:
    """Return how many revisions are owed their words."""
    return int(conn.execute(text("SELECT count(*) FROM words_due")).scalar_one())


def settle_due(conn: Connection, revision_ids: Sequence[int]) -> None:
    """Note that revisions have been given their words."""
    for chunk in statements.chunks(revision_ids):
        conn.execute(delete(t.words_due).where(t.words_due.c.revision_id.in_(chunk)))
