"""Engines, sessions, and the binding of the actor that row-level security works with."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import (
    URL,
    ClauseElement,
    Connection,
    Engine,
    QueuePool,
    UpdateBase,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.postgresql import psycopg as psycopg_dialect
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session as Session  # noqa: PLC0414 - routes take it from here
from sqlalchemy.orm import SessionTransaction

from app.bound import Bound
from app.errors import AppError, Conflict, Forbidden, Invalid, Unauthenticated, Unavailable
from app.models import Base
from app.vault import Keyring

_BLOCK = 64
_AFTERWARDS = "afterwards"
_BIND = "SELECT set_config('ruv.context', %(context)s, true)"
_BIND_SESSION = (
    "SELECT s.user_id, s.unit_id, s.role, s.supervisor"
    " FROM (SELECT set_config('ruv.context', %(context)s, true)) AS bound"
    " LEFT JOIN ruv.session_state(%(session)s) AS s ON true"
)
# Generic plans: every statement here looks rows up by keys, and planning anew costs more than it could win.
_SERVER_OPTIONS = (
    "-c statement_timeout=30s -c lock_timeout=4s -c idle_in_transaction_session_timeout=60s"
    " -c plan_cache_mode=force_generic_plan -c jit=off"
)


@dataclass(frozen=True, slots=True, repr=False)
class ContextSigner:
    """Signs the actor for the database: HMAC-SHA-256 (RFC 2104) over user, unit, institution, role, expiry.

    Both pads are what the database is given; the key itself never leaves the key ring.
    """

    inner_pad: bytes
    outer_pad: bytes
    seconds: int

    @classmethod
    def from_secret(cls, secret: bytes, seconds: int) -> ContextSigner:
        """Signer for the `context` secret; `seconds` is how long a bound context is accepted."""
        key = hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret
        key = key.ljust(_BLOCK, b"\0")
        return cls(bytes(b ^ 0x36 for b in key), bytes(b ^ 0x5C for b in key), seconds)

    def sign(self, actor: Bound) -> str:
        """The value of `ruv.context` for this actor, valid for `seconds` from now."""
        body = (
            f"{actor.user_id}|{actor.unit_id}|{actor.institution_id}|{actor.role}"
            f"|{int(actor.unit_wide)}|{int(time.time()) + self.seconds}"
        )
        inner = hashlib.sha256(self.inner_pad + body.encode()).digest()
        return f"{body}|{hashlib.sha256(self.outer_pad + inner).hexdigest()}"


class BoundSession(Session):
    """A session that binds its actor to each transaction; any other session is refused by the database."""


class Database:
    """The engines of one server, one for each database role the process uses."""

    def __init__(
        self,
        urls: Mapping[str, URL | str],
        vault: Keyring,
        witness: Path,
        *,
        context_seconds: int = 120,
        pool_size: int = 20,
        max_overflow: int = 30,
    ) -> None:
        """Build nothing yet: `urls` by database role, the key ring, how long a bound context is accepted.

        `witness`: the folder outside the database that knows which releases were drawn from it.
        """
        self._urls = dict(urls)
        self.witness = witness
        self.vault = vault
        self._signer = ContextSigner.from_secret(vault.secret("context"), context_seconds)
        self._pool = {"pool_size": pool_size, "max_overflow": max_overflow}
        self._engines: dict[str, Engine] = {}
        self.broken_seals = 0
        """Seals this process met broken, for the operator's metrics."""

    def engine(self, role: str = "ruv_app") -> Engine:
        """The engine of a database role, made at first use."""
        if role not in self._engines:
            pool = self._pool if role == "ruv_app" else {"pool_size": 2, "max_overflow": 8}
            self._engines[role] = create_engine(
                self._urls[role],
                connect_args={"options": _SERVER_OPTIONS},
                pool_pre_ping=False,
                pool_use_lifo=True,
                **pool,
            )
        return self._engines[role]

    def driver_arguments(self, role: str = "ruv_app") -> dict[str, Any]:
        """What the driver connects with as a database role, for a library that connects by itself."""
        url = make_url(self._urls[role])
        arguments: dict[str, Any] = _DIALECT.create_connect_args(url)[1]  # type: ignore[no-untyped-call]
        return arguments

    def open_session(self, actor: Bound) -> Session:
        """A session of the application role, bound to `actor` at each transaction's start.

        An actor with a `session_id` must still be signed in: the first statement checks it.
        """
        info = {"actor": actor, "signer": self._signer, "vault": self.vault, "database": self}
        return BoundSession(self.engine(), info=info, expire_on_commit=False, autoflush=False)

    @contextmanager
    def session(self, actor: Bound) -> Iterator[Session]:
        """One transaction for `actor`, as `transaction` says.

        Raises:
            Unavailable: the server is away.
            Unauthenticated: the actor's session is over.
        """
        session = self.open_session(actor)
        with transaction(session):
            yield session

    @contextmanager
    def reporting(self, role: str = "ruv_report") -> Iterator[Connection]:
        """A transaction of another database role (`ruv_report`, `ruv_release`); no actor is bound."""
        with self.engine(role).begin() as connection:
            yield connection

    def ready(self) -> bool:
        """Whether the server answers."""
        try:
            with self.engine().connect() as connection:
                connection.exec_driver_sql("SELECT 1")
        except DBAPIError:
            return False
        return True

    def pool_usage(self) -> tuple[int, int]:
        """Connections of the application role in use, and the pool's size."""
        pool = self.engine().pool
        if not isinstance(pool, QueuePool):
            return 0, 0
        return pool.checkedout(), pool.size()

    def dispose(self) -> None:
        """Close all pooled connections."""
        for engine in self._engines.values():
            engine.dispose()


