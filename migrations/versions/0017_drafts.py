"""Drafts on the server, and the devices that may deliver what was written without a connection."""

from alembic import op

from app.schema import run_sql

revision = "0017_drafts"
down_revision = "0016_supervision"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0017_drafts.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0017_drafts_down.sql")
