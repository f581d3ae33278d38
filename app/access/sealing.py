"""Seal texts under the key a record has of one compartment. Opening is `app.access.opening`'s alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.db import vault_of
from app.models import VictimDek
from app.vault import Dek, Place, seal_json

COORDINATION = "coordination"
"""Texts institutions write to each other about a case; no compartment of the matrix."""

TEXT_SCHEMA = 1
"""Version of the stored form of texts in rows."""


class Strand(NamedTuple):
    """Under which of a person's records something is sealed: policies ask for the person, keys the record."""

    victim_id: int
    record_id: int


def current_key(session: Session, strand: Strand, compartment: str) -> tuple[Dek, int] | None:
    """The record's newest data key of a compartment and its version, or None if it has none yet.

    For sealing only; whoever opens goes through `open_compartments` or `open_rows`, which record first.
    """
    row = session.execute(
        select(VictimDek.version, VictimDek.kek_id, VictimDek.wrapped)
        .where(
            VictimDek.victim_id == strand.victim_id,
            VictimDek.record_id == strand.record_id,
            VictimDek.compartment == compartment,
        )
        .order_by(VictimDek.version.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return vault_of(session).open_dek(
        compartment, strand.record_id, row.version, row.kek_id, row.wrapped
    ), row.version


def sealing_key(session: Session, strand: Strand, compartment: str) -> tuple[Dek, int]:
    """The record's data key of a compartment, drawn now if it has none yet, and its version.

    Raises:
        sqlalchemy.exc.ProgrammingError: row-level security refuses (out of scope or may not write).
    """
    # One writer at a time draws the first key of a compartment; the second finds it.
    found = current_key(session, strand, compartment)
    if found is not None:
        return found
    session.execute(select(func.pg_advisory_xact_lock(strand.victim_id)))
    found = current_key(session, strand, compartment)
    if found is not None:
        return found
    dek, kek_id, wrapped = vault_of(session).new_dek(compartment, strand.record_id)
    session.execute(
        insert(VictimDek),
        [
            {
                **strand._asdict(),
                "compartment": compartment,
                "version": dek.version,
                "kek_id": kek_id,
                "wrapped": wrapped,
            }
        ],
    )
    return dek, dek.version


def seal_text(
    session: Session,
    compartment: str,
    strand: Strand,
    table: str,
    row_id: int,
    data: Mapping[str, Any],
    *,
    row_version: int = 1,
) -> tuple[int, bytes]:
    """Seal the texts of one row (`data`, JSON-able) under the record's key of `compartment`.

    Returns the key version and the sealed bytes, both to be stored in the row.
    """
    dek, version = sealing_key(session, strand, compartment)
    place = Place(table, compartment, strand.record_id, row_id, row_version, TEXT_SCHEMA)
    return version, seal_json(dek, place, data)
