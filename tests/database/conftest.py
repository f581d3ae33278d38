"""The worker's database past every lock, and one to break on purpose."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

from app.postgres import ServerHandle
from app.runtime import Runtime
from tests.scratch import Original, Scratch, copied, superuser


@pytest.fixture(scope="session")
def admin(server: ServerHandle, runtime: Runtime, worker: str) -> Engine:
    """The superuser in this worker's database."""
    return superuser(server, f"ruv_{worker}")


@pytest.fixture
def catalogue(admin: Engine) -> Iterator[Connection]:
    """A connection that may read every catalogue."""
    with admin.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def scratch(server: ServerHandle, blank: Original) -> Iterator[Scratch]:
    """A database of its own."""
    with copied(server, blank) as made:
        yield made
