"""The schema, one file per table group; importing this package knows all tables."""

from headgate.storage.tables import catalogue, operations, synchronization
from headgate.storage.tables.base import schema

__all__ = ["catalogue", "operations", "schema", "synchronization"]
