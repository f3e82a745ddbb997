"""The installation itself: who we are, settings, jobs, the audit trail."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from headgate.storage.tables.base import schema
from headgate.storage.types import Guid, SentenceText, UtcDateTime

# One row, id 1.
installation = Table(
    "installation",
    schema,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("server_id", Guid, nullable=False),  # what we call ourselves to every source
    Column("created_at", UtcDateTime, nullable=False),
    # The next revision id to give; starts at a random high number, only ever rises.
    Column("next_revision_id", Integer, nullable=False),
    # Rises by one with every change of the catalogue; doors look at it once a second.
    Column("catalogue_version", Integer, nullable=False),
    Column("schedule_offset", Integer, nullable=False),  # seconds, 0 to 1800, fixed
    # Rises by one with every change of what computers are offered; see storage/effective.py.
    Column("decision_counter", BigInteger, nullable=False, server_default="0"),
    # What computers call the next decision: far from revision ids, which undecided updates use.
    Column("next_deployment_id", Integer, nullable=False, server_default="2000000001"),
    Column("next_computer_number", Integer, nullable=False, server_default="1"),
    # When what GetConfig answers changed last; null: never.
    Column("client_config_changed_at", UtcDateTime),
)

settings = Table(
    "settings",
    schema,
    Column("key", String(60), primary_key=True),
    Column("value", Text),  # JSON; null when the value is a secret
    Column("secret", LargeBinary),  # encrypted with secret.key
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", Text, nullable=False),
)

audit = Table(
    "audit",
    schema,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(60), nullable=False),
    Column("detail", Text, nullable=False),  # JSON, never a secret
    sqlite_autoincrement=True,
)

jobs = Table(
    "jobs",
    schema,
    Column("id", Integer, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("payload", Text, nullable=False),  # JSON
    Column("state", String(10), nullable=False),  # queued | running | done | failed | cancelled
    Column("queued_at", UtcDateTime, nullable=False),
    Column("queued_by", Text, nullable=False),
    Column("started_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("cancel_requested", Boolean, nullable=False),
    Column("progress", Text),  # JSON
    Column("result", Text),  # JSON
    Column("error", SentenceText),
    Index("ix_jobs_state", "state"),
    sqlite_autoincrement=True,
)
