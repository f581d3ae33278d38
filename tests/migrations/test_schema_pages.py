"""The pages of the schema: what is changed by hand shows in the page that says it, and in no other."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine

from app import schema
from app.cli import _layout, _migrations, _schema
from app.cli._console import Failure
from app.postgres import ServerHandle
from tests.migrations.folders import EMPTY, script_folder
from tests.scratch import Original, create_database, superuser

# a change by hand -> the page that tells it
PLANTED = {
    "UPDATE pg_proc SET prosrc = prosrc || ' ' WHERE proname = 'permits'": "functions/ruv.permits",
    "ALTER FUNCTION ruv.permits(text) OWNER TO ruv_owner": "functions/ruv.permits",
    "ALTER FUNCTION ruv.permits(text) SECURITY INVOKER": "functions/ruv.permits",
    "GRANT EXECUTE ON FUNCTION ruv.permits(text) TO PUBLIC": "functions/ruv.permits",
    "CREATE FUNCTION ruv.sobra() RETURNS int LANGUAGE sql AS 'SELECT 1'": "functions/ruv.sobra",
    "DROP FUNCTION ruv.clock_counts()": "functions/ruv.clock_counts",
    "DROP POLICY scope ON victim": "tables/victim",
    "ALTER POLICY scope ON victim USING (true)": "tables/victim",
    "ALTER POLICY scope ON victim TO ruv_app, ruv_report": "tables/victim",
    "ALTER TABLE victim NO FORCE ROW LEVEL SECURITY": "tables/victim",
    "CREATE POLICY strict ON victim AS RESTRICTIVE FOR SELECT TO ruv_app USING (true)": "tables/victim",
    "GRANT SELECT (sealed) ON victim_blob TO ruv_report": "tables/victim_blob",
    "GRANT SELECT ON victim TO ruv_app WITH GRANT OPTION": "tables/victim",
    "REVOKE UPDATE ON victim FROM ruv_owner": "tables/victim",
    "GRANT USAGE ON SEQUENCE victim_id_seq TO ruv_report": "tables/victim",
    "DROP TRIGGER audit_event_queue ON audit_event": "tables/audit_event",
    "ALTER TABLE audit_event DISABLE TRIGGER audit_event_queue": "tables/audit_event",
    "DROP INDEX ix_audit_event_user_id": "tables/audit_event",
    "ALTER TABLE plan ALTER COLUMN version DROP DEFAULT": "tables/plan",
    "ALTER TABLE plan ALTER COLUMN kind DROP NOT NULL": "tables/plan",
    "ALTER TABLE plan DROP CONSTRAINT ck_plan_state": "tables/plan",
    "ALTER TABLE release.ledger SET (fillfactor = 50)": "tables/release.ledger",
    "CREATE TABLE sobrante (id bigint)": "tables/sobrante",
    "GRANT CREATE ON SCHEMA ruv TO ruv_app": "schemas",
    "ALTER TYPE ruv.actor ADD ATTRIBUTE more text": "types",
}

UNSHOWN = [
    "CREATE VIEW every AS SELECT 1",
    "CREATE MATERIALIZED VIEW kept AS SELECT 1",
    "CREATE SEQUENCE loose",
    "CREATE TYPE ruv.mood AS ENUM ('A')",
    "CREATE DOMAIN ruv.short AS text",
    "CREATE AGGREGATE ruv.most(int) (SFUNC = int4larger, STYPE = int)",
    "CREATE RULE silent AS ON DELETE TO plan DO INSTEAD NOTHING",
    "CREATE TABLE divided (id bigint) PARTITION BY HASH (id)",
    "CREATE TABLE heir () INHERITS (unit)",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA ruv GRANT EXECUTE ON FUNCTIONS TO ruv_app",
]


@pytest.fixture(scope="module")
def admin(server: ServerHandle, blank: Original) -> Iterator[Engine]:
    """The superuser in an installed database, keys and all, that is changed in transactions taken back."""
    name = f"ruv_paginas_{secrets.token_hex(4)}"
    create_database(server, name, blank.name)
    yield superuser(server, name)
    with (
        superuser(server, "postgres").connect().execution_options(isolation_level="AUTOCOMMIT") as connection
    ):
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def connection(admin: Engine) -> Iterator[Connection]:
    with admin.connect() as connected:
        yield connected


@pytest.fixture(scope="module")
def before(admin: Engine) -> dict[str, str]:
    """The pages of the installed database."""
    with admin.connect() as connected:
        return _schema.pages(connected)


def test_an_installed_database_is_the_pages_that_stand_beside_the_migrations(before: dict[str, str]) -> None:
    """So nothing of its data and keys is in them."""
    folder = schema.migrations_path() / "schema"
    there = {
        str(path.relative_to(folder).with_suffix("")): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.sql")
    }
    assert there == before


def test_every_function_and_every_table_has_its_page(connection: Connection, before: dict[str, str]) -> None:
    asked = """SELECT 'functions/' || pronamespace::regnamespace || '.' || proname FROM pg_proc
               WHERE pronamespace IN ('ruv'::regnamespace, 'release'::regnamespace)
               UNION SELECT 'tables/' || oid::regclass FROM pg_class
               WHERE relkind = 'r' AND relname <> 'alembic_version'
                 AND relnamespace IN ('public'::regnamespace, 'ruv'::regnamespace, 'release'::regnamespace)"""
    assert set(connection.exec_driver_sql(asked).scalars()) | {"schemas", "types"} == set(before)


def test_pages_tell_nothing_of_what_is_not_ours(connection: Connection, before: dict[str, str]) -> None:
    assert not [name for name in before if "procrastinate" in name or "alembic" in name]
    connection.exec_driver_sql("CREATE EXTENSION btree_gist")
    assert _schema.pages(connection) == before


@pytest.mark.parametrize("change", PLANTED)
def test_a_change_by_hand_shows_in_its_page(
    connection: Connection, before: dict[str, str], change: str
) -> None:
    connection.exec_driver_sql(change)
    after = _schema.pages(connection)
    assert {name for name in {*before, *after} if before.get(name) != after.get(name)} == {PLANTED[change]}


@pytest.mark.parametrize("change", UNSHOWN)
def test_what_no_page_shows_is_refused(connection: Connection, change: str) -> None:
    connection.exec_driver_sql(change)
    with pytest.raises(Failure, match="no muestran"):
        _schema.pages(connection)


PAGED = """
revision, down_revision = "0001", None
def upgrade():
    op.execute("CREATE SCHEMA ruv")
    op.execute("CREATE FUNCTION ruv.uno() RETURNS int LANGUAGE sql AS 'SELECT 1'")
