"""The only way to a key: consult the policy, record who opens what, then decrypt.

Two kinds of sealed data: a person's compartments (one blob a version) and the texts in rows of a case
(reasons, messages, objectives, notes), sealed with the record's key of one compartment.

A person may be several records. Of a compartment that more than one of them filled, one strand is shown: that
of her own record, else the one written last. The others keep their versions, and are told as being there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from app.access.actor import Actor
from app.access.policy import OPENING, Level, policy
from app.access.sealing import COORDINATION, SHELTER_SITE, TEXT_SCHEMA, Strand
from app.access.standing import Standing
from app.audit.record import record
from app.db import Prepared, vault_of
from app.errors import Forbidden
from app.models import CompartmentHead, ShelterSite, VictimBlob, VictimDek
from app.records import own_items, partial_view
from app.vault import Place, open_json


@dataclass(frozen=True, slots=True)
class Filled:
    """That a compartment is filled: version, since when, by which unit."""

    version: int
    since: datetime
    updated_at: datetime
    unit: str
    """Name of the unit; which shelter it is may be reserved for the reader."""


def shown_record(victim_id: int, strands: Mapping[int, datetime]) -> int:
    """Which record's strand of a compartment is shown, given who filled it and when each last wrote."""
    return victim_id if victim_id in strands else max(strands, key=lambda record: (strands[record], record))


@dataclass(slots=True)
class Opened:
    """What an actor gets to see of a person's compartments."""

    levels: dict[str, Level]
    data: dict[str, dict[str, Any]] = field(default_factory=dict)
    filled: dict[str, Filled] = field(default_factory=dict)
    not_shown: dict[int, list[str]] = field(default_factory=dict)
    """Of each merged record that filled a compartment the actor knows of: those whose strand is not shown."""


def _sealed_statement() -> Prepared:
    head, blob, key = CompartmentHead, VictimBlob, VictimDek
    unit = func.ruv.head_units(bindparam("victim")).table_valued(
        "compartment", "record_id", "unit_name", name="behind"
    )
    return Prepared.of(
        select(
            head.compartment, head.record_id, head.version, head.filled_at, head.updated_at,
            unit.c.unit_name,
            blob.id, blob.schema_version, blob.sealed, key.version, key.kek_id, key.wrapped,
        )
        .join(unit, and_(unit.c.compartment == head.compartment, unit.c.record_id == head.record_id))
        .outerjoin(
            blob,
            and_(
                blob.victim_id == head.victim_id,
                blob.record_id == head.record_id,
                blob.compartment == head.compartment,
                blob.version == head.version,
            ),
        )
        .outerjoin(
            key,
            and_(
                key.victim_id == head.victim_id,
                key.record_id == head.record_id,
                key.compartment == head.compartment,
                key.version == blob.key_version,
            ),
        )
        .where(head.victim_id == bindparam("victim"))
    )  # fmt: skip


_SEALED = _sealed_statement()


def open_compartments(  # noqa: PLR0913
    session: Session,
    actor: Actor,
    victim_id: int,
    stand: Standing,
    *,
    purpose: str,
    action: str = "victims.read",
    names: Iterable[str] | None = None,
    faces: Mapping[str, Mapping[str, Any]] | None = None,
) -> Opened:
    """Open what the policy lets this actor see of a person, after recording it.

    Args:
        stand: the actor's standing to her (`standing`), which is what put her in scope.
        names: compartments wanted; all by default.
        faces: clear values by compartment, put through the same level and partial rules.

    Raises:
        Unavailable: the trace cannot be written.
        SealBroken: a stored blob was tampered with.
    """
    known = {n: {k: v for k, v in face.items() if v is not None} for n, face in (faces or {}).items()}
    levels = stand.levels(actor)
    if names is not None:
        wanted = set(names)
        levels = {name: level for name, level in levels.items() if name in wanted}
    opened = Opened(levels)
    rows = [r for r in _SEALED.all(session, victim=victim_id) if levels.get(r[0], Level.NONE) >= Level.EXISTS]
    rows, opened.not_shown = _shown_strands(victim_id, rows)
    read = {r[0] for r in rows} | {name for name, face in known.items() if face}
    opening = [name for name in sorted(read) if levels.get(name) in OPENING]
    record(session, actor, action, victim_id=victim_id, compartments=opening, purpose=purpose)
    vault = vault_of(session)
    for name, record_id, version, since, updated, unit, *stored in rows:
        opened.filled[name] = Filled(version, since, updated, unit)
        blob_id, schema, sealed, key_version, kek_id, wrapped = stored
        if sealed is None or wrapped is None or levels[name] not in OPENING:
            continue
        dek = vault.open_dek(name, record_id, key_version, kek_id, wrapped)
        place = Place("victim_blob", name, record_id, blob_id, version, schema)
        opened.data[name] = open_json(dek, place, sealed)
    for name, face in known.items():
        if face and levels.get(name) in OPENING:
            opened.data.setdefault(name, {}).update(face)
    for name, data in opened.data.items():
        opened.data[name] = _shown(actor, name, data, levels[name])
    return opened


