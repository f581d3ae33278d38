"""No child leaves a stay, and no case of a child closes, without what it rests on."""

from alembic import op

from app.schema import run_sql

revision = "0025_exits"
down_revision = "0024_told_and_handed_over"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0025_exits.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0025_exits_down.sql")
