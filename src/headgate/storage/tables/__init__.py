"""The schema, one file per table group; importing this package knows all tables."""

from headgate.storage.tables import accounts, catalogue, operations, synchronization
from headgate.storage.tables.base import schema

__all__ = ["accounts", "catalogue", "operations", "schema", "synchronization"]
