"""Evidence files, printed documents and detached satisfaction."""

from alembic import op

from app.schema import run_sql

revision = "0015_documents"
down_revision = "0014_plans"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0015_documents.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0015_documents_down.sql")
