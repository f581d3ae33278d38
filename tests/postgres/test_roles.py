"""The roles, the database, and the refusal of a connection that row-level security does not bind."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest
import sqlalchemy as sa

from app.postgres import (
    ROLES,
    ServerHandle,
    UnsafeRoleError,
    VersionError,
    check_server,
    create_roles_and_database,
    ensure_server,
    setup_sql,
)
from app.postgres import roles as subject
from app.postgres.binaries import find_binaries

from .conftest import AT_ONCE, connect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerHandle]:
    folder: Path = tmp_path_factory.mktemp("roles") / "datos"
    with ensure_server(folder, options=AT_ONCE) as handle:
        create_roles_and_database(handle.superuser_url())
        yield handle
    handle.close(wait=20.0)


def snapshot(server: ServerHandle) -> list[tuple[object, ...]]:
    with connect(server, dbname="ruv") as conn:
        return [
            *conn.execute("select * from pg_roles where rolname like 'ruv%' order by rolname").fetchall(),
            *conn.execute("select datname, datdba, datacl::text from pg_database order by 1").fetchall(),
            *conn.execute(
                "select nspname, nspacl::text from pg_namespace where nspname = 'public'"
            ).fetchall(),
            *conn.execute("select setdatabase, setconfig from pg_db_role_setting order by 1").fetchall(),
        ]


def test_the_set_up_may_be_repeated_and_mends_what_was_changed(server: ServerHandle) -> None:
    before = snapshot(server)
    with connect(server, dbname="ruv") as conn:
        conn.execute("alter role ruv_app superuser bypassrls createdb")
        conn.execute("grant connect on database ruv to public")
    assert snapshot(server) != before
    with ThreadPoolExecutor(4) as pool:
        scripts = list(pool.map(lambda _: create_roles_and_database(server.superuser_url()), range(4)))
    assert snapshot(server) == before
    assert set(scripts) == {setup_sql()}


def test_no_role_has_an_attribute_that_passes_row_level_security(server: ServerHandle) -> None:
    with connect(server) as conn:
        rows = conn.execute(
            "select rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolcanlogin "
            "from pg_roles where rolname = any(%s)",
            (list(ROLES),),
        ).fetchall()
    assert sorted(rows) == [(role, False, False, False, False, False, True) for role in sorted(ROLES)]


def test_public_has_nothing_and_the_app_makes_no_tables(server: ServerHandle) -> None:
    with connect(server) as conn:
        conn.execute("drop role if exists ruv_extra")
        conn.execute("create role ruv_extra login")
        allowed = conn.execute(
            "select has_database_privilege('ruv_extra', 'ruv', 'connect, temp')"
        ).fetchone()
        conn.execute("drop role ruv_extra")
    assert allowed == (False,)
    with connect(server, "ruv_app", "ruv") as conn:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("create table public.t (n int)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("create schema s")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("create temp table t (n int)")
    with connect(server, "ruv_owner", "ruv") as conn:
        conn.execute("create table public.of_owner (n int)")
        conn.execute("drop table public.of_owner")


def test_the_script_for_an_administrator_does_the_same(tmp_path: Path, server: ServerHandle) -> None:
    expected = snapshot(server)
    with ensure_server(tmp_path / "otro", options=AT_ONCE) as other:
        for _ in range(2):
            done = subprocess.run(
                [find_binaries().tool("psql"), "-XqU", "postgres", "-h", str(other.socket_dir), "postgres"],
                input=setup_sql(), text=True, capture_output=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            assert "ERROR" not in done.stderr
        found = snapshot(other)
    other.close(wait=20.0)
    without_ids = [[v for v in row if not isinstance(v, int) or isinstance(v, bool)] for row in found]
    assert without_ids == [
        [v for v in row if not isinstance(v, int) or isinstance(v, bool)] for row in expected
    ]


@pytest.mark.parametrize("name", ["", "ruv; drop database ruv", "Ruv", "ruv-1", "x" * 64])
def test_a_name_that_is_no_plain_identifier_is_refused(server: ServerHandle, name: str) -> None:
    with pytest.raises(ValueError, match="minúsculas"):
        setup_sql(name)
    with pytest.raises(ValueError, match="minúsculas"):
        create_roles_and_database(server.superuser_url(), name)


def test_the_app_role_is_accepted_on_both_kinds_of_connection(server: ServerHandle) -> None:
    with connect(server, "ruv_app", "ruv") as conn:
        check_server(conn)
    engine = sa.create_engine(server.url("ruv_app"), poolclass=sa.NullPool)
    with engine.connect() as alchemy:
        check_server(alchemy)


@pytest.mark.parametrize(("role", "says"), [("postgres", "superusuario"), ("ruv_owner", "dueño")])
def test_superuser_and_owner_are_refused(server: ServerHandle, role: str, says: str) -> None:
    with connect(server, role, "ruv") as conn, pytest.raises(UnsafeRoleError, match=says):
        check_server(conn)


@pytest.mark.parametrize(
    ("plant", "undo", "says"),
    [
        ("alter role ruv_app bypassrls", "alter role ruv_app nobypassrls", "BYPASSRLS"),
        ("alter role ruv_app superuser", "alter role ruv_app nosuperuser", "superusuario"),
        ("grant ruv_owner to ruv_app", "revoke ruv_owner from ruv_app", "dueño"),
        (
            "create table mia (n int); alter table mia owner to ruv_app",
            "drop table mia",
            "dueño",
        ),
    ],
)
def test_a_weakened_app_role_is_refused(server: ServerHandle, plant: str, undo: str, says: str) -> None:
    with connect(server, dbname="ruv") as admin:
        admin.execute(plant)  # type: ignore[call-overload]
        try:
            with connect(server, "ruv_app", "ruv") as conn, pytest.raises(UnsafeRoleError, match=says):
                check_server(conn)
        finally:
            admin.execute(undo)  # type: ignore[call-overload]


def test_an_old_server_is_refused_by_its_number(
    server: ServerHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = subject._FACTS.replace("current_setting('server_version_num')::int", "170005")
    monkeypatch.setattr(subject, "_FACTS", facts)
    with connect(server, "ruv_app", "ruv") as conn, pytest.raises(VersionError, match=r"17\.6"):
        check_server(conn)
