"""The guard rails of the migrations: one at a time, reversible, equal to the models, and never in the way."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    Table,
    Text,
    func,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from app import schema
from app.cli import _migrations as subject
from app.codes import parse_code
from app.config import Settings
from app.models import Base, Victim
from app.postgres import ROLES, ServerHandle, ServerOptions, create_roles_and_database, ensure_server
from app.postgres.binaries import find_binaries
from app.postgres.names import OWNER
from app.records.kinds import LIMA
from app.runtime import assemble, install
from tests.factories import World
from tests.keys.people import identity
from tests.migrations.folders import EMPTY, script_folder
from tests.scratch import superuser

ROOT = Path(__file__).resolve().parents[2]
ADVISORY_LOCK = 0x5255_5601  # of migrations/env.py, which cannot be imported


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


ONE_WAY = """
revision, down_revision = "0001", None
def upgrade():
    op.execute("CREATE TABLE IF NOT EXISTS queda (id int)")
def downgrade():
    pass
"""
UNSTEADY = """
revision, down_revision = "0001", None
def upgrade():
    op.execute("CREATE TABLE IF NOT EXISTS queda (id int)")
    op.execute("CREATE SEQUENCE IF NOT EXISTS vez")
    op.execute("DO $$ BEGIN IF nextval('vez') = 2 THEN ALTER TABLE queda ADD COLUMN otra int; END IF; END $$")
def downgrade():
    op.execute("DROP TABLE queda")
"""


@pytest.mark.parametrize(
    ("revision", "finding"),
    [(ONE_WAY, "La vuelta de 0001"), (UNSTEADY, "La segunda ida de 0001")],
    ids=["one way", "unsteady"],
)
def test_a_revision_that_does_not_go_back_and_forth_is_found(
    owner: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, revision: str, finding: str
) -> None:
    folder = script_folder(tmp_path / "migrations", uno=revision)
    monkeypatch.setattr(schema, "migrations_path", lambda: folder)
    findings = subject.check_database(owner, lambda _: None)
    assert any(found.startswith(finding) and "queda" in found for found in findings), findings


def test_two_heads_are_found(owner: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = script_folder(tmp_path / "migrations", uno=EMPTY.format("0001"), dos=EMPTY.format("0002"))
    monkeypatch.setattr(schema, "migrations_path", lambda: folder)
    assert subject.check_database(owner, lambda _: None) == ["Hay 2 cabezas: 0001, 0002."]


UPGRADE = """
import sys
from sqlalchemy import NullPool, create_engine
from app import schema
with create_engine(sys.argv[1], poolclass=NullPool).connect() as connection:
    sys.stdin.readline()
    schema.upgrade(connection)
"""


def test_two_upgrades_at_once_both_succeed_and_one_does_the_work(owner: URL, engine: Engine) -> None:
    """Two processes, as two servers that start at once: the second waits, then finds nothing to do."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE, owner.render_as_string(hide_password=False)],
            cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    time.sleep(1.0)  # both are connected and wait for the word
    for process in processes:
        assert process.stdin
        process.stdin.write("ya\n")
        process.stdin.flush()
    for process in processes:
        _, complaints = process.communicate(timeout=120)
        assert process.returncode == 0, complaints
    with engine.connect() as connection:
        versions = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
    assert len(versions) == 1


def test_an_upgrade_waits_for_another_that_is_under_way(engine: Engine) -> None:
    done = threading.Event()

    def go() -> None:
        with engine.connect() as connection:
            schema.upgrade(connection)
        done.set()

    with engine.connect() as holder:
        holder.exec_driver_sql(f"SELECT pg_advisory_lock({ADVISORY_LOCK})")
        thread = threading.Thread(target=go)
        thread.start()
        assert not done.wait(5.0), "longer than a lock of a table is waited for"
        assert thread.is_alive(), "it waits instead of giving up"
        holder.exec_driver_sql(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})")
    thread.join(60)
    assert done.is_set()


