"""Exchange with other registers: which rows of which files were imported already."""

import sqlalchemy as sa
from alembic import op

revision = "0003_interop"
down_revision = "0002_releases"
branch_labels = None
depends_on = None

# A unit sees the rows it imported, whoever of it did, and adds only rows of persons that the bound user
# registers in this very transaction.
SECURITY = (
    "ALTER TABLE import_row ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE import_row FORCE ROW LEVEL SECURITY",
    "GRANT SELECT, INSERT ON import_row TO ruv_app",
    """
    CREATE POLICY own_unit ON import_row FOR SELECT TO ruv_app USING (
        unit_id = (SELECT (ruv.context()).unit_id) AND (SELECT ruv.permits('imports:run'))
    )
    """,
    """
    CREATE POLICY append ON import_row FOR INSERT TO ruv_app WITH CHECK (
        unit_id = (SELECT (ruv.context()).unit_id) AND imported_by = (SELECT (ruv.context()).user_id)
        AND imported_at = now() AND (SELECT ruv.permits('imports:run')) AND ruv.is_new_victim(victim_id)
    )
    """,
)


def upgrade() -> None:
    op.create_table(
        "import_row",
        sa.Column("unit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("row_key", sa.LargeBinary(), nullable=False),
        sa.Column("victim_id", sa.BigInteger(), nullable=False),
        sa.Column("imported_by", sa.BigInteger(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_import_row_unit_id_unit")),
        sa.ForeignKeyConstraint(["victim_id"], ["victim.id"], name=op.f("fk_import_row_victim_id_victim")),
        sa.ForeignKeyConstraint(
            ["imported_by"], ["user_account.id"], name=op.f("fk_import_row_imported_by_user_account")
        ),
        sa.PrimaryKeyConstraint("unit_id", "source", "row_key", name=op.f("pk_import_row")),
    )
    op.create_index("ix_import_row_victim_id", "import_row", ["victim_id"], unique=False)
    # A registration looks the facts up by person; without it, loading many is quadratic.
    op.create_index("ix_exploitation_victim_id", "exploitation", ["victim_id"], unique=False)
    for statement in SECURITY:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("ix_exploitation_victim_id", "exploitation")
    op.drop_table("import_row")