def _shown_strands(
    victim_id: int, rows: Sequence[tuple[Any, ...]]
) -> tuple[list[tuple[Any, ...]], dict[int, list[str]]]:
    """Rows of the strands that are shown, and the compartments of the others by merged record."""
    if all(row[1] == victim_id for row in rows):
        return list(rows), {}
    strands: dict[str, dict[int, datetime]] = {}
    for row in rows:
        strands.setdefault(row[0], {})[row[1]] = row[4]
    chosen = {name: shown_record(victim_id, found) for name, found in strands.items()}
    others: dict[int, list[str]] = {row[1]: [] for row in rows if row[1] != victim_id}
    for row in rows:
        if row[1] != chosen[row[0]]:
            others[row[1]].append(row[0])
    return [row for row in rows if row[1] == chosen[row[0]]], others


def _shown(actor: Actor, compartment: str, data: dict[str, Any], level: Level) -> dict[str, Any]:
    """A compartment's data at a level that opens; what only authors read stays with them."""
    if level is Level.PARTIAL:
        return partial_view(compartment, data)
    return own_items(compartment, data, actor.user_id)


def current_blob(session: Session, strand: Strand, compartment: str) -> tuple[dict[str, Any], int]:
    """The sealed part of a compartment, to be merged with a change that is recorded in the same transaction.

    Returns the data and the version of the blob, `({}, 0)` where there is none. The data never leave the
    service: the caller was checked for each field it changes and is answered with a version.
    """
    blob, key = VictimBlob, VictimDek
    row = session.execute(
        select(
            blob.id, blob.version, blob.schema_version, blob.sealed,
            key.version.label("key_version"), key.kek_id, key.wrapped,
        )
        .join(
            key,
            and_(
                key.victim_id == blob.victim_id,
                key.record_id == blob.record_id,
                key.compartment == blob.compartment,
                key.version == blob.key_version,
            ),
        )
        .where(
            blob.victim_id == strand.victim_id,
            blob.record_id == strand.record_id,
            blob.compartment == compartment,
        )
        .order_by(blob.version.desc())
        .limit(1)
    ).first()  # fmt: skip
    if row is None:
        return {}, 0
    dek = vault_of(session).open_dek(compartment, strand.record_id, row.key_version, row.kek_id, row.wrapped)
    place = Place("victim_blob", compartment, strand.record_id, row.id, row.version, row.schema_version)
    return open_json(dek, place, row.sealed), row.version


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a compartment, under the reader's level."""

    version: int
    created_at: datetime
    unit: str
    """Name of the unit; which shelter it is may be reserved for the reader."""
    data: dict[str, Any]


