"""What computers can be offered, worked out once per change of the catalogue.

``live_revisions`` is derived from the catalogue (:mod:`headgate.services.catalogue.settling`) and
kept so that a change of it has a moment: the value of the commit-ordered counter from which on it
holds.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text, text

from headgate.storage.tables.base import schema
from headgate.storage.tables.catalogue import revision_id
from headgate.storage.types import UtcDateTime

live_revisions = Table(
    "live_revisions",
    schema,
    revision_id(),
    Column("is_leaf", Boolean, nullable=False),  # no revision here names it as a prerequisite
    Column("is_member", Boolean, nullable=False),  # a live bundle names it
    Column("since", BigInteger, nullable=False),  # since when this holds, and what bundles it
    sqlite_with_rowid=False,
)

# A Core of more than 64 KiB once more, in pieces that are sent one by one.
core_pieces = Table(
    "core_pieces",
    schema,
    revision_id(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),  # bytes of escaped text in this piece
    Column("xpress_size", Integer),  # sizes stand first: SQLite reads a row up to what is asked
    Column("packed", LargeBinary, nullable=False),  # one zstd frame
    Column("xpress", LargeBinary),  # ready blocks; null: written by a build without a compiler
    Index(
        "ix_core_pieces_without_blocks",
        "revision_id",
        sqlite_where=text("xpress_size IS NULL"),
        postgresql_where=text("xpress_size IS NULL"),
    ),
)

# Which feature score a driver has on which system: [MS-WUSP] 3.1.1 Driver FeatureScore Table.
feature_scores = Table(
    "feature_scores",
    schema,
    revision_id(),
    Column("position", Integer, primary_key=True, autoincrement=False),  # as in ``drivers``
    Column("operating_system", Text, primary_key=True),  # lower case: amd64.10.0
    Column("score", Integer, nullable=False),  # 0 to 255, lower is better
)

# Revisions stored by an earlier schema whose pieces or scores have still to be cut.
fragments_due = Table("fragments_due", schema, revision_id())

# Keys that seal cookies; each encrypted with ``secret.key``.
cookie_keys = Table(
    "cookie_keys",
    schema,
    Column("key_id", Integer, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)
