"""What tests of pages share."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from app.postgres import ServerHandle
from app.runtime import Runtime
from tests.scratch import superuser


@pytest.fixture(scope="session")
def admin(server: ServerHandle, runtime: Runtime, worker: str) -> Engine:
    """The superuser in this worker's database."""
    return superuser(server, f"ruv_{worker}")
