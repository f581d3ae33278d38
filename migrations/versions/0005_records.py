"""Records of a person: merged under one person and split again, each sealed as it was."""

revision = "0005_records"
down_revision = "0004_commands"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