@contextmanager
def transaction(session: Session) -> Iterator[None]:
    """The transaction of a session: committed at the end, rolled back on any exception but one that keeps.

    An error that `keeps_trace` was raised before anything but events was written; they stay. What was left
    for `afterwards` is done then, however it ended; the session is closed.

    Raises:
        Unavailable: the server is away.
        Unauthenticated: the actor's session is over.
    """
    answer: AppError | None = None
    try:
        with session.begin():
            try:
                yield
            except AppError as error:
                if not error.keeps_trace:
                    raise
                answer = error
        if answer is not None:
            raise answer
    except (OperationalError, PoolTimeout, psycopg.OperationalError) as error:
        raise Unavailable from error
    finally:
        session.close()
        for step in session.info.pop(_AFTERWARDS, ()):
            step(session.info["database"])


@event.listens_for(BoundSession, "after_begin")
def bind_actor(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    """Bind the session's actor to the transaction that begins, and check that it is still signed in.

    Raises:
        LookupError: the session has no actor; nothing may run without one.
        Unauthenticated: the sign-in session is over, or the account changed since the token was issued.
    """
    if transaction.nested:
        return
    actor: Bound | None = session.info.get("actor")
    if actor is None:
        raise LookupError("this session has no actor")
    context = session.info["signer"].sign(actor)
    if actor.session_id is None:
        connection.exec_driver_sql(_BIND, {"context": context})
        return
    row = connection.exec_driver_sql(_BIND_SESSION, {"context": context, "session": actor.session_id}).one()
    if row[0] != actor.user_id or row[1] != actor.unit_id or row[2] != actor.role:
        raise Unauthenticated("La sesión terminó. Inicie sesión de nuevo.")
    if actor.unit_wide != actor.sees_unit(supervisor=row[3]):
        raise Unauthenticated("Sus permisos cambiaron. Inicie sesión de nuevo.")


@contextmanager
def acting_as(session: Session, actor: Bound) -> Iterator[None]:
    """Bind `actor` instead of the session's own for a few statements of the same transaction; not nested.

    The session's own actor is bound again afterwards, whatever happened; in a transaction that the server has
    given up, nothing can be bound, and nothing can be read either.
    """
    signer: ContextSigner = session.info["signer"]
    connection = session.connection()
    connection.exec_driver_sql(_BIND, {"context": signer.sign(actor)})
    try:
        yield
    except BaseException:
        with suppress(DBAPIError):
            connection.exec_driver_sql(_BIND, {"context": signer.sign(session.info["actor"])})
        raise
    connection.exec_driver_sql(_BIND, {"context": signer.sign(session.info["actor"])})


def afterwards(session: Session, step: Callable[[Database], None]) -> None:
    """Do this in a transaction of its own once the session's has ended, however; the answer waits for it."""
    session.info.setdefault(_AFTERWARDS, []).append(step)


def vault_of(session: Session) -> Keyring:
    """The key ring that belongs to the session's database."""
    vault: Keyring = session.info["vault"]
    return vault


_DIALECT = psycopg_dialect.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A Core statement compiled once, for hot paths: run with named parameters on the driver's connection."""

    sql: str
    defaults: Mapping[str, Any]

    @classmethod
    def of(cls, statement: ClauseElement) -> Prepared:
        """Compile for psycopg; every bind parameter keeps its name."""
        compiled = statement.compile(dialect=_DIALECT)
        return cls(str(compiled), {k: v for k, v in compiled.params.items() if v is not None})

    def all(self, session: Session, **params: object) -> list[tuple[Any, ...]]:
        """Every row, as plain tuples."""
        cursor = driver_cursor(session)
        cursor.execute(self.sql, {**self.defaults, **params})
        return cursor.fetchall()


def driver_cursor(session: Session) -> psycopg.Cursor[tuple[Any, ...]]:
    """A cursor of the driver in the session's transaction, for statements that many requests run."""
    cursor: psycopg.Cursor[tuple[Any, ...]] = session.connection().connection.cursor()  # type: ignore[assignment]
    return cursor


def next_ids(session: Session, **counts: int) -> dict[str, list[int]]:
    """Draw keys from the tables' sequences in one round trip: `next_ids(s, plan=1, plan_objective=3)`.

    Rows of persons are written before their writer can see them, so RETURNING is not to be had.
    """
    parts = " UNION ALL ".join(
        f"SELECT '{table}', nextval('public.{table}_id_seq') FROM generate_series(1, {count:d})"  # noqa: S608
        for table, count in counts.items()
    )
    drawn: dict[str, list[int]] = {table: [] for table in counts}
    for table, key in session.connection().exec_driver_sql(parts):
        drawn[table].append(key)
    return drawn


def insert_rows(
    session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]], *, skip_present: bool = False
) -> None:
    """Insert rows (all with the same columns) in one statement, however many they are.

    The rows travel as one JSON value, so row-level security reads the actor once a statement, not once a
    row, and the statement's text does not depend on their number. Columns left out take their defaults.
    With `skip_present`, rows that a unique index holds already are left alone.
    """
    if not rows:
        return
    name = table.__tablename__
    columns = ", ".join(f'"{column}"' for column in rows[0])
    driver_cursor(session).execute(
        f'INSERT INTO "{name}" ({columns}) SELECT {columns}'  # noqa: S608 - names are the models' own
        f' FROM json_populate_recordset(NULL::"{name}", %(rows)s)'
        f"{' ON CONFLICT DO NOTHING' if skip_present else ''}",
        {"rows": json.dumps([dict(row) for row in rows], ensure_ascii=False, default=_plain)},
    )


