"""Places of sign-in that wait by themselves; accounts administered by two people."""

from alembic import op

from app.schema import run_sql

revision = "0026_accounts_by_two"
down_revision = "0025_exits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0026_accounts_by_two.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0026_accounts_by_two_down.sql")
