"""Keys of repeated requests end after ninety days."""

from alembic import op

from app.schema import run_sql

revision = "0029_idempotency_life"
down_revision = "0028_guarded_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0029_idempotency_life.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0029_idempotency_life_down.sql")
