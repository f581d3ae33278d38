"""The database as its owner: the embedded server, or the configured one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.cli._console import say

if TYPE_CHECKING:
    from sqlalchemy import URL

    from app.config import Settings


@contextmanager
def database_urls(settings: Settings, *, create: bool = True) -> Iterator[dict[str, URL]]:
    """URLs by database role; the embedded server is started if need be, and given back at the end.

    Roles and database of the embedded server are made, or set right, unless `create` is false.

    Raises:
        app.postgres.PostgresError: the embedded server does not start.
    """
    from sqlalchemy import make_url

    from app.postgres import ROLES, create_roles_and_database, ensure_server
    from app.runtime import server_options, server_urls

    if not settings.embedded:
        yield server_urls(settings)
        return
    with ensure_server(settings.data_dir, progress=say, options=server_options(settings)) as server:
        if create:
            create_roles_and_database(server.superuser_url())
        yield {role: make_url(server.url(role)) for role in ROLES}
