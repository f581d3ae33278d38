"""Mandates as data: on what basis a unit is added to a case, what it opens, and what ends it."""

from alembic import op

from app.schema import run_sql

revision = "0023_mandates"
down_revision = "0022_days_and_drafts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0023_mandates.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0023_mandates_down.sql")
