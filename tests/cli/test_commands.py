"""The commands at work on an installation of their own."""

from __future__ import annotations

import io
import json
import secrets
import sys
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, make_url

from app.access.policy import policy
from app.access.policy_page import LEVELS_ES, PERMISSIONS_ES
from app.access.policy_page import PATH as POLICY_PATH
from app.cli import users
from app.postgres import ensure_server
from app.records.dictionary import PATH as DICTIONARY_PATH

from .conftest import Result
from .conftest import Ruv as Runner

PASSWORD = "nube-tranquila-de-otoño-44"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))


def add_user(ruv: Runner, data_dir: Path, username: str, *more: str) -> Result:
    """Add an account to a unit that is made if need be."""
    return ruv(
        "user", "add", username, "--unit", "PNP-LIMA", "--role", "police_investigator",
        "--data-dir", data_dir, "--unit-name", "División de Trata", "--unit-kind", "PNP",
        "--institution", "PNP", "--institution-name", "Policía Nacional", *more,
    )  # fmt: skip


def superuser(data_dir: Path, statement: str) -> None:
    with ensure_server(data_dir) as server:
        engine = create_engine(make_url(server.superuser_url("ruv")), poolclass=NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)


def test_upgrade_installs_and_can_be_repeated(ruv: Runner, installed: Path) -> None:
    for _ in range(2):
        result = ruv("db", "upgrade", "--data-dir", installed)
        assert (result.code, result.out) == (0, "")
    assert (installed / "keys" / "root.json").stat().st_mode & 0o777 == 0o600


def test_a_person_is_added_with_a_typed_password(ruv: Runner, installed: Path, typed: None) -> None:
    result = add_user(ruv, installed, f"ana-{secrets.token_hex(3)}", "--password-stdin")
    assert result.code == 0, result.err
    assert "Cuenta creada" in result.err
    assert PASSWORD not in result.out + result.err


@pytest.mark.usefixtures("typed")
def test_a_taken_name_and_a_weak_password_are_refused(
    ruv: Runner, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"ana-{secrets.token_hex(3)}"
    assert add_user(ruv, installed, name, "--password-stdin").code == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))
    taken = add_user(ruv, installed, name, "--password-stdin")
    assert taken.code == 1
    assert "ya existe" in taken.err
    monkeypatch.setattr(sys, "stdin", io.StringIO("corta\n"))
    weak = add_user(ruv, installed, f"{name}-2", "--password-stdin")
    assert weak.code == 1
    assert "15 caracteres" in weak.err
    assert "Traceback" not in weak.err


def test_a_password_is_never_an_argument_and_needs_a_terminal(
    ruv: Runner, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert add_user(ruv, installed, "ana", "--password", PASSWORD).code == 2
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert "--password-stdin" in add_user(ruv, installed, "ana").err


@pytest.mark.parametrize(("second", "code"), [(PASSWORD, 0), (PASSWORD + "x", 1)])
def test_a_password_is_asked_for_twice(
    ruv: Runner, installed: Path, monkeypatch: pytest.MonkeyPatch, second: str, code: int
) -> None:
    answers = iter([PASSWORD, second])
    monkeypatch.setattr(users, "getpass", lambda _: next(answers))
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    result = add_user(ruv, installed, f"eva-{secrets.token_hex(3)}")
    assert result.code == code, result.err
    assert ("no son iguales" in result.err) is bool(code)


def test_a_system_gets_a_secret_once(ruv: Runner, installed: Path) -> None:
    result = add_user(ruv, installed, f"sistema-{secrets.token_hex(3)}", "--service", "--json")
    assert result.code == 0, result.err
    answer = json.loads(result.out)
    assert len(answer["client_secret"]) >= 43
    assert answer["client_secret"] not in result.err
    assert add_user(ruv, installed, "x", "--service", "--password-stdin").code == 2


def test_a_unit_is_not_made_without_its_institution(ruv: Runner, installed: Path, typed: None) -> None:
    result = ruv(
        "user", "add", "x", "--unit", "U", "--role", "analyst", "--unit-name", "U", "--password-stdin"
    )
    assert result.code == 2
    unknown = ruv(
        "user", "add", "x", "--unit", "U", "--role", "analyst", "--unit-name", "U", "--institution", "NADIE",
        "--password-stdin", "--data-dir", installed,
    )  # fmt: skip
    assert unknown.code == 1
    assert "--institution-name" in unknown.err


def test_a_password_is_replaced_by_the_operator(
    ruv: Runner, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"ana-{secrets.token_hex(3)}"
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))
    add_user(ruv, installed, name, "--password-stdin")
    superuser(
        installed, "UPDATE user_account SET failed_logins = 100, locked_until = now() + interval '9 years'"
    )
    monkeypatch.setattr(sys, "stdin", io.StringIO("lluvia-sobre-los-tejados-71\n"))
    result = ruv("user", "password", name, "--password-stdin", "--data-dir", installed)
    assert result.code == 0, result.err
    monkeypatch.setattr(sys, "stdin", io.StringIO("lluvia-sobre-los-tejados-71\n"))
    assert ruv("user", "password", "nadie-x", "--password-stdin", "--data-dir", installed).code == 1


