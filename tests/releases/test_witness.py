"""A restored backup does not give the budget back: trace and witness know what was drawn since."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, make_url

from app.access.actor import SETUP
from app.cli import run
from app.config import Settings, get_settings
from app.db import Database
from app.errors import Conflict, Forbidden, NotFound, Unavailable
from app.postgres import ServerHandle, create_roles_and_database
from app.postgres.names import APP, OWNER, RELEASE, REPORT, SEALER
from app.runtime import Runtime, assemble, install
from app.services.releases import service
from app.services.releases.build import build
from app.services.releases.ledger import spent
from tests.factories import World
from tests.releases.registry import Registry

WHY = "El registro corrigió departamentos."


class Installation:
    """A database that can be saved and restored whole, with a witness beside it."""

    def __init__(self, server: ServerHandle, settings: Settings, folder: Path) -> None:
        self.server, self.name = server, f"ruv_copia_{secrets.token_hex(4)}"
        self.settings = settings.model_copy(
            update={"root_key_file": folder / "root.json", "witness_dir": folder / "testigo"}
        )
        create_roles_and_database(server.superuser_url(), self.name)
        roles = (APP, SEALER, REPORT, RELEASE, OWNER)
        self.urls = {role: make_url(server.url(role, self.name)) for role in roles}
        self.root = install(self.urls, self.settings)
        self.runtime = assemble(self.settings, self.urls, self.root)

    @property
    def database(self) -> Database:
        return self.runtime.database

    def save(self) -> None:
        """Yesterday's backup."""
        self._copy(self.name, f"{self.name}_ayer")

    def restore(self) -> None:
        """Today is as yesterday: the whole database, its trace and its ledger."""
        self._copy(f"{self.name}_ayer", self.name)

    def drop(self) -> None:
        self.runtime.close()
        for name in (self.name, f"{self.name}_ayer"):
            self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _copy(self, source: str, target: str) -> None:
        self.runtime.close()
        self._run(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
        self._run(f"CREATE DATABASE {target} TEMPLATE {source} OWNER {OWNER}")
        self._run(f"GRANT CONNECT ON DATABASE {target} TO {APP}, {REPORT}, {RELEASE}")
        self.runtime = assemble(self.settings, self.urls, self.root)

    def _run(self, statement: str) -> None:
        engine = create_engine(self.server.superuser_url(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)


@pytest.fixture
def copied(server: ServerHandle, settings: Settings, tmp_path: Path) -> Iterator[Installation]:
    made = Installation(server, settings, tmp_path)
    yield made
    made.drop()


def test_a_restored_backup_is_refused_until_what_was_lost_is_entered(copied: Installation) -> None:
    steward = World(copied.runtime, "").actor("registry_steward")
    kept = build(copied.database, SETUP, 2018)
    copied.save()
    lost = build(copied.database, SETUP, 2019)
    copied.restore()

    with pytest.raises(Conflict, match=f"{lost.code}.*settle"):
        build(copied.database, SETUP, 2019)
    with pytest.raises(Conflict, match=lost.code):
        build(copied.database, SETUP, 2020)
    with pytest.raises(Conflict, match=lost.code):
        service.approve(copied.database, steward, kept.code)
    with copied.database.reporting(RELEASE) as connection:
        verdict = service.verify(copied.database, connection)
        assert len(verdict.problems) == 1
        assert spent(connection, 2019) == 0

    assert service.settle(copied.database, SETUP, lost.code).year == 2019
    with copied.database.reporting(RELEASE) as connection:
        assert service.verify(copied.database, connection).holds
        assert spent(connection, 2019) == pytest.approx(lost.spent)
    with pytest.raises(Conflict, match="ya se sorteó"):
        build(copied.database, SETUP, 2019)
    assert build(copied.database, SETUP, 2019, revision=WHY).kind == "REVISION"
    service.approve(copied.database, steward, kept.code)


def test_over_the_command_line(
    copied: Installation, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RUV_DATABASE_URL", copied.server.url(APP, copied.name))
    monkeypatch.setenv("RUV_ROOT_KEY_FILE", str(copied.settings.root_key_file))
    monkeypatch.setenv("RUV_WITNESS_DIR", str(copied.settings.witness_dir))
    get_settings.cache_clear()

    def ruv(*arguments: str) -> tuple[int, str]:
        capfd.readouterr()
        code = run(["release", *arguments])
        written = capfd.readouterr()
        return code, written.out + written.err

    copied.save()
    code, said = ruv("build", "--year", "2019")
    assert code == 0, said
    release = next(word for word in said.split() if word.startswith("LI-"))
    assert ruv("build", "--year", "2019")[0] == 1
    assert ruv("build", "--year", "2019", "--revision")[0] == 2
    assert ruv("build", "--year", "2019", "--reason", WHY)[0] == 2
    copied.restore()
    code, said = ruv("build", "--year", "2019")
    assert code == 1
    assert release in said
    code, said = ruv("ledger")
    assert code == 1
    assert "LIBRO ALTERADO" in said
    assert ruv("settle", release)[0] == 0
    assert ruv("ledger")[0] == 0
    assert ruv("settle", release)[0] == 1
    code, said = ruv("build", "--year", "2019", "--revision", "--reason", WHY)
    assert code == 0, said
    get_settings.cache_clear()


def test_a_ledger_cut_without_its_trace_is_refused_without_any_witness(
    own: Runtime, registry: Registry, year: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the schema of releases was put back: the trace in the same database knows more."""
    lost = build(own.database, SETUP, year)
    monkeypatch.setattr(own.database, "witness", tmp_path / "otro")
    tables = ("artefact", "approval", "release", "ledger")
    for table in tables:
        registry.execute(f"ALTER TABLE release.{table} DISABLE TRIGGER ALL")
    registry.execute("DELETE FROM release.artefact")
    registry.execute("DELETE FROM release.release WHERE code = :c", c=lost.code)
    registry.execute("DELETE FROM release.ledger WHERE release_code = :c", c=lost.code)
    for table in tables:
        registry.execute(f"ALTER TABLE release.{table} ENABLE TRIGGER ALL")
    with pytest.raises(Conflict, match=lost.code):
        build(own.database, SETUP, year)
    service.settle(own.database, SETUP, lost.code)
    with pytest.raises(Conflict, match="ya se sorteó"):
        build(own.database, SETUP, year)


def test_a_forged_event_stops_nobody(own: Runtime, registry: Registry, year: int) -> None:
    registry.execute(
        "INSERT INTO audit_event (action, outcome, event, salt, mac) VALUES ('releases.build', 'ok',"
        " :event, '\\x00', '\\x00')",
        event='{"detail":{"release":"LI-0000-0000-0000","year":2001,"kind":"ANUAL","rho":"0.25"}}',
    )
    assert build(own.database, SETUP, year).kind == "ANUAL"


def test_without_a_witness_nothing_is_drawn(
    own: Runtime, year: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "archivo"
    blocked.write_text("no es una carpeta")
    monkeypatch.setattr(own.database, "witness", blocked / "testigo")
    with pytest.raises(Unavailable, match="testigo"):
        build(own.database, SETUP, year)
    with own.database.reporting(RELEASE) as connection:
        assert spent(connection, year) == 0


def test_the_witness_is_private_and_holds_no_count(own: Runtime, registry: Registry, year: int) -> None:
    registry.crowd(year, 30)
    built = build(own.database, SETUP, year)
    code = built.code
    [path] = [path for path in own.database.witness.iterdir() if code in path.read_text(encoding="utf-8")]
    assert path.stat().st_mode & 0o077 == 0
    line = next(line for line in path.read_text(encoding="utf-8").splitlines() if code in line)
    assert json.loads(line) == {"release": code, "year": year, "kind": "ANUAL", "rho": str(built.rho)}


def test_settling_asks_for_the_permission_and_for_something_lost(
    own: Runtime, registry: Registry, year: int
) -> None:
    code = build(own.database, SETUP, year).code
    with pytest.raises(NotFound):
        service.settle(own.database, SETUP, code)
    with pytest.raises(Forbidden):
        service.settle(own.database, registry.world.actor("analyst"), code)
