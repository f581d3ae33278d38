"""Foundation: persons, cases, plans, keys, the trace, and row-level security over all of it."""

from pathlib import Path

from alembic import op

revision = "0001_foundation"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"


def run_sql(name: str) -> None:
    """Run a file of statements as it stands (the driver, not SQLAlchemy, so that % means nothing)."""
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute((SQL / name).read_text(encoding="utf-8"))


def upgrade() -> None:
    """Create the tables, then their security."""
    run_sql("0001_tables.sql")
    run_sql("0001_security.sql")


def downgrade() -> None:
    """Take the security back, then drop the tables."""
    run_sql("0001_security_down.sql")
    run_sql("0001_tables_down.sql")
