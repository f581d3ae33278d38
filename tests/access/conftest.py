"""The office of the matrix tests: one actor a role, made once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import QueuePool

from app.postgres import ServerHandle
from app.runtime import Runtime
from tests.access.matrix import Office, Person
from tests.factories import World
from tests.scratch import superuser


@pytest.fixture(scope="module")
def office(runtime: Runtime, base_url: str, server: ServerHandle, worker: str) -> Iterator[Office]:
    """One unit and actor a role in this worker's database."""
    world = World(runtime, base_url)
    admin = superuser(server, f"ruv_{worker}", QueuePool)
    yield Office(world, admin)
    admin.dispose()
    world.close()


@pytest.fixture(scope="module")
def person(office: Office) -> Person:
    """The person in whose case all of them take part."""
    return office.person()
