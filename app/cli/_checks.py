"""What `ruv doctor` looks at. It changes nothing; each check says what is wrong and the way out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial

from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, NullPool, create_engine, func, select, text

from app.access.policy import policy
from app.cli._failures import explained
from app.cli._server import database_urls
from app.config import Settings
from app.models import RoleGrant
from app.postgres import check_server
from app.postgres.names import APP, OWNER
from app.runtime import require_address, root_key
from app.schema import load_keyring, migrations_path

LEAST_FREE_BYTES = 1 << 30
PLAIN_TABLES = frozenset({"index_rotation", "institution", "unit", "role_grant", "kek"})
"""Tables the application reaches that hold neither persons nor accounts, and need no row-level security."""

_UNGUARDED = text("""
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> ALL (:plain)
      AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
      AND (has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE')
           OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'victim_id'))
    ORDER BY 1
""")


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: what was looked at, whether it is well, and what was seen or is to be done."""

    name: str
    ok: bool
    text: str

    def plain(self) -> dict[str, object]:
        """As JSON."""
        return asdict(self)


class Wrong(Exception):
    """Something is not well; the text says the way out."""


def examine(settings: Settings) -> Iterator[Check]:
    """Every check, one after the other; those of the database need the server.

    Raises:
        app.runtime.AddressMissing: a server is configured, but not for the application.
    """
    require_address(settings, APP)
    yield _tried("Espacio en disco", lambda: _disk(settings))
    yield _tried("Llave raíz", lambda: _root(settings))
    if settings.embedded and not (settings.data_dir / "pgdata").is_dir():
        yield Check(
            "Servidor", ok=False, text=f"No hay instalación en {settings.data_dir}; `ruv serve` la crea."
        )
        return
    try:
        with database_urls(settings, create=False) as urls:
            yield from _of_the_database(settings, urls)
    except Exception as error:  # noqa: BLE001 - whatever keeps the server away is the finding
        yield Check("Servidor", ok=False, text=explained(error)[0])


def _of_the_database(settings: Settings, urls: dict[str, URL]) -> Iterator[Check]:
    with create_engine(urls[APP], poolclass=NullPool).connect() as connection:
        for name, look in (
            ("Servidor y rol", _server),
            ("Política", _policy),
            ("Llaves", partial(_keys, settings=settings)),
            ("Seguridad por filas", _row_security),
            ("Planes", _plans),
        ):
            yield _tried(name, partial(look, connection))
            connection.rollback()
    yield _tried("Migraciones", lambda: _migrations(settings, urls))


def _tried(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, ok=True, text=look())
    except Wrong as wrong:
        return Check(name, ok=False, text=str(wrong))
    except Exception as error:  # noqa: BLE001 - a check that cannot look is a finding, not a crash
        return Check(name, ok=False, text=explained(error)[0])


def _disk(settings: Settings) -> str:
    place = next(p for p in (settings.data_dir, *settings.data_dir.parents) if p.exists())
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE_BYTES:
        raise Wrong(f"Quedan {free >> 20} MiB en {place}; libere espacio: sin él no se atiende.")
    return f"{free >> 30} GiB libres en {place}"


def _root(settings: Settings) -> str:
    if settings.root_key_provider == "env":
        raise Wrong(
            "La llave raíz está en el entorno, que es solo para desarrollo; use RUV_ROOT_KEY_PROVIDER=file."
        )
    key = root_key(settings, create=False)
    return f"{key.current_id()} en {settings.root_key_path}, legible solo por su dueño"


def _server(connection: Connection) -> str:
    check_server(connection)
    version = connection.scalar(text("SELECT current_setting('server_version')"))
    return f"PostgreSQL {version}; el rol {APP} está sujeto a la seguridad por filas"


def _policy(connection: Connection) -> str:
    stored = set(connection.scalars(select(RoleGrant.policy_version)))
    if stored != {policy().version}:
        raise Wrong("La base de datos tiene otra política que este programa; ejecute `ruv db upgrade`.")
    return f"versión {policy().version}, {len(policy().roles)} funciones"


def _keys(connection: Connection, settings: Settings) -> str:
    ring = load_keyring(connection, root_key(settings, create=False))
    if missing := set(policy().compartments) - ring.purposes():
        raise Wrong(f"Faltan llaves de: {', '.join(sorted(missing))}; ejecute `ruv db upgrade`.")
    return f"se abren las llaves de los {len(policy().compartments)} compartimentos"


def _row_security(connection: Connection) -> str:
    unguarded = list(connection.scalars(_UNGUARDED, {"plain": sorted(PLAIN_TABLES)}))
    if unguarded:
        raise Wrong(
            f"Sin seguridad por filas forzada: {', '.join(unguarded)}. No atienda; ejecute `ruv db upgrade`."
        )
    return "forzada en todas las tablas de personas y cuentas"


def _plans(connection: Connection) -> str:
    orphans = connection.scalar(select(func.ruv.orphan_plans()))
    if orphans:
        raise Wrong(
            f"{orphans} planes en curso son de unidades que ya no los ven. Incorpore al caso a quien pueda"
            " responder de ellos; la UPE o la UDAVIT disponen cuál."
        )
    return "ninguno en curso queda con una unidad que no lo ve"


def _migrations(settings: Settings, urls: dict[str, URL]) -> str:
    if not settings.embedded and settings.database_owner_url is None:
        return "no se miraron: hace falta el dueño (RUV_DATABASE_OWNER_URL); la política coincide"
    head = ScriptDirectory(str(migrations_path())).get_current_head()
    with create_engine(urls[OWNER], poolclass=NullPool).connect() as connection:
        stored = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if stored != head:
        raise Wrong(
            f"La base de datos está en {stored or 'ninguna migración'} y el programa en {head}; "
            "ejecute `ruv db upgrade`."
        )
    return f"en {head}"
