"""The consent ledger, objections and requests of data subjects."""

from alembic import op

from app.schema import run_sql

revision = "0013_consents"
down_revision = "0012_shelters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql(op.get_bind(), "0013_consents.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0013_consents_down.sql")
