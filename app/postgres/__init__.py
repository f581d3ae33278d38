"""The embedded PostgreSQL: programs, cluster, supervisor, roles.

    from app.postgres import ensure_server, create_roles_and_database, check_server

    with ensure_server(data_dir, progress=print) as server:           # starts it, or joins the running one
        create_roles_and_database(server.superuser_url())             # idempotent
        engine = create_engine(server.url("ruv_app"))                 # postgresql+psycopg://ruv_app@/ruv?host=...

- `ensure_server(data_dir, *, progress=None, options=None) -> ServerHandle`
- `ServerHandle.url(role, dbname="ruv")`, `.superuser_url(dbname="postgres")`, `.close(wait=0.0)`,
  `.socket_dir`, `.version`, `.data_dir`
- `ServerOptions(bin_dir=None, account=None, grace=5.0)`
- `create_roles_and_database(superuser_url, dbname="ruv") -> str` and `setup_sql(dbname="ruv") -> str`
- `check_server(conn)` on a psycopg or SQLAlchemy connection of the application's role
- errors: `PostgresError` and below it `BinariesError`, `VersionError`, `AccountError`, `ServerStartError`,
  `UnsafeRoleError`; their text is Spanish and meant for the operator.
"""

from app.postgres.errors import (
    AccountError,
    BinariesError,
    PostgresError,
    ServerStartError,
    UnsafeRoleError,
    VersionError,
)
from app.postgres.names import DATABASE, ROLES
from app.postgres.options import ServerOptions
from app.postgres.roles import check_server, create_roles_and_database, setup_sql
from app.postgres.server import ServerHandle, ensure_server

__all__ = [
    "DATABASE",
    "ROLES",
    "AccountError",
    "BinariesError",
    "PostgresError",
    "ServerHandle",
    "ServerOptions",
    "ServerStartError",
    "UnsafeRoleError",
    "VersionError",
    "check_server",
    "create_roles_and_database",
    "ensure_server",
    "setup_sql",
]
