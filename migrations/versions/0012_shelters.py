"""Shelters, their capacity, holds and the whole stay."""

from alembic import op

from app.schema import run_sql

revision = "0012_shelters"
down_revision = "0011_directory"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0012_shelters.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0012_shelters_down.sql")
