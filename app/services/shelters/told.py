"""Stays in shelters and places asked for among all that is held of a person; nobody else is named to her."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import select

from app.access.act import Act
from app.models import PlaceHold
from app.services.rows.kinds import Kind, person_of
from app.services.rows.telling import Shape, View
from app.services.shelters.queries import read, stays
from app.services.shelters.views import StayDetailView


def _stays(act: Act, case: str) -> Iterator[StayDetailView]:
    for stay in stays(act, case):
        yield read(act, stay["code"])


def _holds(act: Act, victim: str) -> Iterator[View]:
    columns = (PlaceHold.code, PlaceHold.created_at, PlaceHold.department, PlaceHold.state)
    query = select(*columns).where(PlaceHold.victim_id == person_of(victim))
    for row in act.session.execute(query.order_by(PlaceHold.created_at, PlaceHold.id)):
        yield row._asdict()


_STAY: Final = Shape(
    "placement",
    "unit/name actual_place_label admitted_at left_at exit_reason belongings notes",
    at="texts",
    inside={
        "leaves": Shape("placement_leave", "out_at ended_at reason notes", at="texts"),
        "suitability": Shape("suitability_check", "result relation checked_on"),
    },
)
_HOLD: Final = Shape("place_hold", "created_at department state")
KINDS: Final = (
    Kind("estadias", "Alojamiento, permisos y evaluaciones de quien la recibe", _stays, _STAY),
    Kind("cupos", "Cupos de alojamiento pedidos", _holds, _HOLD, "person"),
)
