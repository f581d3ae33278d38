"""Commands on a plan's content: draft it, add objectives and activities."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import CaseRef, case_in_scope, require
from app.access.permissions import Permission
from app.access.standing import standing
from app.db import UniqueViolation
from app.errors import Conflict, Forbidden, NotFound, refuse_if, wrong
from app.models import DirectoryService, Plan, Unit
from app.records.errors import FieldError
from app.records.rows.plans import Activity, Objective
from app.records.rows.plans import PlanHeader as Header
from app.services.cases.rows import case_state, living_plan, presumed_child
from app.services.cases.rules import closed
from app.services.plans import timing
from app.services.plans.content import COMPARTMENT, own_plan, state_now
from app.services.plans.header import check_editable, columns
from app.services.plans.holding import advance, refresh_gaps
from app.services.plans.rows import last_position, objective_id
from app.services.plans.writing import given, out_of_range
from app.services.writing import Slot, Writing
from app.states import ActivityState, AgeGroup, CaseState, PlanState, ServiceStatus

_HAS_PLAN = "El caso ya tiene un plan: continúe en él o ciérrelo."


def draft(act: Act, case_code: str, wanted: Header) -> str:
    """Draft a plan for a case; the actor's unit becomes responsible for it. Returns its code.

    Whether it is a child's plan follows from her age; in doubt it is.

    Raises:
        NotFound: the case is out of scope, or the plan was not shared with the actor's unit.
        Forbidden: the role drafts no plans.
        Conflict: the case is closed or still an alert, or has a plan that is not closed.
    """
    require(act.actor, Permission.PLANS_WRITE)
    ref = case_in_scope(act, case_code)
    _check_writes(act, ref)
    _check_case(act.session, ref)
    clear, texts = columns(wanted)
    child = presumed_child(act.session, ref.victim_id, ref.case_id)
    values = {
        "kind": AgeGroup.CHILD if child else AgeGroup.ADULT,
        "state": PlanState.DRAFT,
        "responsible_user_id": act.actor.user_id,
        **clear,
    }
    write = Writing(act, ref, "plans.draft", [COMPARTMENT])
    try:
        plan = write.insert(Plan, values, texts, Slot(COMPARTMENT), prefix="PR")
    except UniqueViolation:
        # The unique index is the rule: of two who draft at the same moment one wins.
        raise Conflict(_HAS_PLAN) from None
    timing.drafted(act.session, ref)
    if wanted.pti_on is not None:
        timing.resolution_known(act.session, ref.case_id)
    write.done({"plan": plan.code})
    return plan.code


def add_objective(act: Act, code: str, wanted: Objective) -> str:
    """Add an objective to a plan that is drafted, consulted or reviewed; returns its code.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: another unit is responsible, or the role does not write plans.
        Invalid: the domain, what she wants or the goal is missing.
        Conflict: the plan does not change in its present state.
    """
    require(act.actor, Permission.PLANS_WRITE)
    ref = own_plan(act, code)
    given(wanted, "domain", "wish", "goal")
    advance(act.session, ref, None)
    check_editable(state_now(act.session, ref))
    write = Writing(act, ref.row, "plans.objective.add", [COMPARTMENT])
    position = last_position(act.session, ref) + 1
    new = write.add(wanted, {"plan_id": ref.row.id, "position": position})
    refresh_gaps(act.session, ref)
    write.done({"plan": ref.row.code, "objective": new.code})
    return new.code


def add_activity(
    act: Act,
    code: str,
    objective_code: str,
    wanted: Activity,
) -> str:
    """Add an activity to an objective; returns its code.

    Raises:
        NotFound: the plan or the objective is out of scope.
        Forbidden: another unit is responsible, or the role does not write plans.
        Invalid: a field is missing, an unknown unit, or a due date that is past or too far.
        Conflict: the plan does not change in its present state.
    """
    require(act.actor, Permission.PLANS_WRITE)
    ref = own_plan(act, code)
    given(wanted, "unit", "due_on", "description")
    unit_id = act.session.scalar(select(Unit.id).where(Unit.code == wanted.unit))
    _check_activity(act.session, unit_id, wanted)
    advance(act.session, ref, None)
    state = state_now(act.session, ref)
    check_editable(state)
    values = {
        "plan_id": ref.row.id,
        "objective_id": objective_id(act.session, ref, objective_code),
        "unit_id": unit_id,
        "service_code": str(wanted.service) if wanted.service else None,
        "state": ActivityState.PENDING,
    }
    write = Writing(act, ref.row, "plans.activity.add", [COMPARTMENT])
    new = write.add(wanted, values)
    added = SimpleNamespace(id=new.id, code=new.code, unit_id=unit_id, due_on=wanted.due_on)
    timing.activity_added(act.session, ref, state, added)
    write.done({"plan": ref.row.code, "activity": new.code, "unit": wanted.unit})
    return new.code


def _check_writes(act: Act, ref: CaseRef) -> None:
    stand = standing(act, ref.victim_id)
    if stand is None or COMPARTMENT not in stand.levels(act.actor):
        raise NotFound
    if not stand.writes(act.actor, COMPARTMENT):
        raise Forbidden("Su función no puede escribir en el plan.")


def _check_case(session: Session, ref: CaseRef) -> None:
    state = case_state(session, ref)
    if closed(state):
        raise Conflict("El caso terminó: un reingreso abre un caso nuevo.")
    if state == CaseState.ALERT:
        raise Conflict("El caso es todavía una alerta: páselo primero a presunta víctima.")
    alive = living_plan(session, ref)
    if alive is not None:
        raise Conflict(_HAS_PLAN, plan=alive)


def _check_activity(session: Session, unit_id: int | None, wanted: Activity) -> None:
    errors: list[FieldError] = []
    if unit_id is None:
        errors.append(wrong("unit", "unknown", "No existe esa unidad."))
    if wanted.due_on is not None and (late := out_of_range(wanted.due_on)):
        errors.append(late)
    if wanted.service is not None and not _offers(session, unit_id, wanted.service):
        message = "La unidad no ofrece ahora ese servicio del directorio."
        errors.append(wrong("service", "unknown", message))
    refuse_if(errors)


def _offers(session: Session, unit_id: int | None, key: UUID) -> bool:
    found = session.scalar(
        select(DirectoryService.id).where(
            DirectoryService.key == key,
            DirectoryService.unit_id == unit_id,
            DirectoryService.status == ServiceStatus.ACTIVE,
        )
    )
    return found is not None
