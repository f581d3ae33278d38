"""Whether two records can be one person at all: their identities are opened here and stay here.

Who asks for a merge, or approves it, need not see both persons; all that leaves this module is of which kind
what does not agree is, never what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import Actor, matching_for
from app.access.broken import Broken, note_broken
from app.access.opening import shown_record
from app.audit import record_as
from app.db import Database, acting_as, afterwards, driver_cursor, vault_of
from app.errors import BrokenSeal
from app.matching import RULES_VERSION
from app.matching.contradictions import Contradiction, Doubt, Facts, against, facts_of
from app.records import Values
from app.vault import KeyBroken, Keyring, Place, VaultError, open_json

_IDENTITY = "identity"
_PURPOSE = "conciliacion"
_PAIR = "SELECT * FROM ruv.merge_identities(%(one)s, %(other)s)"
_LOST = (
    "La identidad de uno de los dos registros no se puede abrir: el sello está roto. Avise al Oficial de "
    "Datos Personales; mientras tanto no se unen."
)


def compare_pair(act: Act, one: int, other: int) -> tuple[list[Contradiction], list[Doubt]]:
    """What stands against two persons being one; recorded before they are opened.

    Raises:
        BrokenSeal: one of the two identities does not open.
        Unavailable: the trace cannot be written.
    """
    proxy = matching_for(act.actor)
    with acting_as(act.session, proxy):
        cursor = driver_cursor(act.session)
        cursor.execute(_PAIR, {"one": one, "other": other})
        rows = cursor.fetchall()
        detail = {"records": [one, other], "rules": RULES_VERSION}
        record_as(
            act.session, proxy, "matching.compare", compartments=[_IDENTITY], purpose=_PURPOSE, detail=detail
        )
        vault = vault_of(act.session)
        facts = [
            _facts(act.session, proxy, vault, [row for row in rows if row[0] == key]) for key in (one, other)
        ]
    impossible, doubts = against(*facts)
    if impossible:  # what was asked for is undone, but not that they were compared
        kinds = [kind.value for kind in impossible]
        afterwards(act.session, partial(_tell, actor=proxy, pair=(one, other), kinds=kinds))
    return impossible, doubts


def _facts(session: Session, proxy: Actor, vault: Keyring, rows: Sequence[tuple[Any, ...]]) -> Facts:
    """Of a person of several records, those of the strand that is shown."""
    strands = {row[1]: row[2] for row in rows if row[1] is not None}
    shown = shown_record(rows[0][0], strands) if strands else None
    row = next(row for row in rows if row[1] == shown)
    _person, record_id, _at, version, *stored, sex, years, least, most, since, until = row
    try:
        identity = _opened(vault, record_id, version, *stored)
    except VaultError:
        note_broken(session, proxy, Broken(_IDENTITY, [record_id], action="matching.broken"))
        raise BrokenSeal(_LOST) from None
    identified = None if since is None else (since, until)
    return facts_of(identity, sex=sex, ages=(years, least, most), identified=identified)


def _opened(  # noqa: PLR0913, PLR0917 - the columns of an identity
    vault: Keyring,
    record_id: int,
    version: int | None,
    blob_id: int | None,
    schema_version: int,
    sealed: bytes,
    key_version: int,
    kek_id: int,
    wrapped: bytes | None,
) -> Values:
    if version is None:
        return {}
    if blob_id is None or wrapped is None:
        raise KeyBroken
    dek = vault.open_dek(_IDENTITY, record_id, key_version, kek_id, wrapped)
    place = Place("victim_blob", _IDENTITY, record_id, blob_id, version, schema_version)
    return open_json(dek, place, sealed)


def _tell(database: Database, actor: Actor, pair: tuple[int, int], kinds: Sequence[str]) -> None:
    with database.session(replace(actor, session_id=None)) as session:
        record_as(
            session, actor, "matching.contradiction", compartments=[_IDENTITY], purpose=_PURPOSE,
            outcome="denied", detail={"records": list(pair), "kinds": list(kinds)},
        )  # fmt: skip