def test_an_installation_waits_for_another_and_says_so(
    owner: URL, engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    """Whatever time limits the server's administrator has set for the owner."""
    said: list[str] = []
    own = settings.model_copy(update={"root_key_file": tmp_path / "root.json"})
    hasty = owner.update_query_dict({"options": "-c lock_timeout=50ms -c statement_timeout=20s"})
    with engine.connect() as holder:
        holder.exec_driver_sql(f"SELECT pg_advisory_lock({schema.INSTALL_LOCK})")
        thread = threading.Thread(
            target=install, args=({OWNER: hasty}, own), kwargs={"progress": said.append}
        )
        thread.start()
        thread.join(1.0)
        assert thread.is_alive()
        assert said == ["Otro proceso lleva esta base de datos a su versión; se espera a que termine."]
        holder.exec_driver_sql(f"SELECT pg_advisory_unlock({schema.INSTALL_LOCK})")
    thread.join(60)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) is not None


FIFTEEN = Path(os.environ.get("RUV_POSTGRES_BIN", "/usr/lib/postgresql/15/bin"))


def major_of(folder: Path) -> int | None:
    """The version of the programs in a folder, if there are any."""
    return find_binaries(folder).major if (folder / "postgres").exists() else None


@pytest.mark.skipif(major_of(FIFTEEN) != 15, reason=f"no hay programas de PostgreSQL 15 en {FIFTEEN}")
def test_the_oldest_server_we_promise_is_brought_to_this_version_and_works(
    tmp_path: Path, settings: Settings
) -> None:
    options = ServerOptions(bin_dir=FIFTEEN, grace=0.0)
    own = settings.model_copy(update={"root_key_file": tmp_path / "root.json"})
    with ensure_server(tmp_path / "quince", options=options) as server:
        create_roles_and_database(server.superuser_url())
        create_roles_and_database(server.superuser_url(), "otra")
        urls = {role: make_url(server.url(role)) for role in ROLES}
        with assemble(own, urls, install(urls, own)) as runtime:
            world = World(runtime, "")
            clerk = world.actor("cem_officer")
            person = world.register(clerk, identity=identity())
            with runtime.database.session(world.actor("prosecutor")) as session:
                assert session.scalar(select(func.count()).select_from(Victim)) == 0
            with runtime.database.session(clerk) as session:
                assert session.scalars(select(Victim.id)).all() == [person.victim_id]
        assert subject.check_database(make_url(server.url(OWNER, "otra")), lambda _: None) == []
        server.close(wait=30.0)


