"""Accounts have a public code, so that no number that counts them leaves the register."""

from alembic import op

from app.schema import run_sql

revision = "0030_account_codes"
down_revision = "0029_idempotency_life"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0030_account_codes.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0030_account_codes_down.sql")
