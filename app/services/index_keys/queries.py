"""The keys of the installation as rows: what they are for, their state, and how many tokens they made."""

from __future__ import annotations

from sqlalchemy import column, func, select
from sqlalchemy.orm import Session

from app.models import IndexRotation, Kek
from app.services.index_keys.views import KeyView, RotationView

IN_USE, OLDER, RETIRED = "en uso", "anterior", "retirada"


def stored_keys(session: Session) -> list[KeyView]:
    """Every key-encryption key and service secret, by purpose and version.

    `state`: in use (new values take it), older (still opens what it made), or retired. `tokens`: for index
    keys, the look-up tokens of that version.

    Args:
        session: bound to `SETUP`.
    """
    rows = session.execute(
        select(Kek.purpose, Kek.version, Kek.root_key_id, Kek.created_at, Kek.retired_at).order_by(
            Kek.purpose, Kek.version
        )
    ).all()
    counts = func.ruv.token_counts().table_valued(column("version"), column("tokens"))
    tokens = {row.version: row.tokens for row in session.execute(select(counts.c.version, counts.c.tokens))}
    newest = {row.purpose: row.version for row in rows if row.retired_at is None}
    return [
        {
            "purpose": row.purpose,
            "version": row.version,
            "state": _state(row.retired_at, row.version == newest.get(row.purpose)),
            "tokens": tokens.get(row.version, 0) if row.purpose == "index" else None,
            "root_key": row.root_key_id,
            "created_at": row.created_at,
            "retired_at": row.retired_at,
        }
        for row in rows
    ]


def rotation_under_way(session: Session) -> RotationView | None:
    """The change of the index key that has not ended, if there is one: version, records done, since when."""
    row = session.execute(
        select(Kek.version, IndexRotation.records, IndexRotation.started_at)
        .join(IndexRotation, IndexRotation.key_id == Kek.id)
        .where(IndexRotation.finished_at.is_(None))
    ).first()
    return {"version": row.version, "records": row.records, "started_at": row.started_at} if row else None


def _state(retired_at: object, newest: bool) -> str:
    if retired_at is not None:
        return RETIRED
    return IN_USE if newest else OLDER
