"""Names of units as one actor may read them: that a person is in a shelter is shown, in which one is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from app.access.act import Act
from app.access.actor import Actor
from app.access.policy import policy
from app.models import Unit
from app.services.views import UnitView

SHELTER_KINDS: Final = frozenset({"CAR", "ALBERGUE", "HRT"})
RESERVED: Final = "Centro de acogida (reservado)"


@dataclass(frozen=True, slots=True)
class UnitName:
    """A unit as shown: `code` is None where the unit is reserved."""

    code: str | None
    name: str

    def shown(self) -> UnitView:
        """The form in answers."""
        return {"code": self.code, "name": self.name}


def unit_names(act: Act, ids: Iterable[int], *, known: Iterable[int] = ()) -> dict[int, UnitName]:
    """Names of units by key, shelters reserved unless the role reads where shelters are.

    `known`: units the actor named itself, such as the addressee of its own referral.
    """
    rows = act.session.execute(select(Unit.id, Unit.code, Unit.name, Unit.kind).where(Unit.id.in_(set(ids))))
    named = set(known)
    return {
        key: UnitName(code, name) if key in named else unit_name(act.actor, key, code, name, kind)
        for key, code, name, kind in rows
    }


def unit_name(actor: Actor, unit_id: int, code: str, name: str, kind: str) -> UnitName:
    """One unit as the actor may read it; who knows only its own residents' shelter knows no other."""
    shows = policy().reads_of_others(actor.role, "shelter_location")
    if shows or kind not in SHELTER_KINDS or unit_id == actor.unit_id:
        return UnitName(code, name)
    return UnitName(None, RESERVED)
