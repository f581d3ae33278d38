"""Branches of protection, proceedings, protection measures and the person's children."""

from alembic import op

from app.schema import run_sql

revision = "0010_proceedings"
down_revision = "0009_clocks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0010_proceedings.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0010_proceedings_down.sql")
