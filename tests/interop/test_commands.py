"""`ruv import` and `ruv export` as the operator runs them, killed in the middle too."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.postgres import ServerOptions, ensure_server
from app.postgres.names import SEALER
from tests.factories import PASSWORD
from tests.interop.files import ctdc_file, ctdc_rows, htcds_file

USER = "oficial-pnp"
ROWS = 4500
PERSONS = """
SELECT (SELECT count(*) FROM audit_event WHERE action = 'victims.register'),
       (SELECT count(DISTINCT victim_id) FROM audit_event WHERE action = 'victims.register')
"""


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An installation with one officer, running while the module's tests do."""
    folder = tmp_path_factory.mktemp("ruv") / "datos"
    with ensure_server(folder, options=ServerOptions(grace=2.0)) as server:
        account = [
            "user",
            "add",
            USER,
            "--unit",
            "PNP-1",
            "--role",
            "police_investigator",
            "--password-stdin",
        ]
        unit = [
            "--unit-name",
            "Unidad",
            "--unit-kind",
            "PNP",
            "--institution",
            "PNP",
            "--institution-name",
            "PNP",
        ]
        added = ruv(folder, *account, *unit, typed=f"{PASSWORD}\n{PASSWORD}\n")
        assert added.returncode == 0, added.stderr
        yield folder
        server.close(wait=20.0)


def command(data_dir: Path, *arguments: object) -> list[str]:
    program = "from app.cli import main; main()"
    return [sys.executable, "-c", program, *map(str, arguments), "--data-dir", str(data_dir)]


def environment() -> dict[str, str]:
    return {
        **os.environ,
        "RUV_ARGON2_MEMORY_KIB": "64",
        "RUV_ARGON2_TIME_COST": "1",
        "RUV_POSTGRES_GRACE": "2",
    }


def ruv(data_dir: Path, *arguments: object, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(data_dir, *arguments), env=environment(), input=typed, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


def registered(data_dir: Path) -> tuple[int, int]:
    """Events of registration, and different persons among them."""
    import psycopg

    with ensure_server(data_dir, options=ServerOptions(grace=2.0)) as server:
        url = re.sub(r"^postgresql\+psycopg", "postgresql", server.url(SEALER))
        with psycopg.connect(url) as connection:
            found = connection.execute(PERSONS).fetchone()
    assert found is not None
    return found[0], found[1]


def test_review_commit_repeat_and_export(data_dir: Path, tmp_path: Path) -> None:
    row = {"ruv_FirstIdentifiedOn": "2024-05-02", "prs_FirstName": "Rosalía", "prs_Gender": "Feminine"}
    path = htcds_file(tmp_path / "h.csv", row, {**row, "prs_FirstName": "Ana", "otra": "x"})
    call = ("import", path, "--format", "htcds", "--as", USER, "--json")
    before = registered(data_dir)
    review = ruv(data_dir, *call)
    assert review.returncode == 0, review.stderr
    assert json.loads(review.stdout)["valid"] == 2
    assert json.loads(review.stdout)["unknown_columns"] == {"otra": 1}
    assert registered(data_dir) == before
    for created, present in ((2, 0), (0, 2)):
        done = json.loads(ruv(data_dir, *call, "--commit").stdout)
        assert (done["committed"], done["created"], done["present"]) == (True, created, present)
    out = ruv(data_dir, "export", "htcds", "--as", USER)
    names = {line["prs_FirstName"] for line in csv.DictReader(io.StringIO(out.stdout))}
    assert {"Rosalía", "Ana"} <= names
    target = tmp_path / "salida.csv"
    assert ruv(data_dir, "export", "htcds", "--as", USER, "--out", target).returncode == 0
    assert target.read_text(encoding="utf-8") == out.stdout
    assert target.stat().st_mode & 0o077 == 0


def test_refused_rows_end_with_1_and_no_value_is_shown(data_dir: Path, tmp_path: Path) -> None:
    path = htcds_file(tmp_path / "h.csv", {"ruv_FirstIdentifiedOn": "ñqx-día", "prs_FirstName": "ñqx-nombre"})
    done = ruv(data_dir, "import", path, "--format", "htcds", "--as", USER)
    assert done.returncode == 1
    assert "1 rechazadas" in done.stdout
    assert "ñqx" not in done.stdout + done.stderr


def test_without_an_account_the_installation_loads(data_dir: Path, tmp_path: Path) -> None:
    path = ctdc_file(tmp_path / "c.csv", ctdc_rows(1))
    assert ruv(data_dir, "import", path, "--format", "ctdc", "--as", "nadie").returncode == 1
    loaded = ruv(data_dir, "import", path, "--format", "ctdc", "--commit")
    assert (loaded.returncode, "1 creadas" in loaded.stdout) == (0, True), loaded.stderr
    exported = ruv(data_dir, "export", "htcds")
    assert (exported.returncode, exported.stderr.strip().splitlines()[0]) == (0, "1 personas exportadas.")


def test_an_import_that_is_killed_goes_on_where_it_stopped(data_dir: Path, tmp_path: Path) -> None:
    path = ctdc_file(tmp_path / "c.csv", ctdc_rows(ROWS))
    call = ("import", path, "--format", "ctdc", "--as", USER, "--commit", "--json", "--report")
    before, _ = registered(data_dir)
    reported = tmp_path / "primero.csv"
    with subprocess.Popen(
        command(data_dir, *call, reported), env=environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as first:  # fmt: skip
        while first.poll() is None and not (reported.exists() and reported.stat().st_size > 1000):
            time.sleep(0.005)
        first.send_signal(signal.SIGKILL)
        said = first.stderr.read() if first.stderr else b""
    assert first.returncode == -signal.SIGKILL, said.decode()
    half = registered(data_dir)[0] - before
    assert 0 < half < ROWS
    done = json.loads(ruv(data_dir, *call, tmp_path / "segundo.csv").stdout)
    assert (done["created"], done["present"], done["refused"]) == (ROWS - half, half, 0)
    after = registered(data_dir)
    assert after[0] - before == ROWS
    assert after[0] == after[1]
    again = json.loads(ruv(data_dir, *call, tmp_path / "tercero.csv").stdout)
    assert (again["created"], again["present"]) == (0, ROWS)
