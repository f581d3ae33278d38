"""A database of its own on the shared server, served by an application of its own, to break on purpose."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import uvicorn
from fastapi import FastAPI
from sqlalchemy import URL, Connection, Engine, NullPool, Pool, QueuePool, create_engine, make_url
from starlette.types import ASGIApp

from app.config import Settings
from app.main import create_app
from app.postgres import ServerHandle, create_roles_and_database
from app.postgres.names import APP, OWNER, RELEASE, REPORT, SEALER, SUPERUSER
from app.runtime import Runtime, assemble, install, root_key
from tests import contract


@dataclass
class Scratch:
    """An installation nobody else uses."""

    runtime: Runtime
    base_url: str
    admin: Engine

    def run(self, statement: str, **values: Any) -> Any:
        """One statement as the superuser."""
        with self.admin.begin() as connection:
            result = connection.exec_driver_sql(statement, values)
            return result.all() if result.returns_rows else None


def superuser(server: ServerHandle, name: str, pool: type[Pool] = NullPool) -> Engine:
    """The superuser of the server, in one of its databases; whoever asks for a real pool disposes of it."""
    return create_engine(make_url(server.superuser_url()).set(database=name), poolclass=pool)


@contextmanager
def past_policies(runtime: Runtime, *, triggers: bool = True) -> Iterator[Connection]:
    """A transaction of the superuser in a runtime's database, whom no policy binds.

    No table is altered for it: whoever reads meanwhile waits for nothing, and no two wait for each other.

    Args:
        triggers: without them no trigger and no foreign key binds either.
    """
    owner = runtime.database.engine(OWNER).url
    engine = create_engine(owner.set(username=SUPERUSER), poolclass=NullPool)
    with engine.begin() as connection:
        if not triggers:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        yield connection


def create_database(server: ServerHandle, name: str, original: str = "") -> None:
    """A new database whose commits do not wait for the disk; a copy of `original`, where nobody is connected.

    What a crash may lose is tested on servers of their own, with the settings of production.
    """
    if original:
        _maintain(server, f"CREATE DATABASE {name} TEMPLATE {original}")
    create_roles_and_database(server.superuser_url(), name)
    _maintain(server, f"ALTER DATABASE {name} SET synchronous_commit = off")


def role_urls(server: ServerHandle, name: str) -> dict[str, URL]:
    """Addresses of a database by role."""
    return {role: make_url(server.url(role, name)) for role in (APP, SEALER, REPORT, RELEASE, OWNER)}


class Original(NamedTuple):
    """An installed database by its name, with the settings that hold its root key."""

    name: str
    settings: Settings


def original(settings: Settings, folder: Path, name: str) -> Original:
    """An installed database, whose root key is kept in the folder under its name."""
    return Original(name, settings.model_copy(update={"root_key_file": folder / f"{name}.json"}))


def installed(server: ServerHandle, settings: Settings, folder: Path) -> Original:
    """A database that is installed now; nobody is connected to it, and it stays as long as the server."""
    made = original(settings, folder, f"ruv_original_{secrets.token_hex(4)}")
    create_database(server, made.name)
    install(role_urls(server, made.name), made.settings)
    return made


class Desk(NamedTuple):
    """A served application that takes up one installation after the other: its routes are worked out once."""

    app: FastAPI
    server: uvicorn.Server

    @contextmanager
    def over(self, runtime: Runtime) -> Iterator[str]:
        """Serve an installation; at the end every answer that was under way was given. Gives the address."""
        self.app.state.runtime = runtime
        yield address_of(self.server)
        self.app.state.runtime = None  # a page that was closed may still send its last words: 503
        while self.server.server_state.tasks:
            time.sleep(0.01)


@contextmanager
def desk(settings: Settings) -> Iterator[Desk]:
    """An application at work over no installation yet."""
    app = create_app(settings)
    app.state.settings = settings
    with running(app) as server:
        yield Desk(app, server)


@contextmanager
def copied(server: ServerHandle, original: Original, at: Desk | None = None) -> Iterator[Scratch]:
    """A copy of a database, served at a desk or by an application of its own; dropped at the end."""
    with _named(server, original.name) as name, opened(server, original._replace(name=name), at) as scratch:
        yield scratch


@contextmanager
def opened(server: ServerHandle, database: Original, at: Desk | None = None) -> Iterator[Scratch]:
    """The application over an installed database; at the end nobody is connected to it."""
    urls = role_urls(server, database.name)
    runtime = assemble(database.settings, urls, root_key(database.settings, create=False))
    admin = superuser(server, database.name, QueuePool)
    try:
        with serve(runtime, database.settings) if at is None else at.over(runtime) as base_url:
            yield Scratch(runtime, base_url, admin)
    finally:
        runtime.close()
        admin.dispose()


@contextmanager
def _named(server: ServerHandle, original: str) -> Iterator[str]:
    name = f"ruv_scratch_{secrets.token_hex(4)}"
    create_database(server, name, original)
    try:
        yield name
    finally:
        _maintain(server, f"DROP DATABASE {name} WITH (FORCE)")


def _maintain(server: ServerHandle, statement: str) -> None:
    engine = superuser(server, "postgres").execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


@contextmanager
def serve(runtime: Runtime, settings: Settings) -> Iterator[str]:
    """The application over an installation, on loopback; gives its address."""
    with served(application(runtime, settings)) as address:
        yield address


def application(runtime: Runtime, settings: Settings) -> FastAPI:
    """The application over an installation; its document, the same for every one, was worked out before."""
    app = create_app(settings, opener=lambda _: runtime)
    app.state.runtime = runtime
    app.openapi_schema = contract.document()
    return app


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """A real server of any application on a free port of loopback; gives its address."""
    with running(app) as server:
        yield address_of(server)


def address_of(server: uvicorn.Server) -> str:
    """Where a running server answers."""
    return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"


@contextmanager
def running(app: ASGIApp) -> Iterator[uvicorn.Server]:
    """The server itself, which at the end has given every answer that was under way."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server
    server.should_exit = True
    thread.join()
