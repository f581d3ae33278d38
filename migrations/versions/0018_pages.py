"""Sessions of browsers, and what a person chose for her own pages."""

from alembic import op

from app.schema import run_sql

revision = "0018_pages"
down_revision = "0017_drafts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0018_pages.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0018_pages_down.sql")
