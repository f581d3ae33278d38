"""A register of its own: what is reconciled is of the whole database."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import Engine

from app.postgres import ServerHandle
from tests.factories import World
from tests.linkage.scene import Scene, somebody
from tests.releases.conftest import own, own_database, own_root, registry, stewards, year, years

__all__ = ["own", "own_database", "own_root", "registry", "stewards", "year", "years"]


@pytest.fixture(scope="module")
def owner(server: ServerHandle, worker: str) -> Iterator[Engine]:
    engine = create_engine(server.superuser_url(f"ruv_{worker}"))
    yield engine
    engine.dispose()


@pytest.fixture
def scene(world: World, owner: Engine) -> Scene:
    registrar = world.actor("cem_officer")
    person = somebody()
    registered = world.register(registrar, identity=person)
    return Scene(world, owner, registrar, world.actor("police_investigator"), person, registered)
