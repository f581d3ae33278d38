"""What supervision needs: bulk reassignment and quality of the facts."""

from alembic import op

from app.schema import run_sql

revision = "0016_supervision"
down_revision = "0015_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0016_supervision.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0016_supervision_down.sql")