def test_a_migration_gives_up_on_a_lock_instead_of_stopping_the_service(engine: Engine) -> None:
    with engine.connect() as connection:
        schema.upgrade(connection)
    with engine.connect() as holder, engine.connect() as connection:
        holder.exec_driver_sql("LOCK TABLE plan IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(Exception, match="lock timeout"):
            command.downgrade(subject.quiet_config(connection), "base")
        waited = connection.exec_driver_sql("SHOW lock_timeout").scalar()
        assert waited == "4s", "it waits a little for who is only passing"
        holder.rollback()


STORED = """
INSERT INTO clock (victim_id, case_id, kind, subject_table, row_id, subject_code, unit_id, due_at, remind_at,
    escalate_at, next_at, state) VALUES (1, 1, %s, 'x', %s, 'X', 1, %s, %s, %s, %s, %s)
"""


def stored_clocks(connection: Connection) -> dict[int, tuple[str, ...]]:
    """Due, reminding, escalating and next moment of each clock in Lima, by its row."""
    found = connection.exec_driver_sql("SELECT row_id, due_at, remind_at, escalate_at, next_at FROM clock")
    return {row: tuple(at.astimezone(LIMA).strftime("%d %H:%M:%S") for at in times) for row, *times in found}


def test_days_that_ended_at_midnight_end_with_their_last_second(
    engine: Engine, server: ServerHandle, owner: URL
) -> None:
    """Of the kinds reckoned so, and of those only: an hour that somebody gave stays, midnight too."""
    midnight, noon = "2026-10-15 00:00:00-05", "2026-10-15 12:00:00-05"
    before = ("2026-10-13 00:00:00-05", "2026-10-18 00:00:00-05")
    script = ScriptDirectory(str(schema.migrations_path()))
    (moves,) = [one for one in script.walk_revisions() if one.revision.endswith("_days_and_drafts")]
    past_locks = superuser(server, str(owner.database))
    with engine.connect() as connection:
        schema.upgrade(connection, str(moves.down_revision))
        with past_locks.begin() as stored:
            stored.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for number, (kind, due, state) in enumerate(
                [
                    *((kind, midnight, "CORRIENDO") for kind in ("ACTIVIDAD", "PRI_REVISION", "SEGUIMIENTO")),
                    ("MEDIDA_VENCE", midnight, "VENCIDO"),
                    ("CONSENTIMIENTO_VENCE", midnight, "CUMPLIDO"),
                    ("ACTIVIDAD", noon, "CORRIENDO"),
                    ("PERMISO_SALIDA", midnight, "CORRIENDO"),
                    ("DERIVACION_RESPUESTA", midnight, "CORRIENDO"),
                ]
            ):
                stored.exec_driver_sql(STORED, (kind, number, due, *before, due, state))
        with past_locks.connect() as reader:
            old = stored_clocks(reader)
        schema.upgrade(connection, moves.revision)
        with past_locks.connect() as reader:
            new = stored_clocks(reader)
        assert {new[n] for n in range(5)} == {("14 23:59:59", "12 23:59:59", "17 23:59:59", "14 23:59:59")}
        assert {n: new[n] for n in (5, 6, 7)} == {n: old[n] for n in (5, 6, 7)}
        command.downgrade(subject.quiet_config(connection), str(moves.down_revision))
        with past_locks.connect() as reader:
            assert stored_clocks(reader) == old


def test_every_part_that_was_sealed_before_is_known_as_sealed(
    engine: Engine, server: ServerHandle, owner: URL
) -> None:
    """By its keys, texts in rows among them, and by versions whose key was lost already."""
    script = ScriptDirectory(str(schema.migrations_path()))
    (moves,) = [one for one in script.walk_revisions() if one.revision.endswith("_broken_seals")]
    past_locks = superuser(server, str(owner.database))
    with engine.connect() as connection:
        schema.upgrade(connection, str(moves.down_revision))
        with past_locks.begin() as stored:
            stored.exec_driver_sql("SET LOCAL session_replication_role = replica")
            stored.exec_driver_sql(
                "INSERT INTO victim (id, registered_unit_id, registered_by) VALUES (1, 1, 1), (2, 1, 1);"
                "INSERT INTO victim_key (victim_id, record_id, compartment, version, kek_id, wrapped) VALUES"
                " (1, 1, 'identity', 1, 1, ''), (1, 1, 'coordination', 1, 1, ''),"
                " (1, 1, 'coordination', 2, 1, '');"
                "INSERT INTO victim_blob (victim_id, record_id, compartment, version, schema_version,"
                " key_version, sealed, created_by, unit_id) VALUES"
                " (1, 1, 'identity', 1, 1, 1, '', 1, 1), (1, 1, 'contact', 1, 1, 1, '', 1, 1)"
            )
        schema.upgrade(connection, moves.revision)
        with past_locks.connect() as reader:
            found = reader.exec_driver_sql(
                "SELECT record_id, compartment, newest_key FROM sealed_part ORDER BY compartment"
            ).all()
        assert [tuple(row) for row in found] == [
            (1, "contact", 1),
            (1, "coordination", 2),
            (1, "identity", 1),
        ]


def test_accounts_from_before_have_a_code_and_so_have_those_an_older_program_makes(
    engine: Engine, server: ServerHandle, owner: URL
) -> None:
    script = ScriptDirectory(str(schema.migrations_path()))
    (moves,) = [one for one in script.walk_revisions() if one.revision.endswith("_account_codes")]
    past_locks = superuser(server, str(owner.database))
    older = (
        "INSERT INTO user_account (unit_id, institution_id, username, role, password_hash)"
        " SELECT 1, 1, %s || n, 'cem_officer', '!' FROM generate_series(1, 200) n"
    )
    with engine.connect() as connection:
        schema.upgrade(connection, str(moves.down_revision))
        with past_locks.begin() as stored:
            stored.exec_driver_sql("SET LOCAL session_replication_role = replica")
            stored.exec_driver_sql(older, ("antes",))
        schema.upgrade(connection, moves.revision)
        with past_locks.begin() as stored:
            stored.exec_driver_sql("SET LOCAL session_replication_role = replica")
            stored.exec_driver_sql(older, ("despues",))
            codes = stored.scalars(text("SELECT code FROM user_account")).all()
        assert len(set(codes)) == 400
        assert [code for code in codes if parse_code(code, "AU") != code] == []
        with pytest.raises(DBAPIError, match="ck_user_account_code"), past_locks.begin() as stored:
            stored.exec_driver_sql("UPDATE user_account SET code = '42' WHERE id = 1")
        command.downgrade(subject.quiet_config(connection), str(moves.down_revision))
