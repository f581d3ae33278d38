"""An installation at work: its server, key ring, engines and token codec, opened once a process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from sqlalchemy import URL, Connection, NullPool, create_engine, make_url, select
from sqlalchemy.exc import ProgrammingError

from app import schema
from app.access.passwords import Cost
from app.access.policy import policy
from app.access.tokens import TokenCodec, new_signing_key, signing_key_id
from app.config import Settings
from app.db import ContextSigner, Database
from app.models import RoleGrant
from app.postgres import ServerHandle, ServerOptions, check_server, create_roles_and_database, ensure_server
from app.postgres.names import APP, OWNER, RELEASE, REPORT, SEALER
from app.vault import FileRoot, KeyBroken, Keyring, RootKey, RootKeyError, UnknownKey, root_from

Progress = Callable[[str], None]


class NotInstalled(Exception):
    """The database is not at this version; its text tells the operator what to run."""


class WrongRootKey(NotInstalled):
    """The root key is missing or is another database's; nothing was changed or created."""


class AddressMissing(NotInstalled):
    """A server is configured, but not the address this command needs: it was called wrongly."""


_RESTORE = "Restáurela de su copia; no se creó ninguna otra ni se cambió nada."


@dataclass(slots=True)
class Runtime:
    """Everything a process needs; close it to give the embedded server back."""

    settings: Settings
    database: Database
    vault: Keyring
    tokens: TokenCodec
    server: ServerHandle | None = None

    @property
    def password_cost(self) -> Cost:
        """Work of one password hash."""
        return Cost(self.settings.argon2_memory_kib, self.settings.argon2_time_cost, 1)

    def close(self, *, wait: float = 0.0) -> None:
        """Close the pools and the reference to the embedded server (`wait`: seconds for a clean stop)."""
        self.database.dispose()
        if self.server is not None:
            self.server.close(wait=wait)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close(wait=10.0)


def root_key(settings: Settings, *, create: bool) -> RootKey:
    """The root key provider of the settings; `create` makes the key file at the first start."""
    if settings.root_key_provider == "file":
        path = settings.root_key_path
        if create:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return FileRoot.open_or_create(path)
        return root_from("file", path=path)
    return root_from("env", value=settings.root_key.get_secret_value() if settings.root_key else "")


def server_urls(settings: Settings) -> dict[str, URL]:
    """URLs of a configured server by database role; the user of `database_url` is replaced by default."""
    base = make_url(settings.database_url or settings.database_owner_url or "")
    if base.drivername == "postgresql":
        base = base.set(drivername="postgresql+psycopg")
    password = _password(settings, owner=False)
    given = {
        OWNER: settings.database_owner_url,
        REPORT: settings.database_report_url,
        RELEASE: settings.database_release_url,
    }
    urls = {}
    for role in (APP, SEALER, REPORT, RELEASE, OWNER):
        url = make_url(text) if (text := given.get(role)) else base.set(username=role)
        secret = _password(settings, owner=True) if role == OWNER else password
        url = url.set(drivername="postgresql+psycopg")
        urls[role] = url.set(password=secret) if secret else url
    return urls


def require_address(settings: Settings, role: str) -> None:
    """Refuse a command whose server is configured for other roles only; no other database takes its place.

    Args:
        settings: without any address the embedded server serves every role.
        role: the database role the command works as, `ruv_app` or `ruv_owner`.

    Raises:
        AddressMissing: the address of that role is not given and does not follow from another.
    """
    if settings.embedded:
        return
    if role == APP and not settings.database_url:
        missing, who = "RUV_DATABASE_URL", "la aplicación"
    elif role == OWNER and not settings.database_owner_url and not _owner_follows(settings):
        missing, who = "RUV_DATABASE_OWNER_URL", "el dueño de la base de datos"
    else:
        return
    raise AddressMissing(
        f"Falta {missing}: hay un servidor configurado y esta orden entra en él como {who}. "
        "No se usó ni se creó ninguna otra base de datos."
    )


def _owner_follows(settings: Settings) -> bool:
    """Whether the owner enters like the application: by certificate or `peer`, without a password."""
    given = make_url(settings.database_url) if settings.database_url else None
    return given is not None and (
        settings.database_owner_password_file is not None
        or (given.password is None and settings.database_password_file is None)
    )