def test_keys_are_listed_without_themselves(ruv: Runner, installed: Path) -> None:
    ruv("db", "upgrade", "--data-dir", installed)
    result = ruv("keys", "status", "--json", "--data-dir", installed)
    assert result.code == 0, result.err
    found = json.loads(result.out)["keys"]
    assert {key["purpose"] for key in found} >= {*policy().compartments, "audit", "token", "context"}
    parts = {"purpose", "version", "state", "tokens", "root_key", "created_at", "retired_at"}
    assert set(found[0]) == parts
    assert {key["state"] for key in found} == {"en uso"}
    assert "testimony" in ruv("keys", "status", "--data-dir", installed).out


def test_doctor_finds_a_sound_installation_well(ruv: Runner, installed: Path) -> None:
    ruv("db", "upgrade", "--data-dir", installed)
    result = ruv("doctor", "--json", "--data-dir", installed)
    checks = json.loads(result.out)
    assert result.code == 0, checks
    assert checks["ok"]
    assert len(checks["checks"]) == 8
    assert "bien" in ruv("doctor", "--data-dir", installed).out


def findings(ruv: Runner, data_dir: Path) -> dict[str, str]:
    """What doctor finds wrong."""
    result = ruv("doctor", "--json", "--data-dir", data_dir)
    wrong = {c["name"]: c["text"] for c in json.loads(result.out)["checks"] if not c["ok"]}
    assert result.code == (1 if wrong else 0)
    return wrong


PLANTED = [
    (
        "filas",
        "ALTER TABLE victim NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE victim FORCE ROW LEVEL SECURITY",
    ),
    ("filas", "ALTER TABLE plan DISABLE ROW LEVEL SECURITY", "ALTER TABLE plan ENABLE ROW LEVEL SECURITY"),
    ("filas", "CREATE TABLE notas (victim_id bigint)", "DROP TABLE notas"),
    ("rol", "ALTER ROLE ruv_app BYPASSRLS", "ALTER ROLE ruv_app NOBYPASSRLS"),
    (
        "Política",
        "UPDATE role_grant SET policy_version = policy_version || 'x'",
        "UPDATE role_grant SET policy_version = left(policy_version, -1)",
    ),
    (
        "Migraciones",
        "UPDATE alembic_version SET version_num = version_num || 'x'",
        "UPDATE alembic_version SET version_num = left(version_num, -1)",
    ),
    (
        "Llaves",
        "UPDATE kek SET retired_at = now() WHERE purpose = 'health'",
        "UPDATE kek SET retired_at = NULL",
    ),
]


