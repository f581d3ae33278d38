"""A register and a ledger for each file: counts and budgets are of the whole database."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from app.access.actor import Actor
from app.config import Settings
from app.postgres import ServerHandle, create_roles_and_database
from app.postgres.names import APP, OWNER, RELEASE, REPORT, SEALER
from app.runtime import Runtime, assemble, install
from tests.factories import World
from tests.releases.registry import Registry

_NUMBER = itertools.count()


@pytest.fixture(scope="module")
def own_database(worker: str) -> str:
    return f"ruv_own_{worker}_{next(_NUMBER)}"


@pytest.fixture(scope="module")
def own_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("llaves") / "root.json"


@pytest.fixture(scope="module")
def own(server: ServerHandle, settings: Settings, own_database: str, own_root: Path) -> Iterator[Runtime]:
    """An installation that only this file writes to."""
    create_roles_and_database(server.superuser_url(), own_database)
    urls = {role: make_url(server.url(role, own_database)) for role in (APP, SEALER, REPORT, RELEASE, OWNER)}
    root = install(urls, settings.model_copy(update={"root_key_file": own_root}))
    opened = assemble(settings, urls, root)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def registry(own: Runtime, server: ServerHandle, own_database: str) -> Iterator[Registry]:
    opened = Registry.open(server.superuser_url(own_database), World(own, ""))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def stewards(registry: Registry) -> tuple[Actor, Actor]:
    """Two people who may publish, of different institutions."""
    return registry.world.actor("registry_steward"), registry.world.actor("data_protection_officer")


@pytest.fixture(scope="module")
def years() -> Iterator[int]:
    return itertools.count(2000)


@pytest.fixture
def year(years: Iterator[int]) -> int:
    """A closed reference year nobody else of the file uses."""
    return next(years)
