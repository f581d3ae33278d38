"""Records of a person: merged under one person and split again, each sealed as it was."""

from alembic import op

from app.schema import run_sql

revision = "0005_records"
down_revision = "0004_commands"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give every sealed row its record, then the security of merging."""
    run_sql(op.get_bind(), "0005_records.sql")


def downgrade() -> None:
    """Back to one record a person; refused while records are merged."""
    run_sql(op.get_bind(), "0005_records_down.sql")
