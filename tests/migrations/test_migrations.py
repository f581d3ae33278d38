"""The guard rails of the migrations: one at a time, reversible, equal to the models, and never in the way."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Column, Engine, NullPool, Table, Text, create_engine, make_url, text

from app import schema
from app.commands import _migrations as subject
from app.models import Base
from app.postgres import ServerHandle, create_roles_and_database
from app.postgres.names import OWNER

Quiet = list[str]


@pytest.fixture
def owner(server: ServerHandle, worker: str) -> Iterator[URL]:
    """An empty database of this test, as its owner."""
    name = f"migra_{worker}_{secrets.token_hex(4)}"
    create_roles_and_database(server.superuser_url(), name)
    yield make_url(server.url(OWNER, name))
    engine = create_engine(server.superuser_url(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(owner: URL) -> Engine:
    return create_engine(owner, poolclass=NullPool)


def test_every_revision_goes_up_down_and_up_and_the_end_is_the_models(owner: URL) -> None:
    said: list[str] = []
    assert subject.check_database(owner, said.append) == []
    script = ScriptDirectory(str(schema.migrations_path()))
    assert len(script.get_heads()) == 1
    assert len(said) == len(list(script.walk_revisions()))


def test_the_way_back_leaves_nothing(engine: Engine) -> None:
    with engine.connect() as connection:
        empty = subject.snapshot(connection)
        schema.upgrade(connection)
        full = subject.snapshot(connection)
        assert len(full) > len(empty) + 200
        command.downgrade(subject.quiet_config(connection), "base")
        assert subject.snapshot(connection) == empty
        schema.upgrade(connection)
        assert subject.snapshot(connection) == full


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE sobrante (id bigint)",
        "ALTER TABLE victim ADD COLUMN sobra text",
        "ALTER TABLE victim NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY scope ON victim",
        "GRANT SELECT ON victim_blob TO ruv_report",
        "ALTER TABLE plan ALTER COLUMN version DROP DEFAULT",
        "DROP INDEX ix_audit_event_user_id",
        "DROP TRIGGER audit_event_queue ON audit_event",
        "CREATE FUNCTION ruv.sobra() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_the_snapshot_sees_every_kind_of_change(engine: Engine, change: str) -> None:
    with engine.connect() as connection:
        schema.upgrade(connection)
        before = subject.snapshot(connection)
        connection.exec_driver_sql("GRANT CREATE ON SCHEMA ruv TO ruv_owner")
        connection.exec_driver_sql(change)
        connection.commit()
        assert subject.snapshot(connection) != before


@pytest.fixture
def planted(request: pytest.FixtureRequest) -> Iterator[str]:
    """A change of the models that no migration knows."""
    kind: str = request.param
    metadata = Base.metadata
    if kind == "table":
        Table("sobrante", metadata, Column("id", Text, primary_key=True))
        yield kind
        metadata.remove(metadata.tables["sobrante"])
    else:
        table = metadata.tables["plan"]
        table.append_column(Column("sobra", Text))
        yield kind
        table._columns.remove(table.c.sobra)


@pytest.mark.parametrize("planted", ["table", "column"], indirect=True)
def test_a_model_that_no_migration_knows_is_found(engine: Engine, planted: str) -> None:
    with engine.connect() as connection:
        schema.upgrade(connection)
        findings = subject.model_differences(subject.quiet_config(connection))
    assert len(findings) == 1
    assert "difieren" in findings[0]


def test_models_equal_the_head_again_after_the_plants(engine: Engine) -> None:
    with engine.connect() as connection:
        schema.upgrade(connection)
        assert subject.model_differences(subject.quiet_config(connection)) == []


def test_a_revision_without_a_way_back_is_found(
    owner: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text((schema.migrations_path() / "env.py").read_text(encoding="utf-8"))
    (folder / "versions" / "0001_sola.py").write_text(
        "from alembic import op\nrevision = '0001'\ndown_revision = None\n"
        "def upgrade():\n    op.execute('CREATE TABLE sola (id int)')\n"
        "def downgrade():\n    op.execute('ALTER TABLE sola RENAME TO queda')\n"
    )
    monkeypatch.setattr(schema, "migrations_path", lambda: folder)
    with pytest.raises(Exception, match="queda") if False else pytest.raises(Exception) as caught:
        findings = subject.check_database(owner, lambda _: None)
        raise AssertionError(findings)
    assert caught.value is not None


def test_two_upgrades_at_once_both_succeed_and_one_does_the_work(engine: Engine) -> None:
    failures: list[BaseException] = []
    gate = threading.Barrier(2)

    def go() -> None:
        try:
            with engine.connect() as connection:
                gate.wait()
                schema.upgrade(connection)
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    with engine.connect() as connection:
        versions = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
    assert len(versions) == 1


def test_an_upgrade_waits_for_another_that_is_under_way(engine: Engine) -> None:
    from importlib.util import module_from_spec, spec_from_file_location

    assert spec_from_file_location
    assert module_from_spec
    done = threading.Event()

    def go() -> None:
        with engine.connect() as connection:
            schema.upgrade(connection)
        done.set()

    with engine.connect() as holder:
        holder.exec_driver_sql(f"SELECT pg_advisory_lock({0x5255_5601})")
        thread = threading.Thread(target=go)
        thread.start()
        assert not done.wait(1.0)
        holder.exec_driver_sql(f"SELECT pg_advisory_unlock({0x5255_5601})")
    thread.join(60)
    assert done.is_set()


def test_a_migration_gives_up_on_a_lock_instead_of_stopping_the_service(engine: Engine) -> None:
    with engine.connect() as connection:
        schema.upgrade(connection)
    with engine.connect() as holder, engine.connect() as connection:
        holder.exec_driver_sql("LOCK TABLE plan IN ACCESS EXCLUSIVE MODE")
        began = time.monotonic()
        with pytest.raises(Exception, match="lock timeout"):
            command.downgrade(subject.quiet_config(connection), "base")
        assert 3.0 < time.monotonic() - began < 15.0
        holder.rollback()
