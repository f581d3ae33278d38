"""Tells a broken seal from an empty part, refuses merges that contradict themselves, and tells both sides."""

from alembic import op

from app.schema import run_sql

revision = "0027_broken_seals"
down_revision = "0026_accounts_by_two"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0027_broken_seals.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0027_broken_seals_down.sql")
