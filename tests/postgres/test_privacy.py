"""What must not leave the server: values in its log, the application's keys in its environment, a port."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import psycopg
import pytest

from app.postgres import ServerHandle, ensure_server

from .conftest import AT_ONCE, connect, state_of

NAME = "Rosaura Quispe Mamani"

LEAKS = (
    "insert into person values ('Rosaura Quispe Mamani')",  # 23505, value in DETAIL
    "select 'Rosaura Quispe Mamani'::int",  # 22P02, value in the message itself
    "select * from person where nombre = 'Rosaura Quispe Mamani' and no_existe",  # value in the statement
    "do $$ begin raise exception 'falla con %', 'Rosaura Quispe Mamani'; end $$",
    "do $$ begin raise warning 'aviso con %', 'Rosaura Quispe Mamani'; end $$",
    "set log_statement = 'all'; select 'Rosaura Quispe Mamani'",
)


def provoke(server: ServerHandle, user: str) -> None:
    with connect(server, user) as conn:
        for leak in LEAKS:
            with contextlib.suppress(psycopg.Error):
                conn.execute(leak)  # type: ignore[call-overload]
        with pytest.raises(psycopg.errors.UniqueViolation):
            conn.execute("insert into person values (%s)", (NAME,))


@pytest.fixture
def prepared(server: ServerHandle) -> ServerHandle:
    with connect(server) as conn:
        conn.execute("create table person (nombre text primary key)")
        conn.execute("insert into person values (%s)", (NAME,))
        conn.execute("create role ruv_app login")
        conn.execute("grant all on person to ruv_app")
    return server


def test_no_value_reaches_the_server_log(prepared: ServerHandle) -> None:
    provoke(prepared, "ruv_app")
    assert "Rosaura" not in (prepared.data_dir / "postgres.log").read_text()


def test_the_check_would_see_a_leak(prepared: ServerHandle) -> None:
    """Planted violation: with PostgreSQL's own default levels the same statements do leak."""
    with connect(prepared) as conn:
        conn.execute("alter role ruv_app set log_min_messages = 'warning'")
        conn.execute("alter role ruv_app set log_min_error_statement = 'error'")
        conn.execute("alter role ruv_app set log_error_verbosity = 'default'")
    provoke(prepared, "ruv_app")
    assert "Rosaura" in (prepared.data_dir / "postgres.log").read_text()


def test_alter_system_and_files_do_not_loosen_the_guards(data_dir: Path) -> None:
    with ensure_server(data_dir, options=AT_ONCE) as server, connect(server) as conn:
        conn.execute("alter system set log_statement = 'all'")
        conn.execute("alter system set listen_addresses = '127.0.0.1'")
        conn.execute("alter system set fsync = 'off'")
    with (data_dir / "pgdata" / "local.conf").open("w") as local:
        local.write("log_min_messages = 'debug1'\nlog_error_verbosity = 'verbose'\nmax_connections = 57\n")
    server.close(wait=20.0)
    with ensure_server(data_dir, options=AT_ONCE) as server, connect(server) as conn:
        shown = {
            key: conn.execute("select current_setting(%s)", (key,)).fetchone()
            for key in (
                "log_statement", "listen_addresses", "fsync", "log_min_messages", "log_error_verbosity",
                "max_connections",
            )
        }  # fmt: skip
    assert {key: row[0] if row else None for key, row in shown.items()} == {
        "log_statement": "none",
        "listen_addresses": "",
        "fsync": "on",
        "log_min_messages": "log",
        "log_error_verbosity": "terse",
        "max_connections": "57",
    }


def test_the_settings_that_the_design_names(server: ServerHandle) -> None:
    expected = {
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "max_connections": "200",
        "listen_addresses": "",
    }
    with connect(server) as conn:
        for key, value in expected.items():
            assert conn.execute("select current_setting(%s)", (key,)).fetchone() == (value,)
        lowered = conn.execute("select lower('ÁÉÍÓÚÑ'), datlocprovider::text from pg_database").fetchone()
        rules = conn.execute("select type, auth_method, options from pg_hba_file_rules").fetchall()
    assert lowered == ("áéíóúñ", "b")
    assert rules == [("local", "peer", ["map=ruv"])] * 2


def test_no_key_of_the_application_is_in_a_child_s_environment(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUV_ROOT_KEY", "clave-de-prueba")
    with ensure_server(data_dir, options=AT_ONCE):
        state = state_of(data_dir)
        for pid in (state.supervisor_pid, state.postgres_pid):
            assert b"clave-de-prueba" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_no_memory_of_rows_goes_to_a_core_file(server: ServerHandle) -> None:
    limits = Path(f"/proc/{state_of(server.data_dir).postgres_pid}/limits").read_text()
    assert re.search(r"Max core file size\s+0\s+0", limits)
