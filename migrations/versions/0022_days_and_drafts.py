"""Lets every term in days end with the last second of its day, and a draft be of any page."""

from alembic import op

from app.schema import run_sql

revision = "0022_days_and_drafts"
down_revision = "0021_text_size"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0022_days_and_drafts.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0022_days_and_drafts_down.sql")
