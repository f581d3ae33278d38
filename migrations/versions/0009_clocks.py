"""Clocks, notices and the job queue that moves them."""

from alembic import op
from procrastinate.schema import SchemaManager

from app.schema import run_sql

revision = "0009_clocks"
down_revision = "0008_index_rotation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    run_sql(connection, "0009_clocks.sql")
    with connection.connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA jobs")
        cursor.execute("SET LOCAL search_path = jobs")
        cursor.execute(SchemaManager.get_schema())
        cursor.execute("SET LOCAL search_path TO DEFAULT")
    run_sql(connection, "0009_jobs.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0009_clocks_down.sql")
