"""Tells units what concerns them and who did it; hands plans over with the person."""

from alembic import op

from app.schema import run_sql

revision = "0024_told_and_handed_over"
down_revision = "0023_mandates"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0024_told_and_handed_over.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0024_told_and_handed_over_down.sql")
