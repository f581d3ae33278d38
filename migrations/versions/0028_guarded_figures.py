"""Figures from snapshots, exact ones for a permission of their own; discarded releases; known builds."""

from alembic import op

from app.schema import run_sql

revision = "0028_guarded_figures"
down_revision = "0027_broken_seals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0028_guarded_figures.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0028_guarded_figures_down.sql")
