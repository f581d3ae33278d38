"""Who counts as a child stops by her birthday or by the UPE: every protection rests on the age stated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.errors import Conflict, wrong
from app.models import Unit
from app.records.kinds import today
from app.services.cases.rows import participants, presumed_child
from app.services.cases.rules import ADULT_AGE
from app.services.institutions.kinds import unit_kind
from app.services.victims.population import ONLY_CHILDREN, out_of_population
from app.services.victims.queries import newest_case

_TAKE_ADULTS: Final = {"CEM", "UDAVIT"}
_REFUSAL: Final = (
    "Con este dato dejaría de contar como niña, niño o adolescente, y eso lo registra solo la UPE: pídale"
    " que corrija la edad o la fecha de nacimiento, con el documento que la prueba."
)


def of_age_by_birth(identity: Mapping[str, Any]) -> bool | None:
    """Whether an exact birth date makes her 18 today; None where none is known."""
    if not identity.get("birth_date") or identity.get("birth_date_precision") not in {None, "EXACTA"}:
        return None
    born, day = date.fromisoformat(identity["birth_date"]), today()
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) >= ADULT_AGE


def check_age(act: Act, victim_id: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Leave it to the UPE to say that who counts as a child is none. A trigger on `profile` refuses the same.

    Raises:
        Conflict: a child would become an adult; or the UPE would leave one whom no other unit attends.
    """
    if unit_kind(act) == "UPE":
        if out_of_population(act.actor, after, {}) == ONLY_CHILDREN and not _attended(act.session, victim_id):
            raise Conflict(f"{ONLY_CHILDREN} Derive el caso al CEM o a la UDAVIT antes de corregir la edad.")
        return
    field = None
    if act.session.scalar(select(func.ruv.ends_childhood(victim_id, _least(before), _least(after)))):
        field = "age_years" if after.get("age_min") is None else "age_min"
    elif _grown(after) and not _grown(before) and _child(act.session, victim_id):
        field = "birth_date"
    if field:
        error = wrong(field, "only-upe", _REFUSAL)
        raise Conflict(_REFUSAL, errors=[error])


def _grown(identity: Mapping[str, Any]) -> bool:
    # Who knows no age comes of age by no birth date: the database has only the age stated.
    return bool(of_age_by_birth(identity)) and _least(identity) is not None


def _least(identity: Mapping[str, Any]) -> int | None:
    age: int | None = identity.get("age_min", identity.get("age_years"))
    return age


def _child(session: Session, victim_id: int) -> bool:
    case = newest_case(session, victim_id)
    return case is None or presumed_child(session, victim_id, case)


def _attended(session: Session, victim_id: int) -> bool:
    case = newest_case(session, victim_id)
    units = {one.unit_id for one in participants(session, case) if one.ended_at is None} if case else set()
    adults = select(Unit.id).where(Unit.id.in_(units - {None}), Unit.kind.in_(_TAKE_ADULTS))
    return session.scalar(adults.limit(1)) is not None