def open_versions(
    session: Session, actor: Actor, strand: Strand, compartment: str, level: Level, *, purpose: str
) -> list[Version]:
    """Every stored version of one strand of a compartment, newest first; recorded before any is opened.

    Args:
        level: the actor's level of the compartment (`Standing.level`), one that opens.

    Raises:
        Unavailable: the trace cannot be written.
        SealBroken: a stored blob was tampered with.
    """
    blob, key = VictimBlob, VictimDek
    unit = func.ruv.version_units(strand.victim_id, strand.record_id, compartment).table_valued(
        "version", "unit_name", name="behind"
    )
    rows = session.execute(
        select(
            blob.version, blob.created_at, unit.c.unit_name, blob.id, blob.schema_version, blob.sealed,
            key.version.label("key_version"), key.kek_id, key.wrapped,
        )
        .join(
            key,
            and_(
                key.victim_id == blob.victim_id,
                key.record_id == blob.record_id,
                key.compartment == blob.compartment,
                key.version == blob.key_version,
            ),
        )
        .join(unit, unit.c.version == blob.version)
        .where(
            blob.victim_id == strand.victim_id,
            blob.record_id == strand.record_id,
            blob.compartment == compartment,
        )
        .order_by(blob.version.desc())
    ).all()  # fmt: skip
    record(
        session, actor, "victims.history", victim_id=strand.victim_id, compartments=[compartment],
        purpose=purpose, detail={"versions": len(rows)},
    )  # fmt: skip
    vault = vault_of(session)
    found = []
    for row in rows:
        dek = vault.open_dek(compartment, strand.record_id, row.key_version, row.kek_id, row.wrapped)
        place = Place("victim_blob", compartment, strand.record_id, row.id, row.version, row.schema_version)
        data = open_json(dek, place, row.sealed)
        shown = _shown(actor, compartment, data, level)
        found.append(Version(row.version, row.created_at, row.unit_name, shown))
    return found


@dataclass(frozen=True, slots=True)
class SealedRow:
    """Sealed texts of one row, as stored."""

    row_id: int
    key_version: int | None
    sealed: bytes | None
    row_version: int = 1


def open_rows(  # noqa: PLR0913
    session: Session,
    actor: Actor,
    compartment: str,
    strand: Strand,
    table: str,
    rows: Sequence[SealedRow],
    *,
    purpose: str,
    action: str,
) -> list[dict[str, Any]]:
    """Open the texts of rows the actor was shown by a scoped query, after recording it.

    The order is that of `rows`; a row without sealed texts gives an empty dictionary.

    Raises:
        Forbidden: the role does not open this compartment at all.
        Unavailable: the trace cannot be written.
        SealBroken: a row was tampered with.
    """
    if compartment != COORDINATION and not policy().opens(actor.role, compartment):
        raise Forbidden("Su función no abre esta parte del registro.")
    record(
        session, actor, action, victim_id=strand.victim_id, compartments=[compartment], purpose=purpose,
        detail={"table": table, "rows": len(rows)},
    )  # fmt: skip
    wanted = {row.key_version for row in rows if row.sealed is not None}
    key = aliased(VictimDek)
    stored = session.execute(
        select(key.version, key.kek_id, key.wrapped).where(
            key.victim_id == strand.victim_id,
            key.record_id == strand.record_id,
            key.compartment == compartment,
            key.version.in_(wanted),
        )
    )
    vault = vault_of(session)
    deks = {
        r.version: vault.open_dek(compartment, strand.record_id, r.version, r.kek_id, r.wrapped)
        for r in stored
    }
    return [
        {}
        if row.sealed is None
        else open_json(
            deks[row.key_version or 0],
            Place(table, compartment, strand.record_id, row.row_id, row.row_version, TEXT_SCHEMA),
            row.sealed,
        )
        for row in rows
    ]


def open_site(session: Session, actor: Actor, unit_id: int, code: str) -> dict[str, Any] | None:
    """Where a shelter is, after recording who asks; None where it declared no site.

    For the staff of the shelter whose role opens shelter locations, and for roles that read them in full.

    Args:
        code: the code of the shelter's unit, for the trace.

    Raises:
        Forbidden: anybody else.
        Unavailable: the trace cannot be written.
        SealBroken: the site was tampered with.
    """
    cell = policy().cell(actor.role, "shelter_location").level
    if not (cell is Level.FULL or (cell in OPENING and unit_id == actor.unit_id)):
        raise Forbidden("La ubicación de un centro de acogida es reservada.")
    record(session, actor, "shelters.site", compartments=["shelter_location"], detail={"shelter": code})
    row = session.execute(
        select(ShelterSite)
        .where(ShelterSite.unit_id == unit_id)
        .order_by(ShelterSite.version.desc())
        .limit(1)
    ).scalar_one_or_none()
    if row is None:
        return None
    dek = vault_of(session).open_dek(SHELTER_SITE, unit_id, row.version, row.kek_id, row.wrapped)
    place = Place(SHELTER_SITE, SHELTER_SITE, unit_id, unit_id, row.version, TEXT_SCHEMA)
    return open_json(dek, place, row.sealed)
