"""What computers report: events, and what each of them needs, as compact sets.

Sets hold *update numbers*, small integers of our own for update ids, as serialized roaring bitmaps.
"Not applicable" is stored nowhere: it is what a computer that has reported does not list.
"""

from sqlalchemy import (
    BigInteger,
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
from headgate.storage.types import Guid, UtcDateTime

update_numbers = Table(
    "update_numbers",
    schema,
    Column("number", Integer, primary_key=True),
    Column("update_id", Guid, nullable=False, unique=True),  # also of updates we do not have
    sqlite_autoincrement=True,
)


def _computer_id() -> Column[str]:
    return Column(
        "computer_id",
        Text,
        ForeignKey("computers.computer_id", ondelete="CASCADE"),
        primary_key=True,
    )


computer_states = Table(
    "computer_states",
    schema,
    _computer_id(),
    Column("reported_at", UtcDateTime, nullable=False),
    Column("needed", LargeBinary),  # null: the empty set, here and below
    Column("downloaded", LargeBinary),
    Column("installed", LargeBinary),
    Column("failed", LargeBinary),
    Column("pending_reboot", LargeBinary),
)

# How many computers of a group are in a state, kept as reports arrive.
state_counts = Table(
    "state_counts",
    schema,
    Column("group_id", Guid, primary_key=True),
    Column("update_number", Integer, primary_key=True, autoincrement=False),
    Column("state", String(14), primary_key=True),  # needed | downloaded | installed | failed | …
    Column("computers", Integer, nullable=False),
    sqlite_with_rowid=False,
)

client_events = Table(
    "client_events",
    schema,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column(
        "computer_id",
        Text,
        ForeignKey("computers.computer_id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("instance_id", Guid, nullable=False, unique=True),
    Column("event_id", Integer, nullable=False),
    Column("source_id", Integer, nullable=False),
    Column("update_id", Guid),  # null: not about an update; then only the latest is kept
    Column("revision_number", Integer),
    Column("hresult", Integer, nullable=False),  # signed, as sent
    Column("at_target", UtcDateTime, nullable=False),  # the computer's clock
    Column("received_at", UtcDateTime, nullable=False),
    Column("app_name", Text),
    Column("device_id", Text),  # of drivers: the device
    Column("strings", Text, nullable=False),  # JSON: ReplacementStrings
    Column("misc", Text, nullable=False),  # JSON: MiscData as sent
    Index("ix_client_events_computer", "computer_id", "event_id"),
    Index("ix_client_events_received_at", "received_at"),
    sqlite_autoincrement=True,
)
