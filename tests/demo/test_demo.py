"""`ruv demo` as a process of its own: twice in a row, what it shows, and what it may never write anywhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psycopg
import pytest
from pypdf import PdfReader

from app.cli.demo import MARKER, PAPER, SERVER_LOG, demo_settings
from app.config import Settings
from app.postgres.binaries import find_binaries
from app.postgres.names import DATABASE, SUPERUSER
from app.runtime import Runtime, open_runtime
from stories.demo.cast import ROLES, username
from stories.demo.people import LABEL
from tests.conftest import Once
from tests.demo.values import Personal, found_in, opened, personal

SIZE = 120
RUV = "import sys; from app.cli import main; main()"
SCRATCH = "ruv_fuga"
# Cheap password hashes; everything else as anybody runs it, without a terminal.
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("RUV_")},
    "RUV_ARGON2_MEMORY_KIB": "64",
    "RUV_ARGON2_TIME_COST": "1",
    "NO_COLOR": "1",
}


def ruv(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUV, "demo", *arguments],
        env=ENVIRONMENT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def ruv_serving(*arguments: str) -> tuple[subprocess.CompletedProcess[str], dict[str, int]]:
    """A run that stays and serves, ended as soon as every account it left has signed in."""
    command = [sys.executable, "-c", RUV, "demo", "--serve", *arguments]
    with (
        tempfile.TemporaryFile("w+") as told,
        subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=told, text=True) as child,
    ):
        shown, address, accounts = _served(child)
        try:
            signed_in = {name: _signed_in(address, name, word) for name, word in accounts.items()}
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(60)
        told.seek(0)
        done = subprocess.CompletedProcess(command, child.returncode, shown, told.read())
    return done, signed_in


def _served(child: subprocess.Popen[str]) -> tuple[str, str, dict[str, str]]:
    """What it showed before the accounts, the address it serves at, and their passwords."""
    assert child.stdout is not None
    names, shown, accounts = {username(role) for role in ROLES}, "", dict[str, str]()
    for line in child.stdout:
        words = line.strip("│ \n").split()
        accounts |= {words[n]: words[n + 1] for n, word in enumerate(words) if word in names}
        if "atiende en" in line:
            return shown, next(word for word in words if word.startswith("http")), accounts
        shown += "" if accounts else line
    raise AssertionError("it ended without serving")


def _signed_in(address: str, name: str, password: str) -> int:
    form = {"username": name, "password": password}
    token = httpx.post(f"{address}/api/v1/auth/token", data=form).json()["access_token"]
    return httpx.get(f"{address}/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code


class Runs(NamedTuple):
    """The runs that all tests look at, in order, where they worked, and what they left there."""

    folder: Path
    first: subprocess.CompletedProcess[str]
    second: subprocess.CompletedProcess[str]
    larger: subprocess.CompletedProcess[str]
    """With more people, and left serving for a while."""
    signed_in: dict[str, int]
    """What each account that it left was answered by the register it served."""
    secret: Personal
    leaked: set[str]
    """What stands open in a copy of the database, the violation that the search must find."""


@pytest.fixture(scope="module")
def runs(once: Once) -> Runs:
    return Runs(*once("demo", lambda: tuple(run_and_copied(once.folder / "demo"))))


def run_and_copied(folder: Path) -> Runs:
    """Run the demonstration in a folder, and leave a copy of its database with two values in the open."""
    common = ("--data-dir", str(folder))
    first = ruv("--size", str(SIZE), *common)
    second = ruv("--size", str(SIZE), "--json", *common)
    larger, signed_in = ruv_serving("--size", str(SIZE + 30), "--json", *common)
    with working_in(folder) as runtime:
        with connected(runtime) as connection:
            secret = personal(opened(runtime, connection))
        runtime.database.dispose()  # a copy needs the original to itself
        return Runs(folder, first, second, larger, signed_in, secret, leaked_in_a_copy(runtime, secret))


def leaked_in_a_copy(runtime: Runtime, secret: Personal) -> set[str]:
    """Copy the database and write a name and a birth date into columns that anybody reads."""
    name = max(secret.words, key=len)
    day = next(text for text in sorted(secret.phrases) if text[4:5] == "-" and text[:4].isdecimal())
    with connected(runtime, "postgres") as connection:
        connection.execute(f"CREATE DATABASE {SCRATCH} TEMPLATE {DATABASE}")
    with connected(runtime, SCRATCH) as scratch:
        scratch.execute("UPDATE unit SET name = name || ' ' || %s WHERE code = 'PNP-17'", [name.upper()])
        scratch.execute("UPDATE institution SET sector = %s WHERE code = 'PNP'", [day])
    return {name, day}


@contextmanager
def working_in(folder: Path) -> Iterator[Runtime]:
    """The installation that a run left."""
    settings = Settings(data_dir=folder, argon2_memory_kib=64, argon2_time_cost=1, postgres_grace=0.0)
    with open_runtime(settings) as runtime:
        yield runtime


@pytest.fixture(scope="module")
def runtime(runs: Runs) -> Iterator[Runtime]:
    with working_in(runs.folder) as runtime:
        yield runtime


def connected(runtime: Runtime, database: str = DATABASE) -> psycopg.Connection[Any]:
    """Past every policy, as whoever holds the disk."""
    assert runtime.server is not None
    host = str(runtime.server.socket_dir)
    return psycopg.connect(host=host, user=SUPERUSER, dbname=database, autocommit=True)


@pytest.fixture(scope="module")
def secret(runs: Runs) -> Personal:
    return runs.secret


def dump(runtime: Runtime, database: str) -> str:
    assert runtime.server is not None
    return subprocess.run(
        [find_binaries().tool("pg_dump"), "-h", str(runtime.server.socket_dir), "-U", SUPERUSER, database],
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        capture_output=True, encoding="utf-8", check=True,
    ).stdout  # fmt: skip


def larger_of(runs: Runs) -> dict[str, Any]:
    """What the larger run told machines, before it went on to serve."""
    told: dict[str, Any] = json.JSONDecoder().raw_decode(runs.larger.stdout)[0]
    return told


def test_it_ends_well_twice_in_a_row(runs: Runs):
    for run in (runs.first, runs.second, runs.larger):
        assert run.returncode == 0, run.stderr[-2000:]


def test_the_second_run_finds_the_register(runs: Runs):
    second, larger = json.loads(runs.second.stdout), larger_of(runs)
    assert second["register"] == {"found": SIZE, "added": 0, "cared_for": 0}
    assert (larger["register"]["found"], larger["register"]["added"]) == (SIZE, 30)
    assert second["numbers"]["release"]["code"] == larger["numbers"]["release"]["code"]


def test_output_is_legible_without_a_terminal(runs: Runs):
    lines = runs.first.stdout.splitlines()
    assert max(map(len, lines)) <= 100
    assert "\x1b" not in runs.first.stdout
    for words in (
        "no existe para usted",
        "«reservado»",
        "retenida",
        "Libro de privacidad",
        "3.1.b",
        "_access",
    ):
        assert words in runs.first.stdout


def test_each_role_sees_its_part(runs: Runs):
    views = json.loads(runs.second.stdout)["story"]["views"]
    names = {key: view["record"].get("compartments", {}).get("identity", {}).get("given_names")
             for key, view in views.items()}  # fmt: skip
    whole = names["police_investigator"]
    assert whole == names["prosecutor"] == names["shelter_caseworker"]
    assert names["accepted"] == names["health_officer"] == " ".join(f"{word[0]}." for word in whole.split())
    assert names["data_protection_officer"] is None
    assert (views["before"]["status"], views["cem_officer"]["status"], views["analyst"]["status"]) == (
        404,
        404,
        403,
    )
    assert (views["withdrawn"]["role"], views["withdrawn"]["status"]) == ("health_officer", 404)
    assert [a["unit"]["code"] for a in views["health_officer"]["plan"]["activities"]] == ["SALUD-17"]
    assert len(views["shelter_caseworker"]["plan"]["activities"]) == 3


def test_the_signed_plan_is_on_paper_without_her_name(runs: Runs):
    text = " ".join(page.extract_text() for page in PdfReader(runs.folder / PAPER).pages)
    story = larger_of(runs)["story"]
    assert story["plan"] in text
    assert story["person"] in text
    name = story["views"]["police_investigator"]["record"]["compartments"]["identity"]["given_names"]
    assert name not in text


def test_everything_is_labelled(runtime: Runtime):
    with connected(runtime) as connection:
        sources = connection.execute(
            "SELECT source, count(*) FROM trafficking_case GROUP BY source"
        ).fetchall()
        marked = sum(field == "system" and text == LABEL for field, text in opened(runtime, connection))
        names = connection.execute("SELECT name FROM institution UNION ALL SELECT name FROM unit").fetchall()
    assert dict(sources) == {LABEL: SIZE + 30, "REGISTRO": 3}  # one person of the story a run
    assert marked >= SIZE + 33
    assert all(f"({LABEL})" in name for (name,) in names)


def test_the_dump_holds_no_personal_value(runtime: Runtime, secret: Personal):
    assert len(secret.phrases) > SIZE * 3
    assert len(secret.words) > 60
    assert found_in(dump(runtime, DATABASE), secret) == set()


def test_no_line_of_a_log_holds_a_personal_value(runs: Runs, secret: Personal):
    for name in (SERVER_LOG, "postgres.log", "supervisor.log", MARKER, "state.json"):
        assert found_in((runs.folder / name).read_text(encoding="utf-8"), secret) == set(), name
    for run in (runs.first, runs.second, runs.larger):
        assert found_in(run.stderr, secret) == set()
    assert (runs.folder / SERVER_LOG).stat().st_size > 0


def test_what_is_shown_does_hold_them(runs: Runs, secret: Personal):
    """The search finds what is there: the demonstration's own output shows the person."""
    assert found_in(runs.first.stdout, secret)


