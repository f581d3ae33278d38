"""Compare somebody with the records that share look-up tokens: the identities are opened here and stay here.

The caller need not see those persons, so all that leaves this module is how alike they are. What is opened is
recorded first, and whoever proves alike has it in her own log, with the unit for which she was compared.

An identity that does not open stops nobody from registering; but nor is it nobody's: who shares a token with
it may be the same person, which is noted for the custody of the register, and an alarm says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import Actor, matching_for
from app.access.broken import Broken, note_broken
from app.audit import record_as
from app.audit.record import event_row, record_rows
from app.db import acting_as, driver_cursor, vault_of
from app.matching import RULES_VERSION, Band, Comparison, Person, Rarity, compare, person_of
from app.records import Values
from app.vault import KeyBroken, Keyring, Place, VaultError, open_json

MOST = 200
"""Records compared at most: documents first, then those that share the most tokens."""

_IDENTITY = "identity"
_CANDIDATES = "SELECT * FROM ruv.match_candidates(%(tokens)s, %(most)s)"


@dataclass(frozen=True, slots=True)
class Likeness:
    """A record that may be the same person, the person it belongs to, and the unit that registered it."""

    record_id: int
    person_id: int
    unit: str
    document_shared: bool
    comparison: Comparison


def compare_identities(
    act: Act,
    tokens: Sequence[int],
    person: Person,
    *,
    exclude: int | None = None,
) -> list[Likeness]:
    """Records alike enough for a band, most alike first.

    Args:
        actor: for whom; need not see the persons.
        tokens: look-up tokens of `person`, or some of them.
        person: whom to compare with.
        exclude: a person not to compare with, being herself.

    Raises:
        Unavailable: the trace cannot be written.
    """
    if not tokens:
        return []
    proxy = matching_for(act.actor)
    with acting_as(act.session, proxy):
        cursor = driver_cursor(act.session)
        cursor.execute(_CANDIDATES, {"tokens": list(tokens), "most": MOST})
        rows = [row for row in cursor.fetchall() if row[1] != exclude]
        if not rows:
            return []
        detail = {"records": [row[0] for row in rows], "rules": RULES_VERSION}
        record_as(
            act.session,
            proxy,
            "matching.compare",
            compartments=[_IDENTITY],
            purpose=act.purpose,
            detail=detail,
        )
        others = _opened(vault_of(act.session), rows)
        if broken := [record_id for record_id, other in others.items() if other is None]:
            note_broken(act.session, proxy, Broken(_IDENTITY, broken, action="matching.broken"))
        rarity = Rarity.public()
        alike = [found for row in rows if (found := _likeness(row, others[row[0]], person, rarity))]
        record_rows(act.session, [_hit(act.session, proxy, found, act.purpose) for found in alike])
    return sorted(alike, key=lambda found: found.comparison.score, reverse=True)


def _opened(vault: Keyring, rows: Sequence[tuple[Any, ...]]) -> dict[int, Person | None]:
    """The person of each record; None where the identity does not open."""
    others: dict[int, Person | None] = {}
    for record_id, _person, _unit_id, _unit, _shared, _document, *coordinates in rows:
        try:
            others[record_id] = person_of(_identity_of(vault, record_id, coordinates))
        except VaultError:
            others[record_id] = None
    return others


def _identity_of(vault: Keyring, record_id: int, coordinates: Sequence[Any]) -> Values:
    blob_id, version, schema_version, sealed, key_version, kek_id, wrapped = coordinates
    if version is None:
        return {}
    if sealed is None or wrapped is None:
        raise KeyBroken
    dek = vault.open_dek(_IDENTITY, record_id, key_version, kek_id, wrapped)
    return open_json(
        dek, Place("victim_blob", _IDENTITY, record_id, blob_id, version, schema_version), sealed
    )


def _likeness(row: tuple[Any, ...], other: Person | None, person: Person, rarity: Rarity) -> Likeness | None:
    record_id, person_id, _unit_id, unit, shared, document_shared, *_ = row
    comparison = compare(person, other or Person(), rarity, document_shared=document_shared)
    if other is None and shared > 1:
        comparison = comparison._replace(band=Band.POSSIBLE)
    if document_shared and (other is None or (comparison.band or 0) < Band.PROBABLE):
        # Two people with one document are never passed over in silence, however different their names.
        comparison = comparison._replace(band=Band.PROBABLE)
    if comparison.band is None:
        return None
    return Likeness(record_id, person_id, unit, document_shared, comparison)


def _hit(session: Session, proxy: Actor, found: Likeness, purpose: str) -> dict[str, object]:
    return event_row(
        vault_of(session).secret("audit"),
        proxy,
        "matching.hit",
        victim_id=found.person_id,
        purpose=purpose,
        detail={"record": found.record_id},
    )
