"""The catalogue and its synchronization."""

import sqlalchemy as sa
from alembic import op

from headgate.storage.search import create_search
from headgate.storage.types import Guid, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table of the first release."""
    op.create_table(
        "anchored_categories",
        sa.Column("update_id", Guid(length=16), nullable=False),
        sa.Column("category_type", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("update_id", name=op.f("pk_anchored_categories")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "dictionaries",
        sa.Column("dictionary_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("dictionary_id", name=op.f("pk_dictionaries")),
    )
    op.create_table(
        "files",
        sa.Column("sha1", sa.LargeBinary(length=20), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("mu_url", sa.Text(), nullable=True),
        sa.Column("presence", sa.String(length=8), server_default="wanted", nullable=False),
        sa.Column("stored_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("sha1", name=op.f("pk_files")),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("server_id", Guid(length=16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("next_revision_id", sa.Integer(), nullable=False),
        sa.Column("catalogue_version", sa.Integer(), nullable=False),
        sa.Column("schedule_offset", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("queued_at", UtcDateTime(), nullable=False),
        sa.Column("queued_by", sa.Text(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_state", "jobs", ["state"], unique=False)
    op.create_table(
        "owed_documents",
        sa.Column("update_id", Guid(length=16), nullable=False),
        sa.Column("revision_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("encoding", sa.String(length=8), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("first_noted_at", UtcDateTime(), nullable=False),
        sa.Column("last_noted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("update_id", "revision_number", name=op.f("pk_owed_documents")),
    )
    op.create_table(
        "revisions",
        sa.Column("revision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("update_id", Guid(length=16), nullable=False),
        sa.Column("revision_number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("category_type", sa.String(length=16), nullable=True),
        sa.Column("publication_state", sa.String(length=10), nullable=False),
        sa.Column("is_latest", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kb", sa.Text(), nullable=True),
        sa.Column("bulletins", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=True),
        sa.Column("arrived_at", UtcDateTime(), nullable=False),
        sa.Column("arrived_run", sa.Integer(), nullable=True),
        sa.Column("handler", sa.Text(), nullable=True),
        sa.Column("explicitly_deployable", sa.Boolean(), nullable=False),
        sa.Column("is_bundle", sa.Boolean(), nullable=False),
        sa.Column("is_beta", sa.Boolean(), nullable=False),
        sa.Column("browse_only", sa.Boolean(), nullable=False),
        sa.Column("os_upgrade", sa.Boolean(), nullable=False),
        sa.Column("is_locally_published", sa.Boolean(), nullable=False),
        sa.Column("eula_id", sa.Text(), nullable=True),
        sa.Column("reboot", sa.Text(), nullable=True),
        sa.Column("can_request_user_input", sa.Boolean(), nullable=False),
        sa.Column("can_uninstall", sa.Boolean(), nullable=False),
        sa.Column("max_download_size", sa.BigInteger(), nullable=True),
        sa.Column("languages", sa.Text(), nullable=True),
        sa.Column("more_info_url", sa.Text(), nullable=True),
        sa.Column("support_url", sa.Text(), nullable=True),
        sa.Column("default_language", sa.Text(), nullable=False),
        sa.Column("display_order", sa.BigInteger(), nullable=True),
        sa.Column("prohibits_updates", sa.Boolean(), nullable=False),
        sa.Column("prohibits_subcategories", sa.Boolean(), nullable=False),
        sa.Column("excluded_by_default", sa.Boolean(), nullable=False),
        sa.Column("xml_size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_revisions")),
        sa.UniqueConstraint(
            "update_id", "revision_number", name=op.f("uq_revisions_update_id_revision_number")
        ),
    )
    op.create_index(
        "ix_revisions_categories",
        "revisions",
        ["category_type"],
        unique=False,
        sqlite_where=sa.text("category_type IS NOT NULL"),
        postgresql_where=sa.text("category_type IS NOT NULL"),
    )
    op.create_index(
        "ix_revisions_kb",
        "revisions",
        ["kb"],
        unique=False,
        sqlite_where=sa.text("kb IS NOT NULL"),
        postgresql_where=sa.text("kb IS NOT NULL"),
    )
    op.create_index(
        "ix_revisions_visible",
        "revisions",
        ["arrived_at", "created_at", "revision_id", "publication_state", "severity"],
        unique=False,
        sqlite_where=sa.text(
            "is_latest AND explicitly_deployable AND kind IN ('software', 'driver')"
        ),
        postgresql_where=sa.text(
            "is_latest AND explicitly_deployable AND kind IN ('software', 'driver')"
        ),
    )
    op.create_table(
        "settings",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_settings")),
    )
    op.create_table(
        "source_languages",
        sa.Column("language_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("short_name", sa.String(length=20), nullable=False),
        sa.Column("long_name", sa.Text(), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("language_id", name=op.f("pk_source_languages")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("update_id", Guid(length=16), nullable=False),
        sa.Column("is_classification", sa.Boolean(), nullable=False),
        sa.Column("chosen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("update_id", name=op.f("pk_subscriptions")),
    )
    op.create_table(
        "sync_anchors",
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_sync_anchors")),
    )
    op.create_table(
        "sync_listings",
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=True),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("listed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_sync_listings")),
    )
    op.create_table(
        "sync_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=12), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("result", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("new", sa.Integer(), server_default="0", nullable=False),
        sa.Column("revised", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expired", sa.Integer(), server_default="0", nullable=False),
        sa.Column("documents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("files", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_runs")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sync_todo",
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("update_id", Guid(length=16), nullable=False),
        sa.Column("revision_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("scope", "update_id", "revision_number", name=op.f("pk_sync_todo")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bundled",
        sa.Column("revision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("clause", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("update_id", Guid(length=16), nullable=False),
        sa.Column("revision_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.revision_id"],
            name=op.f("fk_bundled_revision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "revision_id", "clause", "update_id", "revision_number", name=op.f("pk_bundled")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_bundled_update_id", "bundled", ["update_id", "revision_number"], unique=False
    )
    op.create_table(
        "documents",
        sa.Column("revision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("encoding", sa.String(length=8), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.revision_id"],
            name=op.f("fk_documents_revision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_documents")),
    )
    op.create_table(
        "drivers",
        sa.Column("revision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hardware_id", sa.Text(), nullable=False),
        sa.Column("driver_class", sa.Text(), nullable=True),
        sa.Column("manufacturer", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("version_date", sa.Text(), nullable=True),
        sa.Column("computer_hardware_ids", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.revision_id"],
            name=op.f("fk_drivers_revision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("revision_id", "position", name=op.f("pk_drivers")),
    )
    op.create_index("ix_drivers_hardware_id", "drivers", ["hardware_id"], unique=False)
    op.create_table(
        "fragments",
        sa.Column("revision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("core_size", sa.Integer(), nullable=False),
        sa.Column("core", sa.LargeBinary(), nullable=False),
        sa.Column("extended_size", sa.Integer(), nullable=False),
        sa.Column("extended", sa.LargeBinary(), nullable=False),
        sa.Column("localized_size", sa.Integer(), nullable=False),
        sa.Column("localized", sa.LargeBinary(), nullable=False),
        sa.Column("eulas_size", sa.Integer(), nullable=True),
        sa.Column("eulas", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.revision_id"],
            name=op.f("fk_fragments_revision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_fragments")),
    )
    op.create_table(
        "prerequisites",
        sa.Column("revision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("clause", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("update_id", Guid(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.revision_id"],
            name=op.f("fk_prerequisites_revision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "revision_id", "clause", "update_id", name=op.f("pk_prerequisites")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_prerequisites_update_id", "prerequisites", ["update_id"], unique=False)
    op.create_table(
        "revision_files",
        sa.Column("revision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha1", sa.LargeBinary(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("patching_type", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("is_eula", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.revision_id"],
            name=op.f("fk_revision_files_revision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("revision_id", "sha1", "name", name=op.f("pk_revision_files")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_revision_files_sha1", "revision_files", ["sha1"], unique=False)
    op.create_table(
        "run_problems",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("noted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["sync_runs.id"], name=op.f("fk_run_problems_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_problems")),
    )
    op.create_index("ix_run_problems_run_id", "run_problems", ["run_id"], unique=False)
    op.create_table(
        "supersedes",
        sa.Column("revision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("update_id", Guid(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.revision_id"],
            name=op.f("fk_supersedes_revision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("revision_id", "update_id", name=op.f("pk_supersedes")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_supersedes_update_id", "supersedes", ["update_id"], unique=False)
    create_search(op.get_bind())