def rows_changed(session: Session, statement: UpdateBase) -> int:
    """Run an UPDATE or a DELETE; how many rows it changed."""
    return session.connection().execute(statement).rowcount


def upsert_row(session: Session, table: type[Base], row: Mapping[str, Any]) -> None:
    """Insert one row, or write its columns over the row with the same primary key."""
    statement = pg_insert(table).values(**row)
    key = [column.name for column in table.__table__.primary_key]
    changed = {name: statement.excluded[name] for name in row if name not in key}
    session.execute(statement.on_conflict_do_update(index_elements=key, set_=changed))


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, date | uuid.UUID):
        return str(value)
    raise TypeError(f"no column holds a {type(value).__name__}")


UniqueViolation = psycopg.errors.UniqueViolation
"""What `insert_rows` raises when a unique index holds the row already."""

DATABASE_ERRORS: tuple[type[Exception], ...] = (SQLAlchemyError, psycopg.Error)
"""What the server's refusals arrive as."""

_NO_HEIR = "RP001"  # whoever leaves a case answers for its plan, and nobody who stays could
_REFUSED = "42501"  # insufficient_privilege: row-level security or a missing grant
_AWAY = {"57014", "55P03", "57P01", "57P02", "57P03", "53300", "40001", "40P01"}


def translated(error: Exception) -> AppError | None:
    """The answer a database error stands for, without any of its words; None for an unknown one."""
    original = getattr(error, "orig", None) or error
    state = getattr(original, "sqlstate", None)
    if state == _REFUSED:
        return Forbidden("Su función o su participación no permiten esta operación.")
    if state == _NO_HEIR:
        return Conflict(
            "La unidad que sale responde del plan y nadie más del caso podría: incorpore antes a otra que vea"
            " el plan y tenga a alguien a cargo del caso (por ejemplo, la UDAVIT o la UPE)."
        )
    away = isinstance(error, PoolTimeout) or isinstance(original, psycopg.OperationalError) or state in _AWAY
    if away or isinstance(error, OperationalError):
        return Unavailable()
    if isinstance(original, psycopg.IntegrityError):
        return Conflict("Ya existe o depende de algo que cambió. Vuelva a leer y repita.")
    if isinstance(original, psycopg.DataError | UnicodeError):
        return Invalid("Hay caracteres o números que no se pueden guardar. Revise los textos.")
    return None
