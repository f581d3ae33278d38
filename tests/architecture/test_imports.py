"""The import contracts of pyproject.toml hold, and break when a forbidden import is planted."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")

PLANTED = {
    "vault knows the tables": ("app/vault/planted.py", "import app.models.base\n"),
    "records know the vault": ("app/records/planted.py", "import app.vault.seal\n"),
    "tables know a use case": ("app/models/planted.py", "import app.services\n"),
    "policy knows a use case": ("app/access/planted.py", "def late():\n    import app.services\n"),
    "a use case knows the edge": ("app/services/planted.py", "import app.api\n"),
    "a use case knows HTTP": ("app/services/planted.py", "from fastapi import HTTPException\n"),
    "the edge writes SQL": ("app/api/planted.py", "from sqlalchemy import select\n"),
    "a use case knows a story": ("app/services/planted.py", "import stories.desk\n"),
    "a story knows a page": ("stories/planted.py", "import app.web.kit.page\n"),
    "a module without a layer": ("app/planted.py", "X = 1\n"),
}

CIRCLES = {
    "a deadline knows a case": (
        "app/services/clocks/planted.py",
        "app.services.cases.rows",
        ".clocks -> .cases",
    ),
    "a case knows a plan": ("app/services/cases/planted.py", "app.services.plans.rules", ".cases -> .plans"),
    "what pages share knows a page": ("app/web/kit/planted.py", "app.web.cases.frame", ".kit -> .cases"),
    "what is counted knows who serves it": (
        "app/services/figures/planted.py",
        "app.services.indicators.rules",
        ".figures -> .indicators",
    ),
    "the trace knows who acts": ("app/audit/planted.py", "app.access.actor", ".audit -> .access"),
    "the trace knows a guard": ("app/audit/planted.py", "app.access.guard", ".audit -> .access"),
}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run the linter on the package in a folder, with nothing of this process's own path."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(
        [LINTER, "--no-cache"], cwd=root, capture_output=True, text=True, check=False, env=environment
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package with its contracts, to plant in."""
    for package in ("app", "stories"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_contracts_hold() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize("name", PLANTED)
def test_planted_import_breaks_a_contract(name: str, copy: Path) -> None:
    path, text = PLANTED[name]
    (copy / path).write_text(text, encoding="utf-8")
    result = lint(copy)
    assert result.returncode != 0
    assert "planted" in result.stdout


@pytest.mark.parametrize("name", CIRCLES)
def test_planted_circle_breaks_a_contract(name: str, copy: Path) -> None:
    path, imported, told = CIRCLES[name]
    (copy / path).write_text(f"def late():\n    import {imported}\n", encoding="utf-8")
    result = lint(copy)
    assert result.returncode != 0
    assert told in result.stdout


def test_copy_without_a_plant_passes(copy: Path) -> None:
    assert lint(copy).returncode == 0
