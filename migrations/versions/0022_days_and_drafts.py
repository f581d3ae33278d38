"""Lets every term in days end with the last second of its day, as the others do."""

from alembic import op

from app.schema import run_sql

revision = "0022_end_of_day"
down_revision = "0021_text_size"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0022_end_of_day.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0022_end_of_day_down.sql")
