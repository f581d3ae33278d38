"""New migrations go before a linter, as the SQL they send; those that are deployed are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import URL

from app import schema
from app.cli import _lint
from app.cli._console import Failure
from tests.migrations.folders import script_folder

RULES = Path(__file__).resolve().parents[2] / "migrations" / "squawk.toml"

FIRST = """
revision, down_revision = "{}", None
def upgrade():
    op.execute("CREATE TABLE person (id bigint PRIMARY KEY, name text)")
    op.execute("CREATE INDEX careless ON person (name)")
def downgrade():
    op.execute("DROP TABLE person")
"""
NEXT = """
import sqlalchemy as sa
revision, down_revision = "0029_next", "{}"
def upgrade():
{}
def downgrade():
    pass
"""

BAD = {
    "op.execute('CREATE INDEX by_name ON person (name)')": "require-concurrent-index-creation",
    "op.add_column('person', sa.Column('age', sa.BigInteger(), nullable=False))": "adding-required-field",
    "op.execute('ALTER TABLE person ALTER name SET NOT NULL')": "adding-not-nullable-field",
    "op.execute('ALTER TABLE person ADD CHECK (id > 0)')": "constraint-missing-not-valid",
    "op.execute('ALTER TABLE person RENAME COLUMN name TO called')": "renaming-column",
    "op.get_bind().connection.cursor().execute('DROP TABLE person')": "ban-drop-table",
}
GOOD = {
    "a table": "op.execute('CREATE TABLE o (id bigint PRIMARY KEY, n smallint); CREATE INDEX n ON o (n)')",
    "a function": "op.execute('CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1; DROP FUNCTION f()')",
    "with a reason": '''op.execute("""
        -- Few rows: it is filled at once.
        -- squawk-ignore require-concurrent-index-creation
        CREATE INDEX by_name ON person (name)""")''',
    "rows": """op.get_bind().execute(
        sa.text("INSERT INTO person VALUES (:id, :name)"), {"id": 1, "name": "50% O'Hara"})""",
    "no transaction": """with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY IF NOT EXISTS by_name ON person (name)")""",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Migrations whose deployed one would be found fault with, with the rules of the real ones."""
    made = script_folder(tmp_path / "migrations", one=FIRST.format(_lint.DEPLOYED))
    (made / "squawk.toml").write_text(RULES.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(schema, "migrations_path", lambda: made)
    monkeypatch.setattr(_lint, "migrations_path", lambda: made)
    return made


def findings(owner: URL, folder: Path, body: str) -> list[str]:
    """What is said of a next migration with this body."""
    text = NEXT.format(_lint.DEPLOYED, f"    {body}")
    (folder / "versions" / "two.py").write_text(f"from alembic import op\n{text}", encoding="utf-8")
    assert _lint.undeployed() == ["0029_next"]
    return _lint.lint(owner, _lint.undeployed())


@pytest.mark.parametrize("body", BAD)
def test_a_dangerous_migration_is_caught(owner: URL, folder: Path, body: str) -> None:
    found = findings(owner, folder, body)
    assert found
    assert all(line.startswith("0029_next.sql:") for line in found)
    assert any(f" {BAD[body]} " in line for line in found), found


@pytest.mark.parametrize("kind", GOOD)
def test_a_careful_migration_passes(owner: URL, folder: Path, kind: str) -> None:
    assert findings(owner, folder, GOOD[kind]) == []


def test_deployed_migrations_are_left_alone(folder: Path) -> None:
    assert _lint.undeployed() == []


def test_what_is_deployed_is_one_of_the_migrations() -> None:
    assert (schema.migrations_path() / "versions" / f"{_lint.DEPLOYED}.py").is_file()


def test_each_rule_that_is_left_out_has_its_reason() -> None:
    lines = RULES.read_text(encoding="utf-8").splitlines()
    excluded = [at for at, line in enumerate(lines) if line.startswith('    "')]
    assert excluded
    assert all(lines[at - 1].startswith("    # ") for at in excluded)


def test_a_linter_that_cannot_work_is_no_approval(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("SELECT 1;\n", encoding="utf-8")
    with pytest.raises(Failure, match="squawk no pudo"):
        _lint.judged(tmp_path, tmp_path / "absent.toml")
