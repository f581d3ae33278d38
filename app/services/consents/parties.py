"""What a consent or an objection of a case may name: who can give it, and whom it may be given for."""

from __future__ import annotations

from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import case_in_scope, require
from app.access.permissions import Permission
from app.models import Institution, Participation, Unit
from app.services.cases.rows import presumed_child
from app.services.consents.rules import UPE
from app.services.consents.views import Choice, ConsentChoices
from app.services.institutions.kinds import unit_kind
from app.services.institutions.masking import unit_name

_MOST: Final = 300


def asked(session: Session, actor: Actor, case: str) -> ConsentChoices:
    """Whether the person counts as a child, whether a UPE asks, and institutions and units by code and name.

    Units are those of the case the actor knows of, of its department, and national ones; shelters only where
    the actor may know them. A consent may name any other unit by its code.

    Raises:
        NotFound: the case is out of scope.
        Forbidden: the role records no consents.
    """
    require(actor, Permission.CONSENTS_WRITE)
    ref = case_in_scope(session, actor, case)
    institutions = session.execute(
        select(Institution.code, Institution.name).order_by(Institution.name).limit(_MOST)
    )
    return {
        "child": presumed_child(session, ref.victim_id, ref.case_id),
        "upe": unit_kind(session, actor) == UPE,
        "institutions": [{"code": row.code, "name": row.name} for row in institutions],
        "units": _units(session, actor, ref.case_id),
    }


def _units(session: Session, actor: Actor, case_id: int) -> list[Choice]:
    here = select(Participation.unit_id).where(
        Participation.case_id == case_id, Participation.ended_at.is_(None)
    )
    department = select(Unit.department).where(Unit.id == actor.unit_id).scalar_subquery()
    rows = session.execute(
        select(Unit.id, Unit.code, Unit.name, Unit.kind)
        .where(
            or_(Unit.id.in_(here), Unit.department == department, Unit.department.is_(None)),
            Unit.id != actor.unit_id,
        )
        .order_by(Unit.name, Unit.code)
        .limit(_MOST)
    )
    named = (unit_name(actor, row.id, row.code, row.name, row.kind) for row in rows)
    return [{"code": unit.code, "name": unit.name} for unit in named if unit.code is not None]
