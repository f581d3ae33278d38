"""Open where a shelter is: of no person, so under a key of its own, after policy and trace."""

from __future__ import annotations

from sqlalchemy import select

from app.access.act import Act
from app.access.policy import OPENING, Level, policy
from app.access.sealing import SHELTER_SITE, TEXT_SCHEMA
from app.audit.record import record
from app.db import vault_of
from app.errors import Forbidden
from app.models import ShelterSite
from app.records import Values
from app.vault import Place, open_json


def open_site(act: Act, unit_id: int, code: str) -> Values | None:
    """Where a shelter is, after recording who asks; None where it declared no site.

    For the staff of the shelter whose role opens shelter locations, and for roles that read them in full.

    Args:
        code: the code of the shelter's unit, for the trace.

    Raises:
        Forbidden: anybody else.
        Unavailable: the trace cannot be written.
        SealBroken: the site was tampered with.
    """
    cell = policy().cell(act.actor.role, "shelter_location").level
    if not (cell is Level.FULL or (cell in OPENING and unit_id == act.actor.unit_id)):
        raise Forbidden("La ubicación de un centro de acogida es reservada.")
    record(act, "shelters.site", compartments=["shelter_location"], detail={"shelter": code})
    row = act.session.execute(
        select(ShelterSite)
        .where(ShelterSite.unit_id == unit_id)
        .order_by(ShelterSite.version.desc())
        .limit(1)
    ).scalar_one_or_none()
    if row is None:
        return None
    dek = vault_of(act.session).open_dek(SHELTER_SITE, unit_id, row.version, row.kek_id, row.wrapped)
    place = Place(SHELTER_SITE, SHELTER_SITE, unit_id, unit_id, row.version, TEXT_SCHEMA)
    return open_json(dek, place, row.sealed)
