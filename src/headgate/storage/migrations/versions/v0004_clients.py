"""Computers, decisions about updates, what computers are offered and what they report."""

import sqlalchemy as sa
from alembic import op

from headgate.storage import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add tables and columns; jobs fill in what must be worked out from documents."""
    for column in (
        sa.Column("decision_counter", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("next_deployment_id", sa.Integer(), nullable=False, server_default="2000000001"),
        sa.Column("next_computer_number", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("client_config_changed_at", types.UtcDateTime(), nullable=True),
    ):
        op.add_column("installation", column)
    _create_decisions()
    _create_offering()
    _create_fleet()
    _create_reporting()
    # What is here was stored without pieces and feature scores.
    op.execute(
        "INSERT INTO fragments_due (revision_id) SELECT revision_id FROM fragments "
        "WHERE core_size > 65536 UNION SELECT revision_id FROM revisions WHERE kind = 'driver' "
        "UNION SELECT revision_id FROM documents "
        "WHERE revision_id NOT IN (SELECT revision_id FROM fragments)"
    )


def _create_decisions() -> None:
    op.create_table(
        "accepted_licences",
        sa.Column("eula_id", sa.Text(), nullable=False),
        sa.Column("accepted_at", types.UtcDateTime(), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("eula_id", name=op.f("pk_accepted_licences")),
    )
    op.create_table(
        "approvals",
        sa.Column("group_id", types.Guid(length=16), nullable=False),
        sa.Column("update_id", types.Guid(length=16), nullable=False),
        sa.Column("action", sa.String(length=10), nullable=True),
        sa.Column("deployment_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", types.UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("files_ready", sa.Boolean(), nullable=False),
        sa.Column("licences_accepted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "update_id", name=op.f("pk_approvals")),
    )
    op.create_index("ix_approvals_update_id", "approvals", ["update_id"], unique=False)
    op.create_table(
        "declined",
        sa.Column("update_id", types.Guid(length=16), nullable=False),
        sa.Column("is_declined", sa.Boolean(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", types.UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("update_id", name=op.f("pk_declined")),
    )


def _create_offering() -> None:
    op.create_table(
        "live_revisions",
        sa.Column("revision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_leaf", sa.Boolean(), nullable=False),
        sa.Column("is_member", sa.Boolean(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.revision_id"],
            name=op.f("fk_live_revisions_revision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_live_revisions")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "core_pieces",
        sa.Column("revision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("xpress_size", sa.Integer(), nullable=True),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("xpress", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.revision_id"],
            name=op.f("fk_core_pieces_revision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("revision_id", "position", name=op.f("pk_core_pieces")),
    )
    op.create_index(
        "ix_core_pieces_without_blocks",
        "core_pieces",
        ["revision_id"],
        unique=False,
        sqlite_where=sa.text("xpress_size IS NULL"),
        postgresql_where=sa.text("xpress_size IS NULL"),
    )
    op.create_table(
        "feature_scores",
        sa.Column("revision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("operating_system", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.revision_id"],
            name=op.f("fk_feature_scores_revision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "revision_id", "position", "operating_system", name=op.f("pk_feature_scores")
        ),
    )
    op.create_table(
        "fragments_due",
        sa.Column("revision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.revision_id"],
            name=op.f("fk_fragments_due_revision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_fragments_due")),
    )
    op.create_table(
        "cookie_keys",
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_cookie_keys")),
        sqlite_autoincrement=True,
    )


def _create_fleet() -> None:
    op.create_table(
        "computers",
        sa.Column("computer_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("dns_name", sa.Text(), nullable=False),
        sa.Column("host_name", sa.Text(), nullable=False),
        sa.Column("requested_group", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("first_contact", types.UtcDateTime(), nullable=False),
        sa.Column("last_contact", types.UtcDateTime(), nullable=False),
        sa.Column("registered_at", types.UtcDateTime(), nullable=True),
        sa.Column("last_scan", types.UtcDateTime(), nullable=True),
        sa.Column("last_report", types.UtcDateTime(), nullable=True),
        sa.Column("os_major", sa.Integer(), nullable=True),
        sa.Column("os_minor", sa.Integer(), nullable=True),
        sa.Column("os_build", sa.Integer(), nullable=True),
        sa.Column("os_revision", sa.Integer(), nullable=True),
        sa.Column("os_service_pack", sa.Integer(), nullable=True),
        sa.Column("os_locale", sa.Text(), nullable=True),
        sa.Column("os_description", sa.Text(), nullable=True),
        sa.Column("suite_mask", sa.Integer(), nullable=True),
        sa.Column("old_product_type", sa.Integer(), nullable=True),
        sa.Column("new_product_type", sa.Integer(), nullable=True),
        sa.Column("architecture", sa.Text(), nullable=True),
        sa.Column("agent_version", sa.Text(), nullable=True),
        sa.Column("protocol_version", sa.Text(), nullable=True),
        sa.Column("manufacturer", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("bios_version", sa.Text(), nullable=True),
        sa.Column("bios_date", types.UtcDateTime(), nullable=True),
        sa.Column("inventory", sa.Text(), nullable=True),
        sa.Column("earlier_names", sa.Text(), nullable=True),
        sa.Column("cloned_at", types.UtcDateTime(), nullable=True),
        sa.Column("reimaged_at", types.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("computer_id", name=op.f("pk_computers")),
        sa.UniqueConstraint("number", name=op.f("uq_computers_number")),
    )
    op.create_index("ix_computers_dns_name", "computers", ["dns_name"], unique=False)
    op.create_index("ix_computers_host_name", "computers", ["host_name"], unique=False)
    op.create_index("ix_computers_last_contact", "computers", ["last_contact"], unique=False)
    op.create_table(
        "refused_contacts",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("computer_id", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("first_at", types.UtcDateTime(), nullable=False),
        sa.Column("last_at", types.UtcDateTime(), nullable=False),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("address", "reason", name=op.f("pk_refused_contacts")),
    )


def _create_reporting() -> None:
    op.create_table(
        "update_numbers",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("update_id", types.Guid(length=16), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_update_numbers")),
        sa.UniqueConstraint("update_id", name=op.f("uq_update_numbers_update_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "computer_states",
        sa.Column("computer_id", sa.Text(), nullable=False),
        sa.Column("reported_at", types.UtcDateTime(), nullable=False),
        sa.Column("needed", sa.LargeBinary(), nullable=True),
        sa.Column("downloaded", sa.LargeBinary(), nullable=True),
        sa.Column("installed", sa.LargeBinary(), nullable=True),
        sa.Column("failed", sa.LargeBinary(), nullable=True),
        sa.Column("pending_reboot", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["computer_id"],
            ["computers.computer_id"],
            name=op.f("fk_computer_states_computer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("computer_id", name=op.f("pk_computer_states")),
    )
    op.create_table(
        "state_counts",
        sa.Column("group_id", types.Guid(length=16), nullable=False),
        sa.Column("update_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=14), nullable=False),
        sa.Column("computers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "update_number", "state", name=op.f("pk_state_counts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "client_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("computer_id", sa.Text(), nullable=False),
        sa.Column("instance_id", types.Guid(length=16), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("update_id", types.Guid(length=16), nullable=True),
        sa.Column("revision_number", sa.Integer(), nullable=True),
        sa.Column("hresult", sa.Integer(), nullable=False),
        sa.Column("at_target", types.UtcDateTime(), nullable=False),
        sa.Column("received_at", types.UtcDateTime(), nullable=False),
        sa.Column("app_name", sa.Text(), nullable=True),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("strings", sa.Text(), nullable=False),
        sa.Column("misc", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["computer_id"],
            ["computers.computer_id"],
            name=op.f("fk_client_events_computer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_events")),
        sa.UniqueConstraint("instance_id", name=op.f("uq_client_events_instance_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_client_events_computer", "client_events", ["computer_id", "event_id"], unique=False
    )
    op.create_index("ix_client_events_received_at", "client_events", ["received_at"], unique=False)
