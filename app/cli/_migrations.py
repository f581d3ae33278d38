"""The guard rails of the migrations, run on a server of their own that is thrown away."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, NullPool, create_engine, make_url, text

from app.cli import _schema
from app.cli._console import Failure
from app.postgres import ServerOptions, create_roles_and_database, ensure_server
from app.postgres.names import OWNER
from app.schema import alembic_config, migrations_path

Progress = Callable[[str], None]
_NAMED = 10  # files, before the rest is only counted

# What a migration may leave behind, one line a thing: relations with owner and rights, columns, constraints,
# indexes, policies, triggers, functions, types, default rights.
_SNAPSHOT = """
WITH own AS (SELECT oid, nspname FROM pg_namespace WHERE nspname IN ('public', 'ruv', 'release')),
rel AS (SELECT c.*, own.nspname FROM pg_class c JOIN own ON own.oid = c.relnamespace
        WHERE c.relname NOT LIKE 'alembic_version%')
SELECT 'schema ' || nspname FROM own
UNION ALL SELECT format('relation %s.%s %s owner=%s acl=%s rls=%s/%s options=%s', nspname, relname, relkind,
       relowner::regrole, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(relacl) a), relrowsecurity,
       relforcerowsecurity, reloptions) FROM rel
UNION ALL SELECT format('column %s.%s.%s %s null=%s default=%s acl=%s', r.nspname, r.relname, a.attname,
       format_type(a.atttypid, a.atttypmod), NOT a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
       (SELECT array_agg(x::text ORDER BY x::text) FROM unnest(a.attacl) x))
       FROM rel r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
       LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
UNION ALL SELECT format('constraint %s.%s %s', r.nspname, k.conname, pg_get_constraintdef(k.oid))
       FROM rel r JOIN pg_constraint k ON k.conrelid = r.oid
UNION ALL SELECT 'index ' || pg_get_indexdef(i.indexrelid) FROM rel r JOIN pg_index i ON i.indrelid = r.oid
UNION ALL SELECT format('policy %s.%s %s %s %s %s %s %s', r.nspname, r.relname, p.polname, p.polcmd,
       p.polpermissive, (SELECT array_agg(o::regrole::text ORDER BY 1) FROM unnest(p.polroles) o),
       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
       FROM rel r JOIN pg_policy p ON p.polrelid = r.oid
UNION ALL SELECT 'trigger ' || pg_get_triggerdef(t.oid) FROM rel r JOIN pg_trigger t ON t.tgrelid = r.oid
       WHERE NOT t.tgisinternal
UNION ALL SELECT format('function %s owner=%s acl=%s %s', f.oid::regprocedure, f.proowner::regrole,
       (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(f.proacl) a), pg_get_functiondef(f.oid))
       FROM pg_proc f JOIN own ON own.oid = f.pronamespace WHERE f.prokind IN ('f', 'p')
UNION ALL SELECT format('type %s.%s', own.nspname, t.typname)
       FROM pg_type t JOIN own ON own.oid = t.typnamespace
       WHERE t.typtype IN ('c', 'd', 'e') AND t.typname NOT LIKE 'alembic_version%'
UNION ALL SELECT format('default acl %s %s', defaclobjtype, defaclacl) FROM pg_default_acl
ORDER BY 1
"""


@contextmanager
def empty_database(progress: Progress) -> Iterator[URL]:
    """A database with nothing in it, as its owner, on a server that is thrown away at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="ruv-migraciones-") as folder,
        ensure_server(Path(folder) / "datos", options=ServerOptions(grace=0.0), progress=progress) as server,
    ):
        create_roles_and_database(server.superuser_url())
        yield make_url(server.url(OWNER))
        server.close(wait=30.0)


def check_migrations(progress: Progress) -> list[str]:
    """Check the migrations on a temporary server; returns the findings in Spanish, none if all is well."""
    with empty_database(progress) as owner:
        return check_database(owner, progress)


def check_database(owner: URL, progress: Progress) -> list[str]:
    """Check the migrations in an empty database of `ruv_owner`.

    Every revision goes up, down and up again, and must leave the same things both times; the way down must
    leave nothing; the tables at the end must be those of the models; there is one head, and the files beside
    the migrations say what they come to.
    """
    with create_engine(owner, poolclass=NullPool).connect() as connection:
        config = quiet_config(connection)
        script = ScriptDirectory.from_config(config)
        heads = sorted(script.get_heads())
        if len(heads) != 1:
            return [_several(heads)]
        return [
            *_stairway(connection, config, script, progress),
            *model_differences(config),
            *outcome_differences(connection, heads[0]),
        ]


def write_outcome(owner: URL) -> list[str]:
    """Migrate an empty database and write the files that say what it holds; returns those that changed.

    Raises:
        Failure: there are several heads, or something of a kind that the pages do not show.
    """
    folder = migrations_path()
    with create_engine(owner, poolclass=NullPool).connect() as connection:
        config = quiet_config(connection)
        heads = sorted(ScriptDirectory.from_config(config).get_heads())
        if len(heads) != 1:
            raise Failure(_several(heads))
        command.upgrade(config, "head")
        changed = _schema.write(_schema.outcome(connection, heads[0]), folder)
    return [f"{folder.name}/{name}" for name in changed]


def outcome_differences(connection: Connection, head: str) -> list[str]:
    """Which files beside the migrations do not say what a database at their head holds."""
    folder = migrations_path()
    try:
        differing = _schema.differing(_schema.outcome(connection, head), folder)
    except Failure as unshown:
        return [unshown.message]
    if not differing:
        return []
    named = ", ".join(f"{folder.name}/{name}" for name in differing[:_NAMED])
    more = f" y {len(differing) - _NAMED} más" if len(differing) > _NAMED else ""
    return [f"No dicen lo que dejan las migraciones: {named}{more}. Ejecute `ruv db schema`."]


def _several(heads: list[str]) -> str:
    return f"Hay {len(heads)} cabezas: {', '.join(heads)}."


def _stairway(
    connection: Connection, config: Config, script: ScriptDirectory, progress: Progress
) -> list[str]:
    findings = []
    before = snapshot(connection)
    for revision in reversed([s.revision for s in script.walk_revisions()]):
        progress(f"Migración {revision}: ida, vuelta e ida.")
        command.upgrade(config, revision)
        after = snapshot(connection)
        command.downgrade(config, "-1")
        if left := snapshot(connection) ^ before:
            findings.append(f"La vuelta de {revision} no deja lo que había ({_some(left)}).")
        command.upgrade(config, revision)
        if left := snapshot(connection) ^ after:
            findings.append(f"La segunda ida de {revision} no da lo mismo ({_some(left)}).")
        before = after
    command.downgrade(config, "base")
    command.upgrade(config, "head")
    return findings


def snapshot(connection: Connection) -> frozenset[str]:
    """Everything the migrations may make, one line a thing."""
    lines = frozenset(connection.scalars(text(_SNAPSHOT)))
    connection.rollback()
    return lines


def model_differences(config: Config) -> list[str]:
    """What `alembic check` finds between the database and the models."""
    try:
        command.check(config)
    except CommandError as error:
        return [f"Los modelos y las migraciones difieren: {error}"]
    return []


def quiet_config(connection: Connection) -> Config:
    """Alembic on this connection, with its remarks thrown away."""
    config = alembic_config(connection)
    config.stdout = io.StringIO()
    return config


def _some(lines: frozenset[str]) -> str:
    return "; ".join(" ".join(line.split())[:80] for line in sorted(lines)[:3])
