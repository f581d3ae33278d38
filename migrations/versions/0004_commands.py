"""Commands that take two people: asked by one, approved by another of another unit."""

import sqlalchemy as sa
from alembic import op

from app.schema import run_sql

revision = "0004_commands"
down_revision = "0003_interop"
branch_labels = None
depends_on = None

TABLE = "command_request"
CHECKS = {
    "kind": "kind IN ('FUSION', 'SEPARACION', 'DESCARTE')",
    "state": "state IN ('PENDIENTE', 'EJECUTADA', 'RECHAZADA', 'RETIRADA', 'VENCIDA')",
    "code": "code ~ '^CO(-[0-9A-Z]{4}){3}$'",
    "subject": "(kind = 'DESCARTE') = (case_id IS NOT NULL) AND (kind = 'DESCARTE') = (other_id IS NULL)"
    " AND coalesce(other_id <> victim_id, true)",
    "decision": "(state = 'PENDIENTE') = (decided_at IS NULL)"
    " AND (state = 'RECHAZADA') = (refusal_reason IS NOT NULL)",
    "two_people": "state NOT IN ('EJECUTADA', 'RECHAZADA')"
    " OR coalesce(decided_by <> requested_by AND decided_unit_id <> requested_unit_id, false)",
}
REFERENCES = {
    "victim_id": "victim",
    "other_id": "victim",
    "requested_by": "user_account",
    "requested_unit_id": "unit",
    "requested_institution_id": "institution",
    "decided_by": "user_account",
    "decided_unit_id": "unit",
    "decided_institution_id": "institution",
}
INDEXES = {
    "ix_command_request_state_requested_at": ["state", "requested_at"],
    "ix_command_request_requested_at": ["requested_at"],
    "ix_command_request_victim_id": ["victim_id"],
    "ix_command_request_other_id": ["other_id"],
    "ix_command_request_case_id": ["case_id"],
    "ix_command_request_requested_unit_id": ["requested_unit_id", "requested_at"],
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("victim_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'PENDIENTE'"), nullable=False),
        sa.Column(
            "requested_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("requested_by", sa.BigInteger(), nullable=False),
        sa.Column("requested_unit_id", sa.BigInteger(), nullable=False),
        sa.Column("requested_institution_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "expires_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now() + interval '7 days'"),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_unit_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_institution_id", sa.BigInteger(), nullable=True),
        sa.Column("refusal_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_{TABLE}_{name}")) for name, rule in CHECKS.items()),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{TABLE}_{column}_{table}"))
            for column, table in REFERENCES.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("code", name=op.f(f"uq_{TABLE}_code")),
    )
    for name, columns in INDEXES.items():
        op.create_index(name, TABLE, columns, unique=False)
    op.create_index(
        f"uq_{TABLE}_pending",
        TABLE,
        ["kind", "victim_id", "other_id", "case_id", "requested_unit_id"],
        unique=True,
        postgresql_where=sa.text("state = 'PENDIENTE'"),
        postgresql_nulls_not_distinct=True,
    )
    run_sql(op.get_bind(), "0004_commands.sql")


def downgrade() -> None:
    run_sql(op.get_bind(), "0004_commands_down.sql")
    op.drop_table(TABLE)
