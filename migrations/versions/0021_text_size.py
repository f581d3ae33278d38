"""Lets a person choose the size of her text, and institutions make accounts of officers who may import."""

from alembic import op

from app.schema import run_sql

revision = "0021_text_size"
down_revision = "0020_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0021_text_size.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0021_text_size_down.sql")
