"""An installation whose index key changes: a database of its own, so that no other test notices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import URL

from app.config import Settings
from app.postgres import ServerHandle
from app.runtime import Runtime, assemble, root_key
from app.vault import RootKey
from tests.factories import World
from tests.scratch import Original, create_database, role_urls


@pytest.fixture
def own(blank: Original) -> Settings:
    """Settings that hold the installation's root key."""
    return blank.settings


@pytest.fixture
def urls(
    server: ServerHandle, blank: Original, worker: str, request: pytest.FixtureRequest
) -> dict[str, URL]:
    """A new database for the test, by database role."""
    name = f"keys_{worker}_{abs(hash(request.node.nodeid)) % 10**8}"
    create_database(server, name, blank.name)
    return role_urls(server, name)


@pytest.fixture
def root(own: Settings) -> RootKey:
    """The installed database's root key."""
    return root_key(own, create=False)


@pytest.fixture
def office(urls: dict[str, URL], own: Settings, root: RootKey) -> Iterator[World]:
    """A service at work: a process of its own, that was started before anything changed."""
    with assemble(own, urls, root) as runtime:
        yield World(runtime, "http://127.0.0.1:9")


@pytest.fixture
def console(urls: dict[str, URL], own: Settings, root: RootKey) -> Iterator[Runtime]:
    """The operator's process."""
    with assemble(own, urls, root) as runtime:
        yield runtime
