"""Open the texts in rows: consult the policy, record who opens what, then decrypt.

They are the reasons, messages, objectives and notes of a case, sealed under the key of a compartment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.broken import Broken, note_broken
from app.access.policy import policy
from app.access.sealing import COORDINATION, TEXT_SCHEMA, Strand
from app.audit.record import record
from app.db import vault_of
from app.errors import BrokenSeal, Forbidden
from app.models import VictimDek
from app.records import Values
from app.vault import Dek, Place, VaultError, open_json


@dataclass(frozen=True, slots=True)
class SealedRow:
    """Sealed texts of one row, as stored."""

    row_id: int
    key_version: int | None
    sealed: bytes | None
    row_version: int = 1


def open_rows(
    act: Act,
    compartment: str,
    strand: Strand,
    table: str,
    rows: Sequence[SealedRow],
    *,
    action: str,
) -> list[Values]:
    """Open the texts of rows the actor was shown by a scoped query, after recording it.

    The order is that of `rows`; a row without sealed texts gives an empty dictionary.

    Raises:
        Forbidden: the role does not open this compartment at all.
        Unavailable: the trace cannot be written.
        BrokenSeal: a row or its key is lost or was tampered with. It is told.
    """
    opened = open_rows_left(act, compartment, strand, table, rows, action=action)
    found = [one for one in opened if one is not None]
    if len(found) < len(opened):
        raise BrokenSeal
    return found


def open_rows_left(
    act: Act,
    compartment: str,
    strand: Strand,
    table: str,
    rows: Sequence[SealedRow],
    *,
    action: str,
) -> list[Values | None]:
    """As `open_rows`, for who shows the rest without what does not open: None where a row is a broken seal.

    Raises:
        Forbidden: the role does not open this compartment at all.
        Unavailable: the trace cannot be written.
    """
    if compartment != COORDINATION and not policy().opens(act.actor.role, compartment):
        raise Forbidden("Su función no abre esta parte del registro.")
    record(
        act, action, victim_id=strand.victim_id, compartments=[compartment], purpose=act.purpose,
        detail={"table": table, "rows": len(rows)},
    )  # fmt: skip
    opened = _opened_rows(act.session, compartment, strand, table, rows)
    if None in opened:
        note_broken(act.session, act.actor, Broken(compartment, [strand.record_id], strand.victim_id))
    return opened


def _opened_rows(
    session: Session, compartment: str, strand: Strand, table: str, rows: Sequence[SealedRow]
) -> list[Values | None]:
    wanted = {row.key_version for row in rows if row.sealed is not None}
    key = VictimDek
    stored = session.execute(
        select(key.version, key.kek_id, key.wrapped).where(
            key.victim_id == strand.victim_id,
            key.record_id == strand.record_id,
            key.compartment == compartment,
            key.version.in_(wanted),
        )
    )
    vault = vault_of(session)
    deks = {}
    for r in stored:
        with suppress(VaultError):
            deks[r.version] = vault.open_dek(compartment, strand.record_id, r.version, r.kek_id, r.wrapped)
    return [_opened_row(deks, compartment, strand, table, row) for row in rows]


def _opened_row(
    deks: Mapping[int, Dek], compartment: str, strand: Strand, table: str, row: SealedRow
) -> Values | None:
    """The texts of a row; None where they or their key are lost or altered."""
    if row.sealed is None:
        return {}
    dek = deks.get(row.key_version or 0)
    if dek is None:
        return None
    place = Place(table, compartment, strand.record_id, row.row_id, row.row_version, TEXT_SCHEMA)
    try:
        return open_json(dek, place, row.sealed)
    except VaultError:
        return None
