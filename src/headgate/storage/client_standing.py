"""What every call of a computer is compared with: who we are and what counts now.

The *identity* names the space of revision ids and counters that computers remember. It is another
one with a new database, and after a restore: then computers have seen numbers this database does
not know. It is made of

- the installation's GUID, made with the database;
- the random mark in the audit line of the last ``database restore``;
- on PostgreSQL, whose own tools restore it, the number of the table ``installation`` and of the
  database cluster: ``pg_restore`` makes tables anew, and they get new numbers.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, text

from headgate.storage import audit
from headgate.storage.tables.operations import installation

#: The action of the audit line a restore leaves behind; its detail has a ``mark``.
RESTORED = "database.restored"

_IDENTITY_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRow:
    """The present state of this server towards computers."""

    identity: str  #: 32 hex digits
    configured_at: datetime  #: when what clients are told of our configuration changed last
    catalogue_version: int
    counter: int  #: the newest *effective-since*


def present_standing(conn: Connection) -> StandingRow:
    """Return who we are and what counts now."""
    row = conn.execute(select(installation)).one()
    return StandingRow(
        identity=_identity(conn, row.server_id),
        configured_at=row.client_config_changed_at or row.created_at,
        catalogue_version=row.catalogue_version,
        counter=row.decision_counter,
    )


def _identity(conn: Connection, server_id: str) -> str:
    restored = audit.newest_line(conn, action_begins=RESTORED)
    marks = [server_id, "" if restored is None else restored.detail["mark"]]
    if conn.dialect.name == "postgresql":
        marks += _numbers_of_postgresql(conn)
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()[: 2 * _IDENTITY_BYTES]


def _numbers_of_postgresql(conn: Connection) -> tuple[str, str]:
    table = conn.execute(text("SELECT CAST(CAST('installation' AS regclass) AS oid)")).scalar_one()
    may_ask = "SELECT has_function_privilege('pg_control_system()', 'EXECUTE')"
    if not conn.execute(text(may_ask)).scalar_one():
        return str(table), ""
    cluster = conn.execute(text("SELECT system_identifier FROM pg_control_system()")).scalar_one()
    return str(table), str(cluster)