def _password(settings: Settings, *, owner: bool) -> str | None:
    path = settings.database_owner_password_file if owner else settings.database_password_file
    return path.read_text(encoding="utf-8").strip() if path else None


def install(urls: dict[str, URL], settings: Settings, *, progress: Progress | None = None) -> RootKey:
    """Bring the database to this version, as its owner: migrations, policy, keys, context key.

    Safe at every start, and by several processes at once: they take turns, however long (`progress` is told
    of the wait). The root key file is made only for a database without keys; one that has keys is refused
    with any other root key, and left as it was.

    Raises:
        WrongRootKey: the root key is missing, or is not the one of this database.
    """
    engine = create_engine(urls[OWNER], poolclass=NullPool)
    with engine.connect() as connection, schema.one_at_a_time(connection, progress):
        old = schema.has_keys(connection)
        root = _own_root(settings, create=not old)
        if old:
            _opened(connection, root)
        schema.upgrade(connection)
        schema.create_missing_keys(connection, root, new_signing_key()[1])
        schema.sync_policy(connection)
        secret = _opened(connection, root).secret("context")
        schema.sync_context_key(connection, ContextSigner.from_secret(secret, settings.context_seconds))
    return root


def _own_root(settings: Settings, *, create: bool) -> RootKey:
    try:
        return root_key(settings, create=create)
    except RootKeyError as error:
        if create:
            raise
        raise WrongRootKey(f"Falta la llave raíz de esta base de datos. {error} {_RESTORE}") from error


def _opened(connection: Connection, root: RootKey) -> Keyring:
    try:
        return schema.load_keyring(connection, root)
    except (KeyBroken, UnknownKey) as error:
        raise WrongRootKey(f"La llave raíz no es la de esta base de datos. {_RESTORE}") from error


def open_runtime(settings: Settings, *, progress: Progress | None = None) -> Runtime:
    """Open the installation: the embedded server unless a database URL is configured.

    The embedded server is installed and upgraded on the way; a configured one must already be at this
    version (`ruv db upgrade`, as its owner).

    Raises:
        AddressMissing: a server is configured, but not for the application.
        NotInstalled: the configured database is older or newer than this program.
        app.postgres.PostgresError: the embedded server does not start, or the role is unsafe.
        app.vault.VaultError: the root key is missing or is not the one of this database.
    """
    require_address(settings, APP)
    if not settings.embedded:
        return assemble(settings, server_urls(settings), root_key(settings, create=False))
    server = ensure_server(settings.data_dir, progress=progress, options=server_options(settings))
    try:
        create_roles_and_database(server.superuser_url())
        urls = {role: make_url(server.url(role)) for role in (APP, SEALER, REPORT, RELEASE, OWNER)}
        return assemble(settings, urls, install(urls, settings, progress=progress), server)
    except BaseException:
        server.close()
        raise


def assemble(
    settings: Settings, urls: dict[str, URL], root: RootKey, server: ServerHandle | None = None
) -> Runtime:
    """A runtime over an installed database.

    Raises:
        NotInstalled, app.postgres.PostgresError, app.vault.VaultError: as `open_runtime`.
    """
    ring = _checked_ring(urls, root)
    database = Database(
        urls,
        ring,
        settings.witness_path,
        context_seconds=settings.context_seconds,
        pool_size=settings.pool_size,
        max_overflow=settings.max_overflow,
    )
    pem = ring.secret("token")
    codec = TokenCodec(settings.token_issuer, settings.token_audience, {signing_key_id(pem): pem})
    return Runtime(settings, database, ring, codec, server)


def server_options(settings: Settings) -> ServerOptions:
    """What the settings choose about the embedded server."""
    return ServerOptions(
        bin_dir=settings.postgres_bin, account=settings.postgres_account, grace=settings.postgres_grace
    )


def _checked_ring(urls: dict[str, URL], root: RootKey) -> Keyring:
    engine = create_engine(urls[APP], poolclass=NullPool)
    with engine.connect() as connection:
        check_server(connection)
        try:
            present = connection.scalar(select(RoleGrant.policy_version).limit(1))
        except ProgrammingError:  # no tables yet
            present = None
        if present != policy().version:
            raise NotInstalled(
                "La base de datos no es de la versión de este programa. Ejecute `ruv db upgrade` como dueño."
            )
        return _opened(connection, root)
