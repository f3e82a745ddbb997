"""Who may use the console: users, their sessions, one-time links, what each prefers to see.

A token is never stored, only its SHA-256: who reads the database cannot sign in with it.
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from headgate.storage.tables.base import schema
from headgate.storage.types import UtcDateTime

users = Table(
    "users",
    schema,
    Column("user_id", Integer, primary_key=True),
    Column("name", Text, nullable=False),  # as it was given
    Column("name_key", Text, nullable=False, unique=True),  # casefolded; what is compared
    # argon2id; null: somebody else vouches for this user (a proxy, Kerberos)
    Column("password_hash", Text),
    Column("role", String(14), nullable=False),  # administrator | reporter
    Column("created_at", UtcDateTime, nullable=False),
    Column("password_at", UtcDateTime),  # when the password was last chosen
    Column("disabled_at", UtcDateTime),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    schema,
    Column("token_hash", LargeBinary(32), primary_key=True),
    # null: signed in with a link of `headgate open`, as a user of the operating system
    Column("user_id", Integer, ForeignKey("users.user_id", ondelete="CASCADE")),
    Column("name", Text, nullable=False),
    Column("role", String(14), nullable=False),
    Column("way", String(10), nullable=False),  # password | link | proxy | kerberos
    Column("form_token", Text, nullable=False),  # what every form of this session carries
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("address", Text),
    Column("browser", Text),  # the User-Agent, cut
    Column("said", Text),  # JSON: what the next page tells, once: what a form has done
    Index("ix_sessions_user_id", "user_id"),
)

one_time_links = Table(
    "one_time_links",
    schema,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("purpose", String(20), nullable=False),  # first_administrator | sign_in
    Column("made_by", Text, nullable=False),  # user of the operating system
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),  # null: until it is used
    Column("used_at", UtcDateTime),
)

# By name and not by user: people whom a link, a proxy or Kerberos brings in have preferences too.
preferences = Table(
    "preferences",
    schema,
    Column("name_key", Text, primary_key=True),
    Column("language", String(5)),  # null: the browser's
    Column("theme", String(6)),  # light | dark; null: the system's
)