def downgrade():
    op.execute("DROP SCHEMA ruv CASCADE")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Migrations of one function, without pages yet."""
    made = script_folder(tmp_path / "migrations", uno=PAGED)
    monkeypatch.setattr(schema, "migrations_path", lambda: made)
    monkeypatch.setattr(_migrations, "migrations_path", lambda: made)
    return made


def told(owner: URL) -> list[str]:
    """What is said of the files beside the migrations."""
    with create_engine(owner, poolclass=NullPool).connect() as connection:
        schema.upgrade(connection)
        return _migrations.outcome_differences(connection, "0001")


def test_the_command_mends_what_the_check_names(owner: URL, folder: Path) -> None:
    found = _migrations.check_database(owner, lambda _: None)
    names = "migrations/HEAD, migrations/schema/functions/ruv.uno.sql, migrations/schema/schemas.sql"
    said = f"No dicen lo que dejan las migraciones: {names}. Ejecute `ruv db schema`."
    assert said in found
    assert told(owner) == [said]
    assert _migrations.write_outcome(owner) == names.split(", ")
    assert (folder / "HEAD").read_text(encoding="utf-8") == "0001\n"
    assert told(owner) == []
    assert _migrations.write_outcome(owner) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("HEAD", "0002\n"),
        ("schema/functions/ruv.uno.sql", "-- of another time\n"),
        ("schema/functions/ruv.dos.sql", "-- of what is gone\n"),
    ],
    ids=["wrong pin", "stale page", "page of nothing"],
)
def test_a_file_that_says_something_else_is_named(owner: URL, folder: Path, name: str, text: str) -> None:
    _migrations.write_outcome(owner)
    (folder / name).write_text(text, encoding="utf-8")
    (said,) = told(owner)
    assert said.endswith(f"migraciones: migrations/{name}. Ejecute `ruv db schema`.")
    assert _migrations.write_outcome(owner) == [f"migrations/{name}"]
    assert told(owner) == []


def test_many_files_are_counted_instead_of_named(owner: URL, folder: Path) -> None:
    _migrations.write_outcome(owner)
    for number in range(30):
        (folder / "schema" / f"{number:02}.sql").write_text("", encoding="utf-8")
    assert " y 20 más. " in told(owner)[0]


def test_no_pages_are_written_of_two_heads(owner: URL, folder: Path) -> None:
    two = folder / "versions" / "dos.py"
    two.write_text(EMPTY.format("0002"), encoding="utf-8")
    with pytest.raises(Failure, match="Hay 2 cabezas: 0001, 0002"):
        _migrations.write_outcome(owner)
    assert not (folder / "HEAD").exists()


def words(expression: str) -> list[str]:
    return [token for token in _layout._tokens(expression) if not token.isspace()]


leaves = st.sampled_from(["a", "b.c", "'it''s  AND  ('", "'\n'", '"odd AND name"', "seen IS NULL", "x" * 60])
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        inner.map("( {}\n)".format),
        inner.map("f({})".format),
        st.tuples(inner, st.sampled_from([" AND ", " OR ", "\n  WHERE ", " = "]), inner).map("".join),
        st.lists(inner, min_size=1, max_size=4).map(lambda listed: f"ARRAY[{', '.join(listed)}]"),
        st.tuples(inner, inner).map(lambda two: f"CASE WHEN {two[0]} THEN {two[1]} ELSE NULL END"),
    ),
    max_leaves=12,
)


@given(expressions)
def test_laying_out_changes_nothing_but_white_space(expression: str) -> None:
    assert words(_layout.laid_out(expression, "    ")) == words(expression)


def test_long_conditions_stand_below_each_other() -> None:
    condition = (
        "seen = true AND (EXISTS ( SELECT FROM p WHERE p.id = x.id AND p.note = ' AND  ')) OR " + "y" * 90
    )
    assert _layout.laid_out(condition).splitlines() == [
        "seen = true",
        "AND (EXISTS (SELECT FROM p WHERE p.id = x.id AND p.note = ' AND  '))",
        "OR " + "y" * 90,
    ]
