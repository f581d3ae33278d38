"""Clocks, notices and the job queue that moves them."""

from alembic import op

from app.schema import run_sql

revision = "0009_clocks"
down_revision = "0008_index_rotation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0009_clocks.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0009_clocks_down.sql")
