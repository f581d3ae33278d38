"""The command line: codes of exit, Spanish, JSON for machines, two people to publish."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.access.actor import Actor
from app.cli import run
from app.config import get_settings
from app.postgres import ServerHandle
from app.postgres.names import APP
from app.runtime import Runtime
from tests.releases.registry import Registry


@pytest.fixture(autouse=True)
def _environment(
    own: Runtime, server: ServerHandle, own_database: str, own_root: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    monkeypatch.setenv("RUV_DATABASE_URL", server.url(APP, own_database))
    monkeypatch.setenv("RUV_ROOT_KEY_FILE", str(own_root))
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@dataclass
class Result:
    exit_code: int
    stdout: str
    stderr: str


Run = Callable[..., Result]


@pytest.fixture
def ruv(capfd: pytest.CaptureFixture[str]) -> Run:
    def invoke(*arguments: str) -> Result:
        capfd.readouterr()
        code = run(arguments)
        written = capfd.readouterr()
        return Result(code, written.out, written.err)

    return invoke


def test_build_publish_show_and_ledger(
    ruv: Run, registry: Registry, stewards: tuple[Actor, Actor], year: int
) -> None:
    registry.crowd(year, 80)
    first, second = (actor.username for actor in stewards)
    built = ruv("release", "build", "--year", str(year), "--user", first, "--json")
    assert built.exit_code == 0, built.stderr
    answer = json.loads(built.stdout)
    assert answer["year"] == year
    assert answer["rho"] == pytest.approx(0.25)
    assert "Construyendo" in built.stderr
    code = answer["code"]
    assert "en espera (0 de 2" in ruv("release", "show").stdout
    once = ruv("release", "publish", code, "--user", first)
    assert (once.exit_code, "1 de 2" in once.stdout) == (0, True)
    twice = ruv("release", "publish", code, "--user", first)
    assert twice.exit_code == 1
    assert "otra persona" in twice.stderr
    done = ruv("release", "publish", code.lower(), "--user", second)
    assert (done.exit_code, "publicada" in done.stdout) == (0, True)
    shown = ruv("release", "show", code, "--json")
    assert len(json.loads(shown.stdout)["files"]) == 11
    assert "sha256" in ruv("release", "show", code).stdout
    ledger = json.loads(ruv("release", "ledger", "--json").stdout)
    assert ledger["holds"] is True
    assert {"year": year, "spent": pytest.approx(0.25), "left": pytest.approx(0.25)} in ledger["years"]


def test_without_an_account_the_operator_builds(ruv: Run, year: int) -> None:
    assert ruv("release", "build", "--year", str(year)).exit_code == 0


def test_failures_end_with_1_and_usage_with_2(ruv: Run, registry: Registry, year: int) -> None:
    for arguments in (
        ("build", "--year", "2199"),
        ("build", "--year", str(year), "--user", "nadie"),
        ("build", "--year", str(year), "--user", registry.world.actor("analyst").username),
        ("publish", "LI-0000-0000", "--user", registry.actor.username),
        ("show", "no-es-un-codigo"),
    ):
        result = ruv("release", *arguments)
        assert (result.exit_code, result.stdout) == (1, ""), arguments
        assert "Traceback" not in result.stderr
    for arguments in (("publish", "LI-0000-0000"), ("build", "--year", "abc"), ("nada",)):
        assert ruv("release", *arguments).exit_code == 2


def test_an_altered_ledger_ends_with_1(ruv: Run, registry: Registry, year: int) -> None:
    assert ruv("release", "build", "--year", str(year)).exit_code == 0
    registry.execute("ALTER TABLE release.ledger DISABLE TRIGGER ALL")
    registry.execute("UPDATE release.ledger SET sigma = sigma + 1 WHERE reference_year = :y", y=year)
    try:
        result = ruv("release", "ledger")
        assert result.exit_code == 1
        assert "LIBRO ALTERADO" in result.stderr
    finally:
        registry.execute("UPDATE release.ledger SET sigma = sigma - 1 WHERE reference_year = :y", y=year)
        registry.execute("ALTER TABLE release.ledger ENABLE TRIGGER ALL")
    assert ruv("release", "ledger").exit_code == 0


def test_indicators(ruv: Run, registry: Registry, year: int) -> None:
    for department, attended, others in (("15", 30, 15), ("08", 20, 12)):
        registry.crowd(year, attended, department=department, state="EN_REINTEGRACION")
        registry.crowd(year, others, department=department)
    everything = ruv("indicators", "--json")
    assert everything.exit_code == 0, everything.stderr
    assert [entry["code"] for entry in json.loads(everything.stdout)["indicators"]] == [
        "3.1.b",
        "3.2.b",
        "3.2.c",
        "3.3.b",
    ]
    one = ruv("indicators", "3.2.b", "--year", str(year))
    assert "77 personas detectadas" in one.stdout
    assert "Lima: 45  30" in one.stdout
    # The operator of the server sees no more than anybody: nobody has a signed plan, which is not said.
    none = ruv("indicators", "3.1.b", "--year", str(year))
    assert "Con PRI suscrito: reservado" in none.stdout
    assert ruv("indicators", "9.9.z").exit_code == 1
    named = ruv("indicators", "--user", registry.world.actor("analyst").username, "--json")
    assert named.exit_code == 0
    refused = ruv("indicators", "--user", registry.world.actor("police_investigator").username)
    assert (refused.exit_code, refused.stdout) == (1, "")
