"""Units an activity may be given to: those of the case first, then those of the department."""

from __future__ import annotations

from typing import Final

from sqlalchemy import or_, select

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.models import Participation, Unit
from app.services.institutions.masking import unit_name
from app.services.plans.content import own_plan
from app.services.plans.views import UnitChoice

_MOST: Final = 1000


def units_to_choose(act: Act, code: str) -> list[UnitChoice]:
    """Units by code and name, those that take part in the case first; shelters only if known.

    Those of other departments are not listed; an activity may name any unit by its code.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: another unit is responsible, or the role does not write plans.
    """
    require(act.actor, Permission.PLANS_WRITE)
    ref = own_plan(act, code)
    taking_part = set(
        act.session.scalars(
            select(Participation.unit_id).where(
                Participation.case_id == ref.row.case_id,
                Participation.victim_id == ref.row.victim_id,
                Participation.ended_at.is_(None),
            )
        )
    )
    department = select(Unit.department).where(Unit.id == act.actor.unit_id).scalar_subquery()
    rows = act.session.execute(
        select(Unit.id, Unit.code, Unit.name, Unit.kind)
        .where(
            or_(
                Unit.id.in_(taking_part | {act.actor.unit_id}),
                Unit.department == department,
                Unit.department.is_(None),
            )
        )
        .order_by(Unit.id.not_in(taking_part | {act.actor.unit_id}), Unit.name)
        .limit(_MOST)
    )
    found: list[UnitChoice] = []
    for row in rows:
        shown = unit_name(act.actor, row.id, row.code, row.name, row.kind)
        if shown.code is not None:
            found.append({"code": shown.code, "name": shown.name})
    return found
