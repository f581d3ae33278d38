"""What a consent or an objection of a case may name: who can give it, and whom it may be given for."""

from __future__ import annotations

from typing import Final

from sqlalchemy import or_, select

from app.access.act import Act
from app.access.guard import case_in_scope, require
from app.access.permissions import Permission
from app.models import Institution, Participation, Unit
from app.services.cases.rows import presumed_child
from app.services.consents.rules import UPE
from app.services.consents.views import Choice, ConsentChoices
from app.services.institutions.kinds import unit_kind
from app.services.institutions.masking import unit_name

_MOST: Final = 300


def asked(act: Act, case: str) -> ConsentChoices:
    """Whether the person counts as a child, whether a UPE asks, and institutions and units by code and name.

    Units are those of the case the actor knows of, of its department, and national ones; shelters only where
    the actor may know them. A consent may name any other unit by its code.

    Raises:
        NotFound: the case is out of scope.
        Forbidden: the role records no consents.
    """
    require(act.actor, Permission.CONSENTS_WRITE)
    ref = case_in_scope(act, case)
    institutions = act.session.execute(
        select(Institution.code, Institution.name).order_by(Institution.name).limit(_MOST)
    )
    return {
        "child": presumed_child(act.session, ref.victim_id, ref.case_id),
        "upe": unit_kind(act) == UPE,
        "institutions": [{"code": row.code, "name": row.name} for row in institutions],
        "units": _units(act, ref.case_id),
    }


def _units(act: Act, case_id: int) -> list[Choice]:
    here = select(Participation.unit_id).where(
        Participation.case_id == case_id, Participation.ended_at.is_(None)
    )
    department = select(Unit.department).where(Unit.id == act.actor.unit_id).scalar_subquery()
    rows = act.session.execute(
        select(Unit.id, Unit.code, Unit.name, Unit.kind)
        .where(
            or_(Unit.id.in_(here), Unit.department == department, Unit.department.is_(None)),
            Unit.id != act.actor.unit_id,
        )
        .order_by(Unit.name, Unit.code)
        .limit(_MOST)
    )
    named = (unit_name(act.actor, row.id, row.code, row.name, row.kind) for row in rows)
    return [{"code": unit.code, "name": unit.name} for unit in named if unit.code is not None]
