"""The only way to a key: consult the policy, record who opens what, then decrypt.

Of two kinds of sealed data, a person's compartments (one blob a version); the texts in rows are opened in
`app.access.opening_rows`.

A person may be several records. Of a compartment that more than one of them filled, one strand is shown: that
of her own record, else the one written last. The others keep their versions, and are told as being there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select

from app.access.act import Act
from app.access.actor import Actor
from app.access.broken import Broken, note_broken
from app.access.policy import OPENING, Level
from app.access.sealing import Strand
from app.access.standing import Standing
from app.audit.record import record
from app.db import Prepared, vault_of
from app.errors import BrokenSeal
from app.models import CompartmentHead, VictimBlob, VictimDek
from app.records import Values, own_items, partial_view
from app.vault import Keyring, Place, VaultError, open_json


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
    data: dict[str, Values] = field(default_factory=dict)
    filled: dict[str, Filled] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    """Those that are filled and do not open: what is in `data` of them is clear, and not all of it."""
    not_shown: dict[int, list[str]] = field(default_factory=dict)
    """Of each merged record that filled a compartment the actor knows of: those whose strand is not shown."""

    def known(self, compartment: str) -> Values:
        """What is known of a compartment, for who decides something by it.

        Raises:
            BrokenSeal: it does not open, so what it says is not known.
        """
        if compartment in self.broken:
            raise BrokenSeal
        return self.data.get(compartment, {})


_SEALED = Prepared("SELECT * FROM ruv.sealed_of(%(victim)s)", {})
"""Of the compartments that the actor knows of what `Filled` tells; of those it opens the blob and its key."""


def open_compartments(
    act: Act,
    victim_id: int,
    stand: Standing,
    *,
    action: str = "victims.read",
    names: Iterable[str] | None = None,
    faces: Mapping[str, Mapping[str, Any]] | None = None,
) -> Opened:
    """Open what the policy lets this actor see of a person, after recording it.

    A compartment whose seal is broken is told as such (`Opened.broken`), and the others open.

    Args:
        stand: the actor's standing to her (`standing`), which is what put her in scope.
        names: compartments wanted; all by default.
        faces: clear values by compartment, put through the same level and partial rules.

    Raises:
        Unavailable: the trace cannot be written.
    """
    known = {n: {k: v for k, v in face.items() if v is not None} for n, face in (faces or {}).items()}
    levels = stand.levels(act.actor)
    if names is not None:
        wanted = set(names)
        levels = {name: level for name, level in levels.items() if name in wanted}
    opened = Opened(levels)
    rows = [
        r for r in _SEALED.all(act.session, victim=victim_id) if levels.get(r[0], Level.NONE) >= Level.EXISTS
    ]
    rows, opened.not_shown = _shown_strands(victim_id, rows)
    read = {r[0] for r in rows} | {name for name, face in known.items() if face}
    opening = [name for name in sorted(read) if levels.get(name) in OPENING]
    record(act, action, victim_id=victim_id, compartments=opening, purpose=act.purpose)
    vault = vault_of(act.session)
    for name, record_id, version, since, updated, unit, has_sealed, *stored in rows:
        opened.filled[name] = Filled(version, since, updated, unit)
        if not has_sealed or levels[name] not in OPENING:
            continue
        data = _opened_blob(vault, name, record_id, version, stored)
        if data is None:
            opened.broken.add(name)
            note_broken(act.session, act.actor, Broken(name, [record_id], victim_id))
        else:
            opened.data[name] = data
    for name, face in known.items():
        if face and levels.get(name) in OPENING:
            opened.data.setdefault(name, {}).update(face)
    for name, data in opened.data.items():
        opened.data[name] = _shown(act.actor, name, data, levels[name])
    return opened


def _opened_blob(
    vault: Keyring, compartment: str, record_id: int, version: int, stored: Sequence[Any]
) -> Values | None:
    """What is sealed in a version of a compartment; None where its data or its key is lost or altered."""
    blob_id, schema, sealed, key_version, kek_id, wrapped = stored
    if sealed is None or wrapped is None:
        return None
    try:
        dek = vault.open_dek(compartment, record_id, key_version, kek_id, wrapped)
        return open_json(dek, Place("victim_blob", compartment, record_id, blob_id, version, schema), sealed)
    except VaultError:
        return None


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


def _shown(actor: Actor, compartment: str, data: Values, level: Level) -> Values:
    """A compartment's data at a level that opens; what only authors read stays with them."""
    if level is Level.PARTIAL:
        return partial_view(compartment, data)
    return own_items(compartment, data, actor.user_id)


def current_blob(act: Act, strand: Strand, compartment: str) -> Values:
    """The sealed part of a compartment, to be merged with a change that is recorded in the same transaction.

    Empty where nothing was sealed. The data never leave the service: the caller was checked for each field it
    changes and is answered with a version.

    Raises:
        BrokenSeal: it does not open: nothing is to be written over it, or decided by it.
    """
    head, blob, key = CompartmentHead, VictimBlob, VictimDek
    row = act.session.execute(
        select(
            head.version, head.sealed, blob.id, blob.schema_version, blob.sealed.label("data"),
            key.version.label("key_version"), key.kek_id, key.wrapped,
        )
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
                key.victim_id == blob.victim_id,
                key.record_id == blob.record_id,
                key.compartment == blob.compartment,
                key.version == blob.key_version,
            ),
        )
        .where(
            head.victim_id == strand.victim_id,
            head.record_id == strand.record_id,
            head.compartment == compartment,
        )
    ).first()  # fmt: skip
    if row is None or not row.sealed:
        return {}
    data = _opened_blob(vault_of(act.session), compartment, strand.record_id, row.version, row[2:])
    if data is None:
        note_broken(act.session, act.actor, Broken(compartment, [strand.record_id], strand.victim_id))
        raise BrokenSeal
    return data


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a compartment, under the reader's level."""

    version: int
    created_at: datetime
    unit: str
    """Name of the unit; which shelter it is may be reserved for the reader."""
    data: Values
    broken: bool
    """That it does not open: what it said is not known."""


def open_versions(act: Act, strand: Strand, compartment: str, level: Level) -> list[Version]:
    """Every stored version of one strand of a compartment, newest first; recorded before any is opened.

    Args:
        level: the actor's level of the compartment (`Standing.level`), one that opens.

    Raises:
        Unavailable: the trace cannot be written.
    """
    blob, key = VictimBlob, VictimDek
    unit = func.ruv.version_units(strand.victim_id, strand.record_id, compartment).table_valued(
        "version", "unit_name", name="behind"
    )
    rows = act.session.execute(
        select(
            blob.version, blob.created_at, unit.c.unit_name, blob.id, blob.schema_version, blob.sealed,
            key.version.label("key_version"), key.kek_id, key.wrapped,
        )
        .outerjoin(
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
        act, "victims.history", victim_id=strand.victim_id, compartments=[compartment],
        purpose=act.purpose, detail={"versions": len(rows)},
    )  # fmt: skip
    vault = vault_of(act.session)
    found = []
    for row in rows:
        stored = (row.id, row.schema_version, row.sealed, row.key_version, row.kek_id, row.wrapped)
        data = _opened_blob(vault, compartment, strand.record_id, row.version, stored)
        shown = _shown(act.actor, compartment, data or {}, level)
        found.append(Version(row.version, row.created_at, row.unit_name, shown, data is None))
    if any(version.broken for version in found):
        note_broken(act.session, act.actor, Broken(compartment, [strand.record_id], strand.victim_id))
    return found
