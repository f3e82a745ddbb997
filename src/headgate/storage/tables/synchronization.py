"""What a synchronization remembers: runs, problems, anchors, the to-do list, owed documents."""

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
)

from headgate.storage.tables.base import schema
from headgate.storage.types import Guid, SentenceText, UtcDateTime

sync_runs = Table(
    "sync_runs",
    schema,
    Column("id", Integer, primary_key=True),
    Column("scope", String(12), nullable=False),  # everything | categories
    Column("source", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("started_by", Text, nullable=False),
    Column("result", String(10)),  # succeeded | failed | cancelled; null while it runs
    Column("reason", SentenceText),  # when it failed
    Column("new", Integer, nullable=False, server_default="0"),
    Column("revised", Integer, nullable=False, server_default="0"),
    Column("expired", Integer, nullable=False, server_default="0"),
    Column("documents", Integer, nullable=False, server_default="0"),
    Column("files", Integer, nullable=False, server_default="0"),
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)

# What a run did to updates: the revision that was the newest of its id when the run ended.
run_updates = Table(
    "run_updates",
    schema,
    Column("run_id", Integer, ForeignKey("sync_runs.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "revision_id",
        Integer,
        ForeignKey("revisions.revision_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("brought", String(8), nullable=False),  # new | revised | expired
    Index("ix_run_updates_revision_id", "revision_id"),
    sqlite_with_rowid=False,
)

run_problems = Table(
    "run_problems",
    schema,
    Column("id", Integer, primary_key=True),
    Column("run_id", Integer, ForeignKey("sync_runs.id", ondelete="CASCADE"), nullable=False),
    # document | file | call | notice (a notice is no failure: a new language appeared)
    Column("kind", String(10), nullable=False),
    Column("subject", SentenceText, nullable=False),
    Column("reason", SentenceText, nullable=False),
    Column("detail", SentenceText),
    Column("noted_at", UtcDateTime, nullable=False),
    Index("ix_run_problems_run_id", "run_id"),
)

# The anchor of the last call whose answer is completely here. `scope` is configuration or updates.
sync_anchors = Table(
    "sync_anchors",
    schema,
    Column("scope", String(16), primary_key=True),
    Column("source", Text, nullable=False),
    Column("anchor", Text, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
)

# Which products and classifications the kept anchor of the updates answers for.
anchored_categories = Table(
    "anchored_categories",
    schema,
    Column("update_id", Guid, primary_key=True),
    Column("category_type", String(16), nullable=False),
)

# A listing that was written down and is being worked off; its anchor is kept when the to-do list
# of its scope is empty.
sync_listings = Table(
    "sync_listings",
    schema,
    Column("scope", String(16), primary_key=True),
    Column("source", Text, nullable=False),
    Column("anchor", Text),
    Column("categories", Text, nullable=False),  # JSON: {"product": [...], "classification": [...]}
    Column("total", Integer, nullable=False),
    Column("listed_at", UtcDateTime, nullable=False),
)

sync_todo = Table(
    "sync_todo",
    schema,
    Column("scope", String(16), primary_key=True),
    Column("update_id", Guid, primary_key=True),
    Column("revision_number", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# Documents the source owes us: named or sent, but not readable or not delivered. Asked for again
# at every run; the damaged bytes are kept for inspection.
owed_documents = Table(
    "owed_documents",
    schema,
    Column("update_id", Guid, primary_key=True),
    Column("revision_number", Integer, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
    Column("encoding", String(8)),
    Column("data", LargeBinary),
    Column("first_noted_at", UtcDateTime, nullable=False),
    Column("last_noted_at", UtcDateTime, nullable=False),
)

source_languages = Table(
    "source_languages",
    schema,
    Column("language_id", Integer, primary_key=True, autoincrement=False),
    Column("short_name", String(20), nullable=False),
    Column("long_name", Text, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
)

# The nodes an administrator chose: a family or company stands for its future products too.
subscriptions = Table(
    "subscriptions",
    schema,
    Column("update_id", Guid, primary_key=True),
    Column("is_classification", Boolean, nullable=False),
    Column("chosen_at", UtcDateTime, nullable=False),
)
