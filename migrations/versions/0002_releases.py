"""Releases: a schema of its own, its ledger, and the reach of the two roles that count and serve."""

import sqlalchemy as sa
from alembic import op

from app.schema import run_sql

revision = "0002_releases"
down_revision = "0001_foundation"
branch_labels = None
depends_on = None

SCHEMA = "release"


def upgrade() -> None:
    op.execute("CREATE SCHEMA release")
    _create_release()
    _create_artefact()
    _create_approval()
    _create_ledger()
    run_sql(op.get_bind(), "0002_releases.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0002_releases_down.sql")
    op.execute("DROP SCHEMA release CASCADE")


def _create_release() -> None:
    op.create_table(
        "release",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("reference_year", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("workload_version", sa.Text(), nullable=False),
        sa.Column("workload_sha", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("snapshot_sha", sa.Text(), nullable=False),
        sa.Column("ledger_head", sa.Text(), nullable=False),
        sa.Column("rho", sa.Numeric(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("built_by", sa.BigInteger(), nullable=False),
        sa.Column("built_institution_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("code ~ '^LI(-[0-9A-Z]{4}){3}$'", name=op.f("ck_release_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
        sa.UniqueConstraint("code", name=op.f("uq_release_code")),
        schema=SCHEMA,
    )
    op.create_index("ix_release_reference_year", "release", ["reference_year"], unique=False, schema=SCHEMA)


def _create_artefact() -> None:
    op.create_table(
        "artefact",
        sa.Column("release_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "sha256 = encode(pg_catalog.sha256(content), 'hex')", name=op.f("ck_artefact_sha256")
        ),
        sa.CheckConstraint("name ~ '^[A-Za-z0-9_]{1,40}$'", name=op.f("ck_artefact_name")),
        sa.CheckConstraint("format IN ('csv', 'json')", name=op.f("ck_artefact_format")),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.release.id"], name=op.f("fk_artefact_release_id_release")
        ),
        sa.PrimaryKeyConstraint("release_id", "name", "format", name=op.f("pk_artefact")),
        schema=SCHEMA,
    )


def _create_approval() -> None:
    op.create_table(
        "approval",
        sa.Column("release_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("institution_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.release.id"], name=op.f("fk_approval_release_id_release")
        ),
        sa.PrimaryKeyConstraint("release_id", "user_id", name=op.f("pk_approval")),
        schema=SCHEMA,
    )


def _create_ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("release_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference_year", sa.SmallInteger(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("rho", sa.Numeric(), nullable=False),
        sa.Column("sigma", sa.Numeric(), nullable=False),
        sa.Column("workload_sha", sa.Text(), nullable=False),
        sa.Column("snapshot_sha", sa.Text(), nullable=False),
        sa.Column("code_version", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prev_sha", sa.Text(), nullable=False),
        sa.Column("row_sha", sa.Text(), nullable=False),
        sa.CheckConstraint("rho > 0 AND sigma > 0", name=op.f("ck_ledger_positive")),
        sa.CheckConstraint(
            "concat_ws('_', release_code, kind, table_name, workload_sha, snapshot_sha, code_version)"
            " ~ '^[A-Za-z0-9_.+-]*$'",
            name=op.f("ck_ledger_plain"),
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger")),
        sa.UniqueConstraint("prev_sha", name=op.f("uq_ledger_prev_sha")),
        sa.UniqueConstraint("row_sha", name=op.f("uq_ledger_row_sha")),
        schema=SCHEMA,
    )
    op.create_index("ix_ledger_reference_year", "ledger", ["reference_year"], unique=False, schema=SCHEMA)
