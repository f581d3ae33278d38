"""Change the index key while the service works.

The new key is in force at once beside the old one; the tokens of everybody are rebuilt under it, batch by
batch; then the old key retires and its tokens go. Where it stands is in the database, so that a rotation that
was cut off at any point is taken up by the next call.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import psycopg
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import OperationalError

from app.access.act import UPKEEP, Act
from app.access.actor import MAINTENANCE
from app.access.reindexing import reindex
from app.audit import record
from app.db import Database
from app.errors import Conflict, Unavailable
from app.models import IndexRotation, Kek
from app.postgres.names import OWNER
from app.services.index_keys.keys import index_keys
from app.vault import RootKey, new_wrapped_key

BATCH = 500
"""Records a transaction."""

Progress = Callable[[int, int], None]
"""Told after each batch: records done, and records in all."""

_SOLE = "SELECT pg_try_advisory_lock(1381324373, 2)"
_SOLE_NO_MORE = "SELECT pg_advisory_unlock(1381324373, 2)"
_ALONE = "SELECT pg_advisory_xact_lock(1381324373, 1)"
"""What `ruv.index_keys()` shares: taken alone, nobody is writing or looking up tokens."""
_PATIENCE = "SET LOCAL lock_timeout = '2s'"
"""Registrations queue behind a waiting rotation; it gives way after this, and comes back."""
_RETURNS = 30


@dataclass(frozen=True, slots=True)
class Rotated:
    """A rotation that ended: the version of the key now in force alone, and the records rebuilt."""

    version: int
    records: int


def rotate(database: Database, root: RootKey, progress: Progress, *, batch: int = BATCH) -> Rotated:
    """Begin a change of the index key, or take up the one that was cut off, and bring it to its end.

    Args:
        database: with the owner's role among its URLs.
        root: wraps the new key.
        progress: told after each batch.
        batch: records a transaction.

    Raises:
        Conflict: another rotation is at work.
        Unavailable: the database went away, or tokens were in use all the while; run it again.
        VaultError: an identity is lost or was tampered with; both keys stay in force until it is repaired.
    """
    with _sole(database):
        version = _alone(database, partial(_begin, root=root))
        _rebuild(database, version, batch, progress)
        _alone(database, partial(_retire_others, version=version))
        _drop_old_tokens(database, batch)
        with database.reporting(OWNER) as connection:
            records = _finish(connection)
        _note(database, version, "finished", records=records)
    return Rotated(version, records)


@contextmanager
def _sole(database: Database) -> Iterator[None]:
    """One rotation at a time; the server forgets the lock of a process that dies.

    Raises:
        Conflict: another is at work.
    """
    with database.engine(OWNER).connect() as connection:
        if not connection.exec_driver_sql(_SOLE).scalar_one():
            raise Conflict("Ya hay un cambio de llave en marcha; espere a que termine.")
        connection.rollback()
        try:
            yield
        finally:
            connection.exec_driver_sql(_SOLE_NO_MORE)
            connection.rollback()


def _alone(database: Database, step: Callable[[Connection], int]) -> int:
    """Run a step of the owner's while nobody writes or looks up tokens.

    Raises:
        Unavailable: somebody always did.
    """
    for _ in range(_RETURNS):
        try:
            with database.reporting(OWNER) as connection:
                connection.exec_driver_sql(_PATIENCE)
                connection.exec_driver_sql(_ALONE)
                return step(connection)
        except OperationalError as error:
            if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                raise
            time.sleep(1)
    raise Unavailable


def _begin(connection: Connection, root: RootKey) -> int:
    """The version of the key that is being brought in; drawn now if none is."""
    key, rotation = Kek, IndexRotation
    under_way = connection.scalar(
        select(key.version).join(rotation, rotation.key_id == key.id).where(rotation.finished_at.is_(None))
    )
    if under_way is not None:
        return under_way
    newest = connection.scalars(select(func.max(key.version)).where(key.purpose == "index")).one()
    made = new_wrapped_key(root, "index", newest + 1)
    key_id = connection.scalars(
        insert(key).returning(key.id),
        {
            "purpose": made.purpose,
            "version": made.version,
            "root_key_id": made.root_key_id,
            "wrapped": made.wrapped,
        },
    ).one()
    connection.execute(insert(rotation), {"key_id": key_id})
    return made.version


def _rebuild(database: Database, version: int, batch: int, progress: Progress) -> None:
    _note(database, version, "rebuild")
    under_way = IndexRotation.finished_at.is_(None)
    with database.session(MAINTENANCE) as session:
        done = session.scalars(select(IndexRotation.records).where(under_way)).one()
        total = done + session.scalars(select(func.ruv.reindex_left())).one()
    while True:
        with database.session(MAINTENANCE) as session:
            secret = next(key.secret for key in index_keys(session) if key.version == version)
            did = reindex(session, secret, batch)
        if not did:
            return
        done += did
        progress(done, max(total, done))  # others may register meanwhile


def _retire_others(connection: Connection, version: int) -> int:
    """Retire every index key but the new one; returns how many."""
    retired = connection.execute(
        update(Kek)
        .where(Kek.purpose == "index", Kek.version != version, Kek.retired_at.is_(None))
        .values(retired_at=func.now())
    )
    return retired.rowcount


def _drop_old_tokens(database: Database, batch: int) -> None:
    after: int | None = 0
    while after is not None:
        with database.session(MAINTENANCE) as session:
            after = session.scalars(select(func.ruv.drop_tokens(after, batch))).one()


def _finish(connection: Connection) -> int:
    return connection.scalars(
        update(IndexRotation)
        .where(IndexRotation.finished_at.is_(None))
        .values(finished_at=func.now())
        .returning(IndexRotation.records)
    ).one()


def _note(database: Database, version: int, step: str, **counts: int) -> None:
    with database.session(MAINTENANCE) as session:
        detail: dict[str, object] = {"purpose": "index", "version": version, "step": step, **counts}
        record(Act(session, UPKEEP), "keys.rotate", purpose="mantenimiento", detail=detail)
