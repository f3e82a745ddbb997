"""Computers that came here, what they say about themselves, and who was sent away."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

from headgate.storage.tables.base import schema
from headgate.storage.types import UtcDateTime

computers = Table(
    "computers",
    schema,
    Column("computer_id", Text, primary_key=True),  # SusClientId in lower case
    # A small number of our own, for sets of computers; never reused.
    Column("number", Integer, nullable=False, unique=True),
    Column("dns_name", Text, nullable=False),
    Column("host_name", Text, nullable=False),  # the name without its domain
    Column("requested_group", Text),  # client-side targeting, as sent
    Column("address", Text),
    Column("first_contact", UtcDateTime, nullable=False),
    Column("last_contact", UtcDateTime, nullable=False),
    Column("registered_at", UtcDateTime),  # null: it never told what it is
    Column("last_scan", UtcDateTime),  # the end of a software pass
    Column("last_report", UtcDateTime),  # its last full statement, event 156
    Column("os_major", Integer),
    Column("os_minor", Integer),
    Column("os_build", Integer),
    Column("os_revision", Integer),  # UBR, from DeviceAttributes
    Column("os_service_pack", Integer),
    Column("os_locale", Text),
    Column("os_description", Text),  # as sent; its wording lags behind the build
    Column("suite_mask", Integer),
    Column("old_product_type", Integer),
    Column("new_product_type", Integer),
    Column("architecture", Text),
    Column("agent_version", Text),
    Column("protocol_version", Text),
    Column("manufacturer", Text),
    Column("model", Text),
    Column("bios_version", Text),
    Column("bios_date", UtcDateTime),
    # Everything else it says about itself: JSON, from registration, scans and inventory reports.
    Column("inventory", Text),
    # The same id under several names in turn: one disk image on several machines. JSON.
    Column("earlier_names", Text),
    Column("cloned_at", UtcDateTime),  # when the names said so last
    Column("reimaged_at", UtcDateTime),  # when the same name came with another id
    Index("ix_computers_dns_name", "dns_name"),
    Index("ix_computers_host_name", "host_name"),
    Index("ix_computers_last_contact", "last_contact"),
)

# Contacts that were refused; the same reason from the same address is one row.
refused_contacts = Table(
    "refused_contacts",
    schema,
    Column("address", Text, primary_key=True),
    Column("reason", String(40), primary_key=True),  # an ErrorCode, or what HTTP refused
    Column("operation", Text, nullable=False),
    Column("computer_id", Text),  # as claimed; nobody has proved it
    Column("detail", Text),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Column("contacts", Integer, nullable=False),
)