@pytest.mark.parametrize(("where", "plant", "undo"), PLANTED, ids=[f"{p[0]} {p[1][:30]}" for p in PLANTED])
def test_doctor_finds_what_is_planted(
    ruv: Runner, installed: Path, where: str, plant: str, undo: str
) -> None:
    ruv("db", "upgrade", "--data-dir", installed)
    superuser(installed, plant)
    try:
        wrong = findings(ruv, installed)
        assert len(wrong) == 1, wrong
        assert where in next(iter(wrong))
    finally:
        superuser(installed, undo)
    assert findings(ruv, installed) == {}


def test_doctor_finds_an_exposed_root_key(ruv: Runner, installed: Path) -> None:
    ruv("db", "upgrade", "--data-dir", installed)
    key = installed / "keys" / "root.json"
    key.chmod(0o644)
    try:
        assert "chmod 600" in findings(ruv, installed)["Llave raíz"]
    finally:
        key.chmod(0o600)


def test_doctor_on_nothing_says_what_to_do(ruv: Runner, tmp_path: Path) -> None:
    result = ruv("doctor", "--data-dir", tmp_path / "vacia")
    assert result.code == 1
    assert "ruv serve" in result.out
    assert not (tmp_path / "vacia").exists()


def test_a_lost_root_key_is_asked_for_and_not_replaced(ruv: Runner, installed: Path) -> None:
    ruv("db", "upgrade", "--data-dir", installed)
    key = installed / "keys" / "root.json"
    aside = key.rename(key.with_name("aparte.json"))
    try:
        result = ruv("db", "upgrade", "--data-dir", installed)
        assert result.code == 1
        assert "Falta la llave raíz" in result.err
        assert not key.exists()
    finally:
        aside.rename(key)


