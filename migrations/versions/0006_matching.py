"""Matching: composite tokens, candidates, and the probe that looks past the policies."""

from alembic import op

from app.schema import run_sql

revision = "0006_matching"
down_revision = "0005_records"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0006_matching.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0006_matching_down.sql")
