"""What the documents say: one row per revision, its document, its fragments, its relations.

Relations name their target by GUID, not by key, because a target may never arrive (foreign
products) or arrive later; whether a target is a category is found by looking it up.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from headgate.storage.tables.base import schema
from headgate.storage.types import Guid, UtcDateTime

#: A revision lists can show. Literally the same text in the indexes and in queries: SQLite uses a
#: partial index only when the query repeats its condition.
LISTED = "explicitly_deployable AND kind IN ('software', 'driver')"

#: An update as administrators see it.
VISIBLE = f"is_latest AND {LISTED}"


#: Compared byte by byte on both databases, which for UTF-8 means character by character.
_PLAIN = Text().with_variant(Text(collation="C"), "postgresql")


def _by(name: str, *order: str) -> Index:
    """An index a list of updates walks: its order, then what most filters ask, so that they read
    no row.
    """
    riding = ("is_latest", "publication_state", "superseded", "sort_severity", "sort_released")
    columns = (*order, "arrived_at", "revision_id", *riding)
    return Index(
        f"ix_revisions_by_{name}",
        *dict.fromkeys(columns),
        sqlite_where=text(LISTED),
        postgresql_where=text(LISTED),
    )


def revision_id(*, primary_key: bool = True) -> Column[int]:
    """Return a column that names a revision, and goes with it."""
    return Column(
        "revision_id",
        Integer,
        ForeignKey("revisions.revision_id", ondelete="CASCADE"),
        primary_key=primary_key,
        autoincrement=False,
        nullable=False,
    )


revisions = Table(
    "revisions",
    schema,
    # Our own 32-bit number, what clients will call a revision; never reused, unequal per server.
    Column("revision_id", Integer, primary_key=True, autoincrement=False),
    Column("update_id", Guid, nullable=False),
    Column("revision_number", Integer, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("category_type", String(16)),
    Column("publication_state", String(10), nullable=False),
    # The newest revision we have of this id; prerequisites mean this one. Nobody compares
    # revision numbers elsewhere.
    Column("is_latest", Boolean, nullable=False),
    Column("title", Text, nullable=False),
    Column("kb", Text),
    Column("bulletins", Text),  # joined by a blank
    Column("severity", Text),
    Column("created_at", UtcDateTime),
    Column("arrived_at", UtcDateTime, nullable=False),
    Column("arrived_run", Integer),  # null: imported from a package
    Column("handler", Text),
    Column("explicitly_deployable", Boolean, nullable=False),
    Column("is_bundle", Boolean, nullable=False),
    Column("is_beta", Boolean, nullable=False),
    Column("browse_only", Boolean, nullable=False),
    Column("os_upgrade", Boolean, nullable=False),
    Column("is_locally_published", Boolean, nullable=False),
    Column("eula_id", Text),
    Column("reboot", Text),
    Column("can_request_user_input", Boolean, nullable=False),
    Column("can_uninstall", Boolean, nullable=False),
    Column("max_download_size", BigInteger),
    Column("languages", Text),  # joined by a blank; null: for every language
    Column("more_info_url", Text),
    Column("support_url", Text),
    Column("default_language", Text, nullable=False),
    Column("display_order", BigInteger),
    Column("prohibits_updates", Boolean, nullable=False),
    Column("prohibits_subcategories", Boolean, nullable=False),
    Column("excluded_by_default", Boolean, nullable=False),
    Column("xml_size", Integer, nullable=False),  # bytes of the document as UTF-8
    # What lists are sorted by; 0 or "" where there is nothing. See storage/sort_keys.py.
    Column("sort_title", _PLAIN, nullable=False, server_default=""),
    Column("sort_kb", BigInteger, nullable=False, server_default="0"),
    Column("sort_severity", Integer, nullable=False, server_default="0"),
    Column("sort_released", BigInteger, nullable=False, server_default="0"),
    # Whether it names updates it replaces, and whether another one replaces it (kept true by
    # storage/supersedence.py).
    Column("supersedes_others", Boolean, nullable=False, server_default=false()),
    Column("superseded", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("update_id", "revision_number"),
    # What arrived together follows by release date.
    _by("arrival", "arrived_at", "sort_released"),
    _by("release", "sort_released"),
    _by("title", "sort_title"),
    _by("kb", "sort_kb"),
    _by("severity", "sort_severity"),
    Index(
        "ix_revisions_categories",
        "category_type",
        sqlite_where=text("category_type IS NOT NULL"),
        postgresql_where=text("category_type IS NOT NULL"),
    ),
    Index(
        "ix_revisions_kb",
        "kb",
        sqlite_where=text("kb IS NOT NULL"),
        postgresql_where=text("kb IS NOT NULL"),
    ),
)

documents = Table(
    "documents",
    schema,
    revision_id(),
    # cabinet: as it came; utf8 or utf16: text, packed with zstd
    Column("encoding", String(8), nullable=False),
    Column("data", LargeBinary, nullable=False),
)

fragments = Table(
    "fragments",
    schema,
    revision_id(),
    Column("core_size", Integer, nullable=False),
    Column("core", LargeBinary, nullable=False),
    Column("extended_size", Integer, nullable=False),
    Column("extended", LargeBinary, nullable=False),
    Column("localized_size", Integer, nullable=False),
    Column("localized", LargeBinary, nullable=False),
    Column("eulas_size", Integer),
    Column("eulas", LargeBinary),
)

dictionaries = Table(
    "dictionaries",
    schema,
    Column("dictionary_id", BigInteger, primary_key=True, autoincrement=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

prerequisites = Table(
    "prerequisites",
    schema,
    revision_id(),
    Column("clause", Integer, primary_key=True, autoincrement=False),
    Column("update_id", Guid, primary_key=True),
    Index("ix_prerequisites_update_id", "update_id"),
    sqlite_with_rowid=False,
)

bundled = Table(
    "bundled",
    schema,
    revision_id(),
    Column("clause", Integer, primary_key=True, autoincrement=False),
    Column("update_id", Guid, primary_key=True),
    Column("revision_number", Integer, primary_key=True, autoincrement=False),
    Index("ix_bundled_update_id", "update_id", "revision_number"),
    sqlite_with_rowid=False,
)

supersedes = Table(
    "supersedes",
    schema,
    revision_id(),
    Column("update_id", Guid, primary_key=True),
    Index("ix_supersedes_update_id", "update_id"),
    sqlite_with_rowid=False,
)

files = Table(
    "files",
    schema,
    Column("sha1", LargeBinary(20), primary_key=True),
    Column("sha256", LargeBinary(32)),
    Column("size", BigInteger, nullable=False),
    Column("mu_url", Text),  # where Microsoft offers it; null: only the parent has it
    # wanted: not here | present: here and verified | damaged: was here, is not what it should be
    Column("presence", String(8), nullable=False, server_default="wanted"),
    Column("stored_at", UtcDateTime),
)

revision_files = Table(
    "revision_files",
    schema,
    revision_id(),
    Column("sha1", LargeBinary(20), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("patching_type", Text),
    Column("language", Text),  # of a licence text; null otherwise
    Column("is_eula", Boolean, nullable=False),
    Index("ix_revision_files_sha1", "sha1"),
    sqlite_with_rowid=False,
)

drivers = Table(
    "drivers",
    schema,
    revision_id(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("hardware_id", Text, nullable=False),  # as written; compare without case
    Column("driver_class", Text),
    Column("manufacturer", Text),
    Column("model", Text),
    Column("provider", Text),
    Column("version", Text),
    Column("version_date", Text),
    Column("computer_hardware_ids", Text),  # joined by a blank
    Index("ix_drivers_hardware_id", "hardware_id"),
)

# Revisions whose words are still those an earlier schema stored; a job works them off.
words_due = Table("words_due", schema, revision_id())

#: Search text is FTS5 on SQLite and tsvector on PostgreSQL: see storage/search.py.
