"""The command line itself: quick, in Spanish, with its exit codes, and silent about values."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.cli import _tree
from app.cli._console import BadUsage, Failure
from app.cli._failures import explained
from app.cli._logs import without_words
from app.cli._tree import COMMANDS, Ruv, load
from app.errors import Invalid, Unavailable
from app.postgres import ServerStartError
from app.runtime import NotInstalled
from app.vault import KeyBroken

from .conftest import Ruv as Runner

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = ("Usage", "Options", "Commands", "Arguments", "Show this message", "default:", "required", "Error")
HERE = {name: entry for name, entry in COMMANDS.items() if find_spec(entry.module) is not None}


def test_help_lists_the_commands_in_spanish(ruv: Runner) -> None:
    result = ruv("--help")
    assert result.code == 0
    assert all(name in result.out for name in HERE)
    assert not [word for word in ENGLISH if word in result.out]


@pytest.mark.parametrize("name", HERE)
def test_every_command_has_spanish_help(ruv: Runner, name: str) -> None:
    command = load(name, HERE[name])
    below = getattr(command, "commands", {})
    for path in [[name], *([name, part] for part in below)]:
        result = ruv(*path, "--help")
        assert result.code == 0
        assert not [word for word in ENGLISH if word in result.out], result.out
        assert "completion" not in result.out


def test_help_loads_neither_the_database_nor_the_web_framework() -> None:
    code = "import sys; from app.cli import run; run(['--help']); print([m for m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    loaded = done.stdout
    for heavy in ("sqlalchemy", "fastapi", "pydantic", "opendp", "uvicorn", "alembic"):
        assert f"'{heavy}'" not in loaded


def test_no_arguments_show_the_help_and_are_a_wrong_use(ruv: Runner) -> None:
    result = ruv()
    assert result.code == 2
    assert "serve" in result.out + result.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nada"], "No existe esa orden"),
        (["user", "nada"], "No existe esa orden"),
        (["serve", "--nada"], "No existe la opción --nada"),
        (["serve", "--port", "secreto-77"], "Valor no válido en --port"),
        (["serve", "--port", "70000"], "Valor no válido en --port"),
        (["serve", "--port"], "La opción --port necesita un valor"),
        (["serve", "sobra"], "Argumentos incorrectos"),
        (["user", "add"], "Falta NOMBRE"),
        (["user", "add", "ana"], "Falta --unit"),
    ],
)
def test_a_wrong_call_is_told_in_spanish_and_gives_2(ruv: Runner, arguments: list[str], said: str) -> None:
    result = ruv(*arguments)
    assert result.code == 2
    assert said in result.err
    assert result.err.count("\n") == 1
    assert result.out == ""
    assert "secreto-77" not in result.err


SECRET = "Rosalía Huamán 40117410"


@pytest.mark.parametrize(
    ("error", "said", "code"),
    [
        (Failure("No se pudo."), "No se pudo.", 1),
        (BadUsage("Así no."), "Así no.", 2),
        (Unavailable(), "El servicio no está disponible. Intente de nuevo en un momento.", 1),
        (
            Invalid("Revise.", errors=[{"field": "unit", "code": "x", "message": "No existe."}]),
            "Revise. No existe.",
            1,
        ),
        (ServerStartError("PostgreSQL no arranca."), "PostgreSQL no arranca.", 1),
        (NotInstalled("Ejecute `ruv db upgrade`."), "Ejecute `ruv db upgrade`.", 1),
        (KeyBroken(), str(KeyBroken()), 1),
        (FileNotFoundError(2, "No existe", "casos.csv"), "No existe: casos.csv", 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_known_failures_are_one_line(error: Exception, said: str, code: int) -> None:
    assert explained(error) == (said, code)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(SECRET),
        OperationalError(f"SELECT '{SECRET}'", {}, Exception(SECRET)),
        ProgrammingError(f"SELECT '{SECRET}'", {}, Exception(SECRET)),
    ],
    ids=lambda error: type(error).__name__,
)
def test_unknown_failures_repeat_nothing(error: Exception) -> None:
    text, code = explained(error)
    assert code == 1
    assert text
    assert "\n" not in text
    assert SECRET not in text
    assert SECRET not in without_words(error)


def test_wrong_settings_are_named_without_their_value(ruv: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUV_POOL_SIZE", "muchos-77")
    result = ruv("keys", "status")
    assert result.code == 1
    assert "RUV_POOL_SIZE" in result.err
    assert "muchos-77" not in result.err


def test_an_interruption_gives_130(ruv: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_tree, "load", interrupted)
    assert ruv("keys", "status").code == 130


def test_a_command_that_is_not_there_is_not_listed() -> None:
    assert "nada" not in Ruv({"nada": _tree.Entry("app.cli.nada", "Nada.")}).commands