def test_a_planted_leak_is_found(runtime: Runtime, runs: Runs):
    assert len(runs.leaked) == 2
    assert found_in(dump(runtime, SCRATCH), runs.secret) >= runs.leaked


def test_another_seed_is_refused(runs: Runs):
    refused = ruv("--size", "5", "--seed", "1", "--data-dir", str(runs.folder))
    assert refused.returncode == 1
    assert "otra semilla" in refused.stderr


def test_a_real_register_is_refused(tmp_path: Path):
    (tmp_path / "pgdata").mkdir()
    refused = ruv("--size", "5", "--data-dir", str(tmp_path))
    assert refused.returncode == 1
    assert not (tmp_path / MARKER).exists()


def test_it_never_works_on_the_configured_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("RUV_DATABASE_URL", "postgresql://somewhere/ruv")
    monkeypatch.setenv("RUV_ROOT_KEY_FILE", str(tmp_path / "real.json"))
    monkeypatch.setenv("RUV_DATA_DIR", str(tmp_path / "ruv"))
    from app.config import get_settings

    get_settings.cache_clear()
    try:
        settings = demo_settings(None)
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
    assert settings.database_url is None
    assert settings.data_dir == tmp_path / "ruv-demo"
    assert settings.root_key_path.is_relative_to(settings.data_dir)


def test_serve_leaves_one_account_a_role(runs: Runs):
    assert runs.signed_in == {username(role): 200 for role in ROLES}
