"""An empty database for each test of the migrations."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from sqlalchemy import URL, Engine, NullPool, create_engine, make_url

from app.postgres import ServerHandle, create_roles_and_database
from app.postgres.names import OWNER


@pytest.fixture
def owner(server: ServerHandle, worker: str) -> Iterator[URL]:
    """An empty database of this test, as its owner."""
    name = f"migra_{worker}_{secrets.token_hex(4)}"
    create_roles_and_database(server.superuser_url(), name)
    yield make_url(server.url(OWNER, name))
    engine = create_engine(server.superuser_url(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(owner: URL) -> Engine:
    """The same, connected to."""
    return create_engine(owner, poolclass=NullPool)
