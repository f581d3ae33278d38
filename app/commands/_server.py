"""The database as its owner: the embedded server, or the configured one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.commands._console import Failure, say
from app.commands._setup import embedded

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

    if not embedded(settings):
        yield server_urls(settings)
        return
    with ensure_server(settings.data_dir, progress=say, options=server_options(settings)) as server:
        if create:
            create_roles_and_database(server.superuser_url())
        yield {role: make_url(server.url(role)) for role in ROLES}


def upgrade(settings: Settings, urls: dict[str, URL]) -> None:
    """Bring the database to this version: migrations, policy, keys, context key.

    Raises:
        Failure: the database has keys, but the file of the root key that wraps them is missing. A new one
            would open none of them.
    """
    from app.runtime import install, root_key

    new = not has_keys(urls)
    if not new and settings.root_key_provider == "file" and not settings.root_key_path.exists():
        raise Failure(
            f"Falta la llave raíz de esta base de datos. Devuelva su copia a {settings.root_key_path}."
        )
    install(urls, settings, root_key(settings, create=new))


def has_keys(urls: dict[str, URL]) -> bool:
    """Whether the database holds keys already, that is, was installed before."""
    from sqlalchemy import NullPool, create_engine, exists, func, select

    from app.models import Kek
    from app.postgres.names import OWNER

    with create_engine(urls[OWNER], poolclass=NullPool).connect() as connection:
        if connection.scalar(select(func.to_regclass("public.kek"))) is None:
            return False
        return bool(connection.scalar(select(exists().select_from(Kek))))
