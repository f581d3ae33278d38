"""Which unit answers for a plan: it goes with the person, or by order of who protects her by law."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.access.policy import policy
from app.audit import record
from app.catalogues import code_list
from app.errors import Conflict, Forbidden, Invalid, StaleVersion, refusal, unknown_code
from app.models import Unit
from app.services.institutions.masking import unit_names
from app.services.plans import rules
from app.services.plans.content import COMPARTMENT, PlanRef, find
from app.services.plans.handovers import REASONS, plan_brought
from app.services.plans.views import PlanWrittenView
from app.services.writing import InCase, Writing
from app.states import AgeGroup, HandoverCause

_BY_LAW: Final[Mapping[str, str]] = {AgeGroup.CHILD: "la UPE", AgeGroup.ADULT: "la UDAVIT"}


def order(
    act: Act,
    code: str,
    version: int,
    unit: str,
    reason: str,
) -> PlanWrittenView:
    """Order that another unit of the case answers for the plan; both are told. Returns its new version.

    What the unit had still to do, the deadlines and the reviews go with it; what it did stays its own.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: the role orders no plans, or another one does for this person (UPE or UDAVIT).
        Invalid: unknown reason, or the unit could not answer for the plan; each is named.
        Conflict: the plan is closed.
        StaleVersion: somebody changed it meanwhile; `version` is the present one.
    """
    ref = _ordered(act, code)
    if reason not in code_list(REASONS):
        raise Invalid("Revise el motivo.", errors=[unknown_code("reason", code_list(REASONS).codes)])
    unit_id = act.session.scalar(select(Unit.id).where(Unit.code == unit))
    if unit_id is None or unit_id not in _takers(act.session, ref):
        message = (
            "Indique otra unidad que participe en el caso, a la que se compartió el plan, y donde alguien de"
            " su jefatura o a cargo del caso pueda escribir planes."
        )
        raise refusal("unit", "not-possible", message)
    row = ref.row
    given = (row.id, row.victim_id, version, unit_id, reason)
    write = Writing(act, row, "plans.hand-over", [COMPARTMENT])
    write.done({"plan": row.code, "unit": unit, "reason": reason})  # afterwards it may be another unit's
    if not act.session.scalar(select(func.ruv.order_plan(*given))):
        raise StaleVersion(version=row.version)
    return {"code": row.code, "version": version + 1}


def takers(act: Act, code: str) -> list[tuple[str, str]]:
    """Units of the case that could answer for the plan instead, as (code, name), by name.

    Raises:
        NotFound, Forbidden, Conflict: as `order`.
    """
    ids = _takers(act.session, _ordered(act, code))
    shown = unit_names(act, ids).values()
    return sorted(((one.code, one.name) for one in shown if one.code is not None), key=lambda one: one[1])


def may_order(act: Act, ref: PlanRef) -> bool:
    """Whether the actor may order that another unit answers for the plan."""
    if not policy().permits(act.actor.role, Permission.PLANS_HAND_OVER):
        return False
    return bool(act.session.scalar(select(func.ruv.may_order_plan(ref.row.id, ref.row.victim_id))))


def brought(act: Act, case: InCase) -> None:
    """Record that the plan of a person whom the actor's unit just admitted came with her, if it did."""
    code = plan_brought(act, case)
    if code is not None:
        record(
            act, "plans.hand-over", victim_id=case.victim_id, case_id=case.case_id,
            purpose=act.purpose, compartments=[COMPARTMENT],
            detail={"plan": code, "cause": HandoverCause.ARRIVAL},
        )  # fmt: skip


def _takers(session: Session, ref: PlanRef) -> set[int]:
    found = func.ruv.plan_takers(ref.row.id, ref.row.victim_id).column_valued("unit")
    return set(session.scalars(select(found)))


def _ordered(act: Act, code: str) -> PlanRef:
    """The plan behind a code, for who may order it."""
    require(act.actor, Permission.PLANS_HAND_OVER)
    ref = find(act, code)
    if ref.row.state in rules.CLOSED:
        raise Conflict(f"El plan está en «{rules.STATES[ref.row.state]}»: ya no cambia.")
    if not may_order(act, ref):
        raise Forbidden(f"De este plan lo dispone {_BY_LAW[ref.row.kind]} que participa en el caso.")
    return ref
