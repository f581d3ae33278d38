"""What can go wrong with the embedded server; every text is Spanish and holds no personal value."""


class PostgresError(RuntimeError):
    """Base of every failure of the embedded PostgreSQL; its text is shown to the operator as it is."""


class BinariesError(PostgresError):
    """No usable PostgreSQL programs: absent, unreadable for the server's account, or not runnable."""


class VersionError(PostgresError):
    """The server is older than the last row-level-security fixes (15.14, 16.10, 17.6)."""


class AccountError(PostgresError):
    """The operating-system account that is to run the server does not exist or does not fit the data."""


class ServerStartError(PostgresError):
    """The server could not be started; the text says why and where its log is."""


class UnsafeRoleError(PostgresError):
    """The connection would bypass row-level security: superuser, BYPASSRLS, or owner of the tables."""


def error_named(kind: str, message: str) -> PostgresError:
    """The error a supervisor met, from what it wrote about it; an unknown kind is a `ServerStartError`."""
    known = {cls.__name__: cls for cls in (BinariesError, VersionError, AccountError)}
    return known.get(kind, ServerStartError)(message)
