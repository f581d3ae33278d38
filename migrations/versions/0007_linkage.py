"""Linkage of incoming registers, the review of candidates, and what is reconciled between sources."""

from alembic import op

from app.schema import run_sql

revision = "0007_linkage"
down_revision = "0006_matching"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0007_linkage.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0007_linkage_down.sql")
