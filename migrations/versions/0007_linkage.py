"""Linkage of incoming registers and what is reconciled between them."""

revision = "0007_linkage"
down_revision = "0006_matching"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
