"""Alembic environment: one migration at a time (advisory lock), short locks, a transaction each."""

from alembic import context
from sqlalchemy import Connection, text

from app.models import Base

ADVISORY_LOCK = 0x5255_5601
"""Two migrators never run together; the second waits and then finds nothing to do."""


def include_object(_object: object, name: str | None, kind: str, _reflected: bool, _compare: object) -> bool:
    """Schemas `public` and `release` belong to the models; `ruv` (functions, context key) to SQL files."""
    return not (kind == "table" and name in {"context_key", "alembic_version"})


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Compare the schemas of the models only."""
    return kind != "schema" or name in {None, "release"}


def run(connection: Connection) -> None:
    """Migrate on the given connection of `ruv_owner`."""
    # The turn is waited for without a limit; only the tables of a service at work are given up on.
    connection.execute(text("SET lock_timeout = 0"))
    connection.execute(text("SET statement_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
    connection.execute(text("SET lock_timeout = '4s'"))
    connection.execute(text("SET statement_timeout = '300s'"))
    connection.commit()
    try:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
            compare_server_default=True,
            include_schemas=True,
            include_object=include_object,
            include_name=include_name,
        )
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ADVISORY_LOCK})
        connection.commit()


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    run(context.config.attributes["connection"])
