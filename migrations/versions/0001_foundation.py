"""Foundation: persons, cases, plans, keys, the trace, and row-level security over all of it."""

from alembic import op

from app.schema import run_sql

revision = "0001_foundation"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, then their security."""
    run_sql(op.get_bind(), "0001_tables.sql")
    run_sql(op.get_bind(), "0001_security.sql")


def downgrade() -> None:
    """Take the security back, then drop the tables."""
    run_sql(op.get_bind(), "0001_security_down.sql")
    run_sql(op.get_bind(), "0001_tables_down.sql")
