"""`ruv import` and `ruv export` as the operator runs them, killed in the middle too."""

from __future__ import annotations

import csv
import io
import json
import re
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.postgres import ServerOptions, ensure_server
from app.postgres.names import SEALER
from tests.factories import PASSWORD
from tests.interop.files import ctdc_file, ctdc_rows, htcds_file

from .conftest import Ruv

ROWS = 3000
PROGRAM = "from app.cli import main; main()"
PERSONS = """
SELECT (SELECT count(*) FROM audit_event WHERE action = 'victims.register'),
       (SELECT count(DISTINCT victim_id) FROM audit_event WHERE action = 'victims.register')
"""


@pytest.fixture
def here(ruv: Ruv, installed: Path) -> Ruv:
    """Run a command line on the module's installation."""
    return lambda *arguments: ruv(*arguments, "--data-dir", installed)


@pytest.fixture
def officer(here: Ruv, monkeypatch: pytest.MonkeyPatch) -> str:
    """Username of an officer of the installation."""
    name = f"oficial-{secrets.token_hex(3)}"
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
    added = here(
        "user", "add", name, "--unit", "PNP-1", "--role", "police_investigator", "--password-stdin",
        "--unit-name", "Unidad", "--unit-kind", "PNP", "--institution", "PNP", "--institution-name", "PNP",
    )  # fmt: skip
    assert added.code == 0, added.err
    return name


def registered(data_dir: Path) -> tuple[int, int]:
    """Events of registration, and different persons among them."""
    import psycopg

    with ensure_server(data_dir, options=ServerOptions(grace=2.0)) as server:
        url = re.sub(r"^postgresql\+psycopg", "postgresql", server.url(SEALER))
        with psycopg.connect(url) as connection:
            found = connection.execute(PERSONS).fetchone()
    assert found is not None
    return found[0], found[1]


def test_review_commit_repeat_and_export(here: Ruv, installed: Path, officer: str, tmp_path: Path) -> None:
    row = {"ruv_FirstIdentifiedOn": "2024-05-02", "prs_FirstName": "Rosalía", "prs_Gender": "Feminine"}
    path = htcds_file(tmp_path / "h.csv", row, {**row, "prs_FirstName": "Ana", "otra": "x"})
    call = ("import", path, "--format", "htcds", "--as", officer, "--json")
    before = registered(installed)
    review = here(*call)
    assert review.code == 0, review.err
    assert json.loads(review.out)["valid"] == 2
    assert json.loads(review.out)["unknown_columns"] == {"otra": 1}
    assert registered(installed) == before
    for created, present in ((2, 0), (0, 2)):
        done = json.loads(here(*call, "--commit").out)
        assert (done["committed"], done["created"], done["present"]) == (True, created, present)
    out = here("export", "htcds", "--as", officer)
    names = {line["prs_FirstName"] for line in csv.DictReader(io.StringIO(out.out))}
    assert {"Rosalía", "Ana"} <= names
    target = tmp_path / "salida.csv"
    assert here("export", "htcds", "--as", officer, "--out", target).code == 0
    assert target.read_text(encoding="utf-8") == out.out
    assert target.stat().st_mode & 0o077 == 0
    whole = [json.loads(line) for line in here("export", "personas", "--as", officer).out.splitlines()]
    assert {person["compartments"]["identity"]["given_names"] for person in whole} >= {"Rosalía", "Ana"}
    assert all({"casos", "pasos", "unidades"} <= {rows["kind"] for rows in one["rows"]} for one in whole)


def test_refused_rows_end_with_1_and_no_value_is_shown(here: Ruv, officer: str, tmp_path: Path) -> None:
    path = htcds_file(tmp_path / "h.csv", {"ruv_FirstIdentifiedOn": "ñqx-día", "prs_FirstName": "ñqx-nombre"})
    done = here("import", path, "--format", "htcds", "--as", officer)
    assert done.code == 1
    assert "1 rechazadas" in done.out
    assert "ñqx" not in done.out + done.err


def test_without_an_account_the_installation_loads(here: Ruv, tmp_path: Path) -> None:
    path = ctdc_file(tmp_path / "c.csv", ctdc_rows(1))
    assert here("import", path, "--format", "ctdc", "--as", "nadie").code == 1
    loaded = here("import", path, "--format", "ctdc", "--commit")
    assert (loaded.code, "1 creadas" in loaded.out) == (0, True), loaded.err
    exported = here("export", "htcds")
    assert (exported.code, exported.err.strip().splitlines()[0]) == (0, "1 personas exportadas.")


def test_an_import_that_is_killed_goes_on_where_it_stopped(
    here: Ruv, installed: Path, officer: str, tmp_path: Path
) -> None:
    path = ctdc_file(tmp_path / "c.csv", ctdc_rows(ROWS))
    call = ("import", path, "--format", "ctdc", "--as", officer, "--commit", "--json", "--report")
    before, _ = registered(installed)
    reported = tmp_path / "primero.csv"
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *map(str, call), str(reported), "--data-dir", str(installed)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as first:  # fmt: skip
        while first.poll() is None and not (reported.exists() and reported.stat().st_size > 1000):
            time.sleep(0.005)
        first.send_signal(signal.SIGKILL)
        said = first.stderr.read() if first.stderr else b""
    assert first.returncode == -signal.SIGKILL, said.decode()
    half = registered(installed)[0] - before
    assert 0 < half < ROWS
    done = json.loads(here(*call, tmp_path / "segundo.csv").out)
    assert (done["created"], done["present"], done["refused"]) == (ROWS - half, half, 0)
    after = registered(installed)
    assert after[0] - before == ROWS
    assert after[0] == after[1]
    again = json.loads(here(*call, tmp_path / "tercero.csv").out)
    assert (again["created"], again["present"]) == (0, ROWS)
