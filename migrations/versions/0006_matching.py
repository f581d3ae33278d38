"""Matching: composite tokens, candidates, and the probe that looks past the policies."""

revision = "0006_matching"
down_revision = "0005_records"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
