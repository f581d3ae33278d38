"""Database roles, the database, and the refusal to run with a role that row-level security does not bind."""

import re
from typing import TYPE_CHECKING, Any, Final

from app.postgres.binaries import require_version
from app.postgres.errors import UnsafeRoleError
from app.postgres.names import APP, DATABASE, GUARD, OWNER, REPORT, ROLES, SEALER

if TYPE_CHECKING:
    import psycopg
    import sqlalchemy

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_ATTRIBUTES = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
_SETUP_LOCK = (
    0x527576  # advisory lock key: processes that start together create the roles one after the other
)

_FACTS: Final = """
select current_setting('server_version_num')::int,
       exists (select from pg_roles r where r.rolsuper and pg_has_role(current_user, r.oid, 'MEMBER')),
       exists (select from pg_roles r where r.rolbypassrls and pg_has_role(current_user, r.oid, 'MEMBER')),
       exists (select from pg_database d
                where d.datname = current_database() and pg_has_role(current_user, d.datdba, 'MEMBER'))
       or exists (select from pg_class c
                   where c.relkind in ('r', 'p') and c.relpersistence <> 't' and c.oid >= 16384
                     and pg_has_role(current_user, c.relowner, 'MEMBER'))
"""


def _checked(dbname: str) -> str:
    if not _NAME.fullmatch(dbname):
        raise ValueError("El nombre de la base de datos solo lleva minúsculas, cifras y guion bajo.")
    return dbname


def _create_role(role: str) -> str:
    caught = "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL"
    return f"DO $$ BEGIN CREATE ROLE {role}; {caught}; END $$"


def _role_statements() -> list[str]:
    statements = []
    for role in ROLES:
        statements.append(_create_role(role))
        statements.append(f"ALTER ROLE {role} {_ATTRIBUTES}")
    statements += [
        _create_role(GUARD),
        f"ALTER ROLE {GUARD} NO{_ATTRIBUTES}",
        # Not inherited: policies for the guard must not bind the owner; SET ROLE hands its functions over.
        f"ALTER ROLE {OWNER} NOINHERIT",
        f"GRANT {GUARD} TO {OWNER}",
    ]
    return statements


def _create_database(dbname: str) -> str:
    return f"CREATE DATABASE {dbname} OWNER {OWNER} TEMPLATE template0 ENCODING 'UTF8'"


def _database_statements(dbname: str) -> list[str]:
    """Statements to run inside the database: nothing for PUBLIC, a connection for the five roles."""
    return [
        f"ALTER DATABASE {dbname} OWNER TO {OWNER}",
        f"ALTER DATABASE {dbname} SET timezone = 'UTC'",
        f"REVOKE ALL ON DATABASE {dbname} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {dbname} TO {', '.join(ROLES)}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT ALL ON SCHEMA public TO {OWNER}",
        # The guard's too: on PostgreSQL 15 the owner, who inherits nothing, cannot pass the schema on.
        f"GRANT USAGE ON SCHEMA public TO {APP}, {SEALER}, {REPORT}, {GUARD}",
    ]


def setup_sql(dbname: str = DATABASE) -> str:
    """The same set-up as a psql script, for the administrator of a real server; it holds no password.

    Raises:
        ValueError: the name is no plain identifier.
    """
    name = _checked(dbname)
    create = f"SELECT '{_create_database(name).replace(chr(39), chr(39) * 2)}'"
    lines = [
        "-- RUV-Trata: roles y base de datos. Ejecútelo con psql como superusuario; se puede repetir.",
        "-- Dé después a cada rol su forma de entrar (certificado, peer o contraseña SCRAM).",
        r"\set ON_ERROR_STOP on",
        *(f"{statement};" for statement in _role_statements()),
        create,
        rf" WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \gexec",
        rf"\connect {name}",
        *(f"{statement};" for statement in _database_statements(name)),
    ]
    return "\n".join(lines) + "\n"


def create_roles_and_database(superuser_url: str, dbname: str = DATABASE) -> str:
    """Create, or set right, the five roles and the database of `ruv_owner`; may be repeated at any time.

    Args:
        superuser_url: SQLAlchemy URL of a superuser (`ServerHandle.superuser_url()`).
        dbname: the database to make.

    Returns:
        the psql script with the same effect (`setup_sql`).

    Raises:
        ValueError: the name is no plain identifier.
        sqlalchemy.exc.DBAPIError: the server refused.
    """
    import sqlalchemy as sa  # noqa: PLC0415 - the supervisor imports this package without it

    name = _checked(dbname)
    url = sa.make_url(superuser_url)
    engine = _engine(url)
    try:
        with engine.connect() as conn:
            conn.exec_driver_sql(f"SELECT pg_advisory_lock({_SETUP_LOCK})")
            for statement in _role_statements():
                conn.exec_driver_sql(statement)
            found = conn.execute(sa.text("SELECT 1 FROM pg_database WHERE datname = :n"), {"n": name})
            if found.first() is None:
                conn.exec_driver_sql(_create_database(name))
            _inside(url.set(database=name), _database_statements(name))
    finally:
        engine.dispose()
    return setup_sql(name)


def _engine(url: "sqlalchemy.URL") -> "sqlalchemy.Engine":
    import sqlalchemy as sa  # noqa: PLC0415

    return sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)


def _inside(url: "sqlalchemy.URL", statements: list[str]) -> None:
    engine = _engine(url)
    try:
        with engine.connect() as conn:
            for statement in statements:
                conn.exec_driver_sql(statement)
    finally:
        engine.dispose()


def check_server(conn: "psycopg.Connection[Any] | sqlalchemy.Connection") -> None:
    """Refuse a connection the application must not run on.

    Row-level security does not bind a superuser, a BYPASSRLS role, or the owner of a table; older servers
    have known holes in it (CVE-2025-8713). Membership counts like the role itself, since SET ROLE reaches it.

    Raises:
        VersionError: the server is older than 15.14, 16.10 or 17.6.
        UnsafeRoleError: the role is, or may become, a superuser, a BYPASSRLS role or an owner.
    """
    number, superuser, bypass, owner = _facts(conn)
    require_version(number // 10_000, number % 10_000)
    if superuser:
        raise UnsafeRoleError(f"La aplicación no arranca como superusuario de PostgreSQL; use el rol {APP}.")
    if bypass:
        raise UnsafeRoleError(f"El rol de la conexión tiene BYPASSRLS; use el rol {APP}.")
    if owner:
        raise UnsafeRoleError(f"El rol de la conexión es dueño de las tablas; use el rol {APP}.")


def _facts(conn: "psycopg.Connection[Any] | sqlalchemy.Connection") -> tuple[int, bool, bool, bool]:
    import psycopg  # noqa: PLC0415

    row = (
        conn.execute(_FACTS).fetchone()
        if isinstance(conn, psycopg.Connection)
        else conn.exec_driver_sql(_FACTS).fetchone()
    )
    if row is None:
        raise UnsafeRoleError("El servidor no dice con qué rol se entra.")
    return int(row[0]), bool(row[1]), bool(row[2]), bool(row[3])
