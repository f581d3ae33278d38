"""Seal texts under the key a record has of one compartment. Opening is `app.access.opening`'s alone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session
from typing_extensions import TypedDict

from app.access.broken import Broken, note_broken
from app.db import vault_of
from app.errors import BrokenSeal
from app.models import VictimDek
from app.vault import Dek, Place, seal, seal_json

COORDINATION = "coordination"
"""Texts institutions write to each other about a case; no compartment of the matrix."""

SHELTER_SITE = "shelter_site"
"""Purpose of the keys of where shelters are: of no record, so no compartment of a person."""

DRAFT = "draft"
"""Purpose of the keys of forms not yet sent: their author's, of no record."""

TEXT_SCHEMA = 1
"""Version of the stored form of texts in rows."""


class Strand(NamedTuple):
    """Under which of a person's records something is sealed: policies ask for the person, keys the record."""

    victim_id: int
    record_id: int


class SealedAlone(TypedDict):
    """What is sealed under a data key of its own, as columns."""

    kek_id: int
    wrapped: bytes
    sealed: bytes


class SealedPiece(TypedDict):
    """A sealed piece of a file, as columns; `number` from 0."""

    number: int
    sealed: bytes
    key_version: int


class StoredKey(NamedTuple):
    """A record's data key of one compartment as stored: wrapped."""

    version: int
    kek_id: int
    wrapped: bytes


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
        BrokenSeal: it had one: another would hide that the old one is lost, and take its place. It is told.
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
    row = {**strand._asdict(), "compartment": compartment, "version": dek.version}
    try:
        session.execute(insert(VictimDek), [{**row, "kek_id": kek_id, "wrapped": wrapped}])
    except ProgrammingError as error:
        if not _had_one(error):
            raise
        note_broken(session, session.info["actor"], Broken(compartment, [strand.record_id], strand.victim_id))
        raise BrokenSeal from None
    return dek, dek.version


def _had_one(error: ProgrammingError) -> bool:
    """Whether a key was refused because this compartment of the record had one; the service cannot ask."""
    diagnosis = getattr(error.orig, "diag", None)
    return getattr(diagnosis, "constraint_name", None) == "sealed_before"


def seal_with(session: Session, key: StoredKey, place: Place, data: Mapping[str, object]) -> bytes:
    """Seal under a key that the caller has read already, for hot paths: `place` names the compartment."""
    dek = vault_of(session).open_dek(place.compartment, place.victim_id, *key)
    return seal_json(dek, place, data)


def seal_text(
    session: Session,
    compartment: str,
    strand: Strand,
    table: str,
    row_id: int,
    data: Mapping[str, object],
    *,
    row_version: int = 1,
) -> tuple[int, bytes]:
    """Seal the texts of one row (`data`, JSON-able) under the record's key of `compartment`.

    Returns the key version and the sealed bytes, both to be stored in the row.
    """
    dek, version = sealing_key(session, strand, compartment)
    place = Place(table, compartment, strand.record_id, row_id, row_version, TEXT_SCHEMA)
    return version, seal_json(dek, place, data)


def seal_site(session: Session, unit_id: int, version: int, data: Mapping[str, object]) -> SealedAlone:
    """A version of a shelter's site as columns of `shelter_site`, sealed under a data key of its own."""
    dek, kek_id, wrapped = vault_of(session).new_dek(SHELTER_SITE, unit_id, version)
    place = Place(SHELTER_SITE, SHELTER_SITE, unit_id, unit_id, version, TEXT_SCHEMA)
    return {"kek_id": kek_id, "wrapped": wrapped, "sealed": seal_json(dek, place, data)}


def draft_place(user_id: int, draft_id: int, version: int) -> Place:
    """Place of a draft: whose it is, which one, and which of its versions."""
    return Place(DRAFT, DRAFT, user_id, draft_id, version, TEXT_SCHEMA)


def seal_draft(
    session: Session, user_id: int, draft_id: int, version: int, data: Mapping[str, object]
) -> SealedAlone:
    """A version of a draft as `kek_id`, `wrapped` and `sealed`, under a data key of its own.

    Raises:
        ValueError: the texts have lone surrogates.
    """
    dek, kek_id, wrapped = vault_of(session).new_dek(DRAFT, user_id, version)
    sealed = seal_json(dek, draft_place(user_id, draft_id, version), data)
    return {"kek_id": kek_id, "wrapped": wrapped, "sealed": sealed}


CHUNK_BYTES: Final = 65_536
"""Bytes of a file in one sealed piece."""
URN: Final = "satisfaction"
"""Compartment whose key wraps those of answers that are nobody's."""
ANSWER_BYTES: Final = 512
"""Length that every answer is filled up to before it is sealed."""


def chunk_place(
    table: str, compartment: str, record_id: int, file_id: int, number: int, *, last: bool
) -> Place:
    """Place of a piece of a file: which file, which number, and whether another one follows.

    So a piece opens only where it was cut, and a file that lost its end is noticed (STREAM: Hoang,
    Reyhanitabar, Rogaway and Vizar, CRYPTO 2015).
    """
    return Place(table, compartment, record_id, file_id, number, 1 if last else 0)


def seal_chunks(
    session: Session, compartment: str, strand: Strand, table: str, file_id: int, content: bytes
) -> Iterator[SealedPiece]:
    """Sealed pieces of a file, as rows (`number` from 0, `sealed`, `key_version`), one at a time."""
    dek, version = sealing_key(session, strand, compartment)
    view = memoryview(content)
    for number, start in enumerate(range(0, max(len(content), 1), CHUNK_BYTES)):
        last = start + CHUNK_BYTES >= len(content)
        place = chunk_place(table, compartment, strand.record_id, file_id, number, last=last)
        sealed = seal(dek, place, bytes(view[start : start + CHUNK_BYTES]))
        yield {"number": number, "sealed": sealed, "key_version": version}


ANSWER_PLACE: Final = Place("satisfaction_urn", URN, 0, 0, 1, TEXT_SCHEMA)


def seal_answers(session: Session, answers: Mapping[str, str]) -> SealedAlone:
    """Seal answers that are nobody's, each under a key of its own and all to the same length.

    Returns `kek_id`, `wrapped` and `sealed`; the key that opens `wrapped` is outside the database.

    Raises:
        ValueError: the answers do not fit.
    """
    text = json.dumps(dict(answers), sort_keys=True, separators=(",", ":")).encode()
    if len(text) > ANSWER_BYTES:
        raise ValueError("the answers do not fit")
    dek, kek_id, wrapped = vault_of(session).new_dek(URN, 0)
    return {"kek_id": kek_id, "wrapped": wrapped, "sealed": seal(dek, ANSWER_PLACE, text.ljust(ANSWER_BYTES))}
