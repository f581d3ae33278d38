"""Institutions administer their own accounts and units."""

from alembic import op

from app.schema import run_sql

revision = "0020_accounts"
down_revision = "0019_notes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0020_accounts.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0020_accounts_down.sql")
