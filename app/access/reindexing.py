"""Rebuild look-up tokens: the identities are opened here, and all that leaves is a keyed digest of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.access.actor import MAINTENANCE
from app.access.broken import Broken, note_broken
from app.audit import record_as
from app.db import driver_cursor, vault_of
from app.matching import person_of, tokens
from app.records import Values
from app.vault import KeyBroken, Keyring, Place, VaultError, open_json

_IDENTITY = "identity"
_BATCH = "SELECT * FROM ruv.reindex_batch(%(most)s)"
_PUT = (
    "SELECT ruv.put_tokens(%(records)s::bigint[], %(tokens)s::bigint[], %(kinds)s::smallint[],"
    " %(through)s, %(done)s)"
)


def reindex(session: Session, secret: bytes, most: int) -> int:
    """Add the tokens of the next records under a new index key, and note how far it came, all or nothing.

    Every version of an identity counts: a document once known keeps finding her. Recorded before any opens.

    Args:
        session: bound to `MAINTENANCE`.
        secret: the new key.
        most: records at once.

    Returns how many records were done; 0: none is left.

    Raises:
        Unavailable: the trace cannot be written.
        VaultError: a stored identity is lost or was tampered with; nothing of the batch is kept.
    """
    cursor = driver_cursor(session)
    cursor.execute(_BATCH, {"most": most})
    rows = cursor.fetchall()
    if not rows:
        return 0
    records = {row[0] for row in rows}
    detail = {"records": len(records), "first": rows[0][0], "last": rows[-1][0]}
    record_as(
        session, MAINTENANCE, "keys.reindex", compartments=[_IDENTITY], purpose="mantenimiento", detail=detail
    )
    marks = sorted(_marks(session, secret, rows))
    cursor.execute(
        _PUT,
        {
            "records": [mark[0] for mark in marks],
            "tokens": [mark[1] for mark in marks],
            "kinds": [mark[2] for mark in marks],
            "through": rows[-1][0],
            "done": len(records),
        },
    )
    return len(records)


def _marks(session: Session, secret: bytes, rows: Iterable[Sequence[Any]]) -> set[tuple[int, int, int]]:
    """Record, token and kind of each."""
    found: set[tuple[int, int, int]] = set()
    for row in rows:
        if row[2] is None:  # no identity at all
            continue
        try:
            person = person_of(_opened(vault_of(session), *row))
        except VaultError:
            note_broken(session, MAINTENANCE, Broken(_IDENTITY, [row[0]]))
            raise
        found.update((row[0], token.value, int(token.kind)) for token in tokens(secret, person))
    return found


def _opened(  # noqa: PLR0913, PLR0917 - the columns of a batch
    vault: Keyring,
    record_id: int,
    blob_id: int | None,
    version: int,
    schema_version: int,
    sealed: bytes,
    key_version: int,
    kek_id: int,
    wrapped: bytes,
) -> Values:
    if blob_id is None:  # its newest version is lost
        raise KeyBroken
    dek = vault.open_dek(_IDENTITY, record_id, key_version, kek_id, wrapped)
    place = Place("victim_blob", _IDENTITY, record_id, blob_id, version, schema_version)
    return open_json(dek, place, sealed)
