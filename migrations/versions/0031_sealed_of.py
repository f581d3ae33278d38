"""A person's compartments in one question about who asks."""

from alembic import op

from app.schema import run_sql

revision = "0031_sealed_of"
down_revision = "0030_account_codes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0031_sealed_of.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0031_sealed_of_down.sql")
