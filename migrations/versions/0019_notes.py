"""Notes of a case."""

from alembic import op

from app.schema import run_sql

revision = "0019_notes"
down_revision = "0018_pages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0019_notes.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0019_notes_down.sql")
