"""Names of units as one actor may read them: that a person is in a shelter is shown, in which one is not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.policy import policy
from app.models import Unit

SHELTER_KINDS: Final = frozenset({"CAR", "ALBERGUE", "HRT"})
RESERVED: Final = "Centro de acogida (reservado)"


@dataclass(frozen=True, slots=True)
class UnitName:
    """A unit as shown: `code` is None where the unit is reserved."""

    code: str | None
    name: str

    def shown(self) -> dict[str, str | None]:
        """The form in answers."""
        return {"code": self.code, "name": self.name}


def unit_names(
    session: Session, actor: Actor, ids: Iterable[int], *, known: Iterable[int] = ()
) -> dict[int, UnitName]:
    """Names of units by key, shelters reserved unless the role reads where shelters are.

    `known`: units the actor named itself, such as the addressee of its own referral.
    """
    rows = session.execute(select(Unit.id, Unit.code, Unit.name, Unit.kind).where(Unit.id.in_(set(ids))))
    open_ids = {actor.unit_id, *known}
    shows = policy().opens(actor.role, "shelter_location")
    return {
        key: UnitName(code, name)
        if shows or kind not in SHELTER_KINDS or key in open_ids
        else UnitName(None, RESERVED)
        for key, code, name, kind in rows
    }
