"""Change of the index key: which keys are in force, and how far the tokens were rebuilt."""

from alembic import op

from app.schema import run_sql

revision = "0008_index_rotation"
down_revision = "0007_linkage"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0008_index_rotation.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0008_index_rotation_down.sql")
