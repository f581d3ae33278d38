"""Migrations of a test: the real environment, other revisions."""

from __future__ import annotations

from pathlib import Path

from app import schema

EMPTY = 'revision, down_revision = "{}", None\ndef upgrade(): pass\ndef downgrade(): pass\n'


def script_folder(folder: Path, **revisions: str) -> Path:
    """A folder of migrations with the revisions given by their bodies."""
    (folder / "versions").mkdir(parents=True)
    real = schema.migrations_path() / "env.py"
    (folder / "env.py").write_text(real.read_text(encoding="utf-8"), encoding="utf-8")
    for name, body in revisions.items():
        (folder / "versions" / f"{name}.py").write_text(f"from alembic import op\n{body}", encoding="utf-8")
    return folder
