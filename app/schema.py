"""Bring a database to this version: migrations, the compiled policy, the keys and the context key.

Runs as `ruv_owner`, never as the application.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, delete, func, insert, select, text

from app.access.mandates import mandate_rows
from app.access.policy import grant_rows, policy
from app.access.sealing import COORDINATION, DRAFT, SHELTER_SITE
from app.db import ContextSigner
from app.models import Kek, MandateGrant, RoleGrant
from app.vault import SECRET_PURPOSES, Keyring, RootKey, WrappedKey, new_envelope_key, new_wrapped_key

INSTALL_LOCK = 0x5255_5602


def migrations_path() -> Path:
    """The migrations: beside the package in a checkout, inside it in an installed wheel."""
    package = Path(str(resources.files("app")))
    beside = package.parent / "migrations"
    return beside if (beside / "env.py").exists() else package / "_migrations"


def run_sql(connection: Connection, name: str) -> None:
    """Run a file of `migrations/sql` as it stands (the driver, not SQLAlchemy, so that % means nothing)."""
    with connection.connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute((migrations_path() / "sql" / name).read_text(encoding="utf-8"))


def alembic_config(connection: Connection) -> Config:
    """Alembic, working on this connection."""
    config = Config()
    config.set_main_option("script_location", str(migrations_path()))
    config.attributes["connection"] = connection
    return config


@contextmanager
def one_at_a_time(connection: Connection, progress: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the installers' lock: a second process waits, without a limit, and then finds everything done."""
    key = {"key": INSTALL_LOCK}
    if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), key):
        if progress is not None:
            progress("Otro proceso lleva esta base de datos a su versión; se espera a que termine.")
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), key)
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": INSTALL_LOCK})
        connection.commit()


def has_keys(connection: Connection) -> bool:
    """Whether the database holds keys already, wrapped by some root key."""
    found = connection.scalar(text("SELECT to_regclass('public.kek') IS NOT NULL"))
    held = bool(found) and connection.scalar(select(Kek.id).limit(1)) is not None
    connection.rollback()
    return held


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Apply the migrations up to `revision`, then the policy and the keys the code of today expects."""
    command.upgrade(alembic_config(connection), revision)


def sync_policy(connection: Connection) -> None:
    """Write the compiled matrix and the mandates where row-level security reads them."""
    connection.execute(delete(RoleGrant))
    connection.execute(insert(RoleGrant), grant_rows(policy()))
    connection.execute(delete(MandateGrant))
    connection.execute(insert(MandateGrant), mandate_rows())
    connection.commit()


def load_keyring(connection: Connection, root: RootKey) -> Keyring:
    """The key ring of this installation.

    Raises:
        KeyBroken, UnknownKey: the root key is not the one that wrapped the stored keys.
    """
    rows = connection.execute(
        select(Kek.id, Kek.purpose, Kek.version, Kek.root_key_id, Kek.wrapped).where(Kek.retired_at.is_(None))
    )
    ring = Keyring(root, [WrappedKey(*row) for row in rows])
    connection.rollback()
    return ring


def create_missing_keys(connection: Connection, root: RootKey, token_key: bytes) -> None:
    """Create a key for each purpose that has none: compartments, coordination, drafts, sites, secrets.

    Content digests (rows imported, requests made) were keyed by the index key before they had a key of their
    own, so theirs begins as the index key where there is one: what was stored stays recognisable, and the
    index key can be changed.

    Args:
        token_key: PEM of a fresh ES256 key, stored if there is none yet.
    """
    ring = load_keyring(connection, root)
    given = {"token": token_key, "outbox": new_envelope_key()}
    if "index" in ring.purposes():
        given["digest"] = ring.secret("index")
    wanted = [*policy().compartments, COORDINATION, DRAFT, SHELTER_SITE, *sorted(SECRET_PURPOSES)]
    connection.execute(text("LOCK TABLE kek IN SHARE ROW EXCLUSIVE MODE"))
    present = set(connection.scalars(select(Kek.purpose).distinct()))
    for purpose in wanted:
        if purpose in present:
            continue
        key = new_wrapped_key(root, purpose, 1, given.get(purpose))
        connection.execute(
            insert(Kek).values(
                purpose=key.purpose, version=key.version, root_key_id=key.root_key_id, wrapped=key.wrapped
            )
        )
    connection.commit()


def sync_context_key(connection: Connection, signer: ContextSigner) -> None:
    """Give the database what it checks signed contexts with."""
    connection.execute(select(func.ruv.set_context_key(signer.inner_pad, signer.outer_pad)))
    connection.commit()
