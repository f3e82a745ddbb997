"""What lists of updates are sorted, filtered and searched by; what each run brought.

Rows that are here get all of it at once, but for their words: until the job ``index words`` has
read their documents again they are found by title, KB and bulletin numbers in one language.
"""

import sqlalchemy as sa
from alembic import op

from headgate.storage import runs, search, sort_keys, supersedence

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_LISTED = "explicitly_deployable AND kind IN ('software', 'driver')"
_RIDING = ("is_latest", "publication_state", "superseded", "sort_severity", "sort_released")
_ORDERS = {
    "arrival": ("arrived_at", "sort_released"),
    "release": ("sort_released",),
    "title": ("sort_title",),
    "kb": ("sort_kb",),
    "severity": ("sort_severity",),
}


def upgrade() -> None:
    """Add columns, tables and indexes, and fill them."""
    plain = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    for column in (
        sa.Column("sort_title", plain, nullable=False, server_default=""),
        sa.Column("sort_kb", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("sort_severity", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("sort_released", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("supersedes_others", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("superseded", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("revisions", column)
    _create_tables()
    op.drop_index("ix_revisions_visible", "revisions")
    conn = op.get_bind()
    conn.exec_driver_sql("DROP TABLE revision_search")
    search.create_search(conn)
    sort_keys.fill_earlier(conn)
    supersedence.settle_all(conn)
    runs.note_updates_of_earlier_runs(conn)
    for name, order in _ORDERS.items():
        op.create_index(
            f"ix_revisions_by_{name}",
            "revisions",
            list(dict.fromkeys((*order, "arrived_at", "revision_id", *_RIDING))),
            sqlite_where=sa.text(_LISTED),
            postgresql_where=sa.text(_LISTED),
        )


def _create_tables() -> None:
    op.create_table(
        "words_due",
        sa.Column("revision_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.revision_id"],
            name=op.f("fk_words_due_revision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("revision_id", name=op.f("pk_words_due")),
    )
    op.create_table(
        "run_updates",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("brought", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["sync_runs.id"], name=op.f("fk_run_updates_run_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"],
            ["revisions.revision_id"],
            name=op.f("fk_run_updates_revision_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "revision_id", name=op.f("pk_run_updates")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_run_updates_revision_id", "run_updates", ["revision_id"])
