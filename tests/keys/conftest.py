"""An installation whose index key changes: a database of its own, so that no other test notices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import URL, make_url

from app.config import Settings
from app.postgres import ServerHandle
from app.postgres.names import APP, OWNER, RELEASE, REPORT, SEALER
from app.runtime import Runtime, assemble, install
from app.vault import RootKey
from tests.factories import World
from tests.scratch import create_database


@pytest.fixture
def urls(server: ServerHandle, worker: str, request: pytest.FixtureRequest) -> dict[str, URL]:
    """A new database for the test, by database role."""
    name = f"keys_{worker}_{abs(hash(request.node.nodeid)) % 10**8}"
    create_database(server, name)
    return {role: make_url(server.url(role, name)) for role in (APP, SEALER, REPORT, RELEASE, OWNER)}


@pytest.fixture
def root(urls: dict[str, URL], settings: Settings) -> RootKey:
    """The installed database's root key."""
    return install(urls, settings)


@pytest.fixture
def office(urls: dict[str, URL], settings: Settings, root: RootKey) -> Iterator[World]:
    """A service at work: a process of its own, that was started before anything changed."""
    with assemble(settings, urls, root) as runtime:
        yield World(runtime, "http://127.0.0.1:9")


@pytest.fixture
def console(urls: dict[str, URL], settings: Settings, root: RootKey) -> Iterator[Runtime]:
    """The operator's process."""
    with assemble(settings, urls, root) as runtime:
        yield runtime