def test_a_configured_server_is_upgraded_as_its_owner(
    ruv: Runner, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruv("db", "upgrade", "--data-dir", installed)
    with ensure_server(installed) as server:
        monkeypatch.setenv("RUV_DATABASE_URL", server.url("ruv_app"))
        monkeypatch.setenv("RUV_DATABASE_OWNER_URL", server.url("ruv_owner"))
        result = ruv("db", "upgrade", "--data-dir", installed)
        assert result.code == 0, result.err
        checks = json.loads(ruv("doctor", "--json", "--data-dir", installed).out)
        assert checks["ok"], checks
        assert ruv("keys", "status", "--data-dir", installed).code == 0


@pytest.mark.parametrize("role", ["OWNER", "REPORT", "RELEASE"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("keys", "status"),
        ("keys", "rotate", "--index"),
        ("user", "add", "ana", "--unit", "U", "--role", "analyst", "--service"),
        ("doctor",),
        ("release", "ledger"),
        ("serve", "--port", "0"),
    ],
    ids=" ".join,
)
def test_no_database_takes_the_place_of_a_configured_one(
    ruv: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: str, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv(f"RUV_DATABASE_{role}_URL", "postgresql+psycopg://ruv_x:clave-77@127.0.0.1:1/ruv")
    folder = tmp_path / "datos"
    refused = ruv(*arguments, "--data-dir", folder)
    assert refused.code == 2, refused.err
    assert "Falta RUV_DATABASE_URL" in refused.err
    assert "clave-77" not in refused.err
    assert not folder.exists()


@pytest.mark.parametrize(
    ("url", "code"),
    [("ruv_app:clave-77@127.0.0.1:1", 2), ("ruv_app@127.0.0.1:1", 1)],
    ids=["with the application's password", "by certificate"],
)
@pytest.mark.parametrize("arguments", [("db", "upgrade"), ("keys", "rotate", "--index")], ids=" ".join)
def test_what_the_owner_does_needs_the_owners_address(
    ruv: Runner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    code: int,
    arguments: tuple[str, ...],
) -> None:
    monkeypatch.setenv("RUV_DATABASE_URL", f"postgresql+psycopg://{url}/ruv")
    refused = ruv(*arguments, "--data-dir", tmp_path / "datos")
    assert refused.code == code, refused.err
    assert ("Falta RUV_DATABASE_OWNER_URL" in refused.err) is (code == 2)
    assert not (tmp_path / "datos").exists()


def test_an_upgrade_is_not_made_for_an_address_of_reports(
    ruv: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUV_DATABASE_REPORT_URL", "postgresql+psycopg://ruv_report@127.0.0.1:1/ruv")
    refused = ruv("db", "upgrade", "--data-dir", tmp_path / "datos")
    assert (refused.code, refused.out) == (2, "")
    assert "Falta RUV_DATABASE_OWNER_URL" in refused.err
    assert not (tmp_path / "datos").exists()


def test_a_configured_server_that_is_away_is_told_in_one_line(
    ruv: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUV_DATABASE_URL", "postgresql+psycopg://ruv_app:clave-77@127.0.0.1:1/ruv")
    monkeypatch.setenv("RUV_DATABASE_OWNER_URL", "postgresql+psycopg://ruv_owner:clave-77@127.0.0.1:1/ruv")
    for arguments in (["db", "upgrade"], ["keys", "status"]):
        result = ruv(*arguments, "--data-dir", tmp_path)
        assert result.code == 1
        assert "clave-77" not in result.err
        assert result.err.count("\n") == 1, result.err


def test_sql_for_an_administrator(ruv: Runner) -> None:
    result = ruv("db", "sql")
    assert result.code == 0
    assert "CREATE ROLE ruv_app" in result.out
    assert result.out == (ROOT / "deploy" / "postgres" / "10-roles.sql").read_text(encoding="utf-8")


def test_openapi_is_printed(ruv: Runner) -> None:
    result = ruv("openapi")
    document = json.loads(result.out)
    assert result.code == 0
    assert "/api/v1/auth/token" in document["paths"]
    form = document["paths"]["/api/v1/auth/token"]["post"]["requestBody"]["content"]
    assert list(form) == ["application/x-www-form-urlencoded"]


def test_docs_are_written_checked_and_found_stale(ruv: Runner, tmp_path: Path) -> None:
    stale = ruv("docs", "--check", "--root", tmp_path)
    assert stale.code == 1
    assert POLICY_PATH in stale.err
    assert DICTIONARY_PATH in stale.err
    assert "app/web/i18n/quz.po" in stale.err
    assert ruv("docs", "--root", tmp_path).code == 0
    assert ruv("docs", "--check", "--root", tmp_path).code == 0
    for name in (POLICY_PATH, "app/web/i18n/en.po"):
        page = tmp_path / name
        page.write_text(page.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        assert name in ruv("docs", "--check", "--root", tmp_path).err
        ruv("docs", "--root", tmp_path)


def test_the_documents_of_the_repository_are_up_to_date(ruv: Runner) -> None:
    result = ruv("docs", "--check", "--root", ROOT)
    assert result.code == 0, result.err


def test_the_policy_page_names_every_role_and_word(ruv: Runner, tmp_path: Path) -> None:
    ruv("docs", "--root", tmp_path)
    text = (tmp_path / POLICY_PATH).read_text(encoding="utf-8")
    for role in policy().roles.values():
        assert f"| `{role.name}` | {role.label} |" in text
    for permission, meaning in PERMISSIONS_ES.items():
        assert f"| `{permission}` | {meaning} |" in text
    for name, meaning in LEVELS_ES.values():
        assert f"**{name}**: {meaning}" in text
    matrix = text.split("## Qué lee cada función")[1].split("##")[0]
    assert "| `prosecutor` | completo | parcial | consta | consta | completo+e |" in matrix
    assert "—+u" in matrix


def test_the_data_folder_is_given_back_after_a_command(ruv: Runner, installed: Path) -> None:
    """No command leaves a process of its own holding the server: only the fixture's reference remains."""
    ruv("keys", "status", "--data-dir", installed)
    lock = installed / "clients.lock"
    held = [fd for fd in Path("/proc/self/fd").iterdir() if fd.exists() and fd.samefile(lock)]
    assert len(held) == 1
