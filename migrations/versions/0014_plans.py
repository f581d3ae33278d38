"""Assessments, reviews, follow-up and the rest of the plan."""

from alembic import op

from app.schema import run_sql

revision = "0014_plans"
down_revision = "0013_consents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0014_plans.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0014_plans_down.sql")
