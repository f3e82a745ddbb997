"""The schema, one file per table group; importing this package knows all tables."""

from headgate.storage.tables import (
    accounts,
    catalogue,
    decisions,
    fleet,
    offering,
    operations,
    reporting,
    synchronization,
)
from headgate.storage.tables.base import schema

__all__ = [
    "accounts",
    "catalogue",
    "decisions",
    "fleet",
    "offering",
    "operations",
    "reporting",
    "schema",
    "synchronization",
]
