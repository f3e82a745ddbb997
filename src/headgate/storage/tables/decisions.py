"""What administrators decided: approvals, declined updates, accepted licences.

A withdrawn approval and a decline taken back stay as rows: computers that were told of them must be
told again. ``since`` is the commit-ordered counter of :mod:`headgate.storage.effective`.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from headgate.storage.tables.base import schema
from headgate.storage.types import Guid, UtcDateTime

approvals = Table(
    "approvals",
    schema,
    Column("group_id", Guid, primary_key=True),
    Column("update_id", Guid, primary_key=True),
    Column("action", String(10)),  # install | uninstall; null: withdrawn
    # What clients call the decision; a number space of its own, new at every change.
    Column("deployment_id", Integer, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("decided_by", Text, nullable=False),
    # Every file that is due of the update is here and verified; see services/files/readiness.py.
    Column("files_ready", Boolean, nullable=False),
    # The licences of its newest revision and of all that bundles are accepted.
    Column("licences_accepted", Boolean, nullable=False),
    Index("ix_approvals_update_id", "update_id"),
)

declined = Table(
    "declined",
    schema,
    Column("update_id", Guid, primary_key=True),
    Column("is_declined", Boolean, nullable=False),  # false: taken back
    Column("since", BigInteger, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("decided_by", Text, nullable=False),
)

accepted_licences = Table(
    "accepted_licences",
    schema,
    Column("eula_id", Text, primary_key=True),  # as in ``Properties/@EulaID``, lower case
    Column("accepted_at", UtcDateTime, nullable=False),
    Column("accepted_by", Text, nullable=False),
)
