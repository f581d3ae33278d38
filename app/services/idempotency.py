"""A repeated creation answers as the first one did, and creates nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import SCHEDULER
from app.db import Database, insert_rows
from app.errors import Invalid, KeyReused
from app.models import IdempotencyKey

LIFE_DAYS: Final = 90
"""How long a key is remembered, in days: longer than what was written without a connection is taken."""
BATCH: Final = 5_000
BATCHES: Final = 20
"""At most this many batches of keys a sweep."""


def replayed(act: Act, key: str | None, operation: str, payload: object) -> str | None:
    """The code the first request with this key created, or None if this is the first.

    Two requests with the same key at the same moment run one after the other.

    Raises:
        KeyReused: the key was used for another operation or other data.
    """
    if key is None:
        return None
    lock = int.from_bytes(
        hashlib.sha256(f"{act.actor.user_id}\0{key}".encode()).digest()[:8], "big", signed=True
    )
    act.session.execute(select(func.pg_advisory_xact_lock(lock)))
    row = act.session.execute(
        select(IdempotencyKey.operation, IdempotencyKey.request_hash, IdempotencyKey.result_code).where(
            IdempotencyKey.user_id == act.actor.user_id, IdempotencyKey.key == key
        )
    ).first()
    if row is None:
        return None
    if (row.operation, row.request_hash) != (operation, _digest(act.session, payload)):
        raise KeyReused
    return str(row.result_code)


def once(act: Act, key: str | None, operation: str, payload: object, create: Callable[[], str]) -> str:
    """The code that `create` made under this key, now or the first time; without a key, now.

    Raises:
        KeyReused: the key was used for another operation or other data.
        AppError: whatever `create` raises; then nothing is kept of the key.
    """
    code = replayed(act, key, operation, payload)
    if code is None:
        code = create()
        remember(act, key, operation, payload, code)
    return code


def made_with(act: Act, key: str, operation: str) -> str | None:
    """The code an operation created with this key, for who asks after it without its data."""
    return act.session.scalar(
        select(IdempotencyKey.result_code).where(
            IdempotencyKey.user_id == act.actor.user_id,
            IdempotencyKey.key == key,
            IdempotencyKey.operation == operation,
        )
    )


def remember(act: Act, key: str | None, operation: str, payload: object, code: str) -> None:
    """Keep what this key created; does nothing without a key."""
    if key is not None:
        row = {
            "user_id": act.actor.user_id,
            "key": key,
            "operation": operation,
            "request_hash": _digest(act.session, payload),
            "result_code": code,
        }
        insert_rows(act.session, IdempotencyKey, [row])


def sweep_keys(database: Database, *, batch: int = BATCH, batches: int = BATCHES) -> int:
    """Throw away keys of over `LIFE_DAYS` days, a batch a transaction; how many.

    What is left after `batches` waits for the next sweep.
    """
    gone = 0
    for _ in range(batches):
        with database.session(SCHEDULER) as session:
            last: int = session.scalar(select(func.ruv.sweep_idempotency_keys(batch))) or 0
        gone += last
        if last < batch:
            break
    return gone


def _digest(session: Session, payload: object) -> bytes:
    """Keyed: a plain hash of a name or document could be guessed by whoever reads the table."""
    try:
        text = json.dumps(payload, ensure_ascii=True, sort_keys=True, default=str)
    except RecursionError:
        raise Invalid("Los datos enviados están demasiado anidados.") from None
    secret: bytes = session.info["vault"].secret("digest")
    return hashlib.blake2b(text.encode(), key=secret, digest_size=32).digest()
