"""Commands that take two people: asked by one, approved by another of another unit."""

revision = "0004_commands"
down_revision = "0003_interop"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
