"""Service directory, service deliveries, and referrals that escalate."""

from alembic import op

from app.schema import run_sql

revision = "0011_directory"
down_revision = "0010_proceedings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0011_directory.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0011_directory_down.sql")
