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
from app.codes import new_code
from app.db import UniqueViolation, insert_rows, next_ids
from app.errors import Conflict, Forbidden, NotFound, refuse_if, wrong
from app.models import DirectoryService, Plan, PlanActivity, PlanObjective, Unit
from app.records.errors import FieldError
from app.records.rows import split_row
from app.records.rows.plans import Activity, Objective
from app.records.rows.plans import PlanHeader as Header
from app.services.cases.rows import case_state, living_plan, presumed_child
from app.services.cases.rules import closed
from app.services.plans import timing
from app.services.plans.content import COMPARTMENT, own_plan, state_now
from app.services.plans.header import check_editable, columns
from app.services.plans.holding import advance, refresh_gaps
from app.services.plans.rows import last_position, objective_id
from app.services.plans.writing import Blob, done, given, out_of_range, seal_row
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
    row_id = next_ids(act.session, plan=1)["plan"][0]
    code = new_code("PR")
    clear, texts = columns(wanted)
    row: dict[str, object] = {
        "id": row_id,
        "victim_id": ref.victim_id,
        "case_id": ref.case_id,
        "code": code,
        "kind": AgeGroup.CHILD if presumed_child(act.session, ref.victim_id, ref.case_id) else AgeGroup.ADULT,
        "state": PlanState.DRAFT,
        "unit_id": act.actor.unit_id,
        "responsible_user_id": act.actor.user_id,
        **clear,
    }
    blobs: list[Blob] = []
    if texts:
        row |= seal_row(act.session, ref.strand, "plan", row_id, texts, blobs)
    try:
        insert_rows(act.session, Plan, [row])
    except UniqueViolation:
        # The unique index is the rule: of two who draft at the same moment one wins.
        raise Conflict(_HAS_PLAN) from None
    timing.drafted(act.session, ref)
    if wanted.pti_on is not None:
        timing.resolution_known(act.session, ref.case_id)
    done(act, "plans.draft", ref, blobs, plan=code)
    return code


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
    row_id = next_ids(act.session, plan_objective=1)["plan_objective"][0]
    new = new_code("OB")
    clear, texts = split_row(wanted)
    blobs: list[Blob] = []
    row: dict[str, object] = {
        "id": row_id,
        "victim_id": ref.row.victim_id,
        "plan_id": ref.row.id,
        "code": new,
        **clear,
        "position": last_position(act.session, ref) + 1,
        "created_by": act.actor.user_id,
        **seal_row(act.session, ref.strand, Objective.table, row_id, texts, blobs),
    }
    insert_rows(act.session, PlanObjective, [row])
    refresh_gaps(act.session, ref)
    done(act, "plans.objective.add", ref.row, blobs, plan=ref.row.code, objective=new)
    return new


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
    row_id = next_ids(act.session, plan_activity=1)["plan_activity"][0]
    new = new_code("AC")
    blobs: list[Blob] = []
    row: dict[str, object] = {
        "id": row_id,
        "victim_id": ref.row.victim_id,
        "plan_id": ref.row.id,
        "objective_id": objective_id(act.session, ref, objective_code),
        "code": new,
        "unit_id": unit_id,
        "due_on": wanted.due_on,
        "service_code": str(wanted.service) if wanted.service else None,
        "state": ActivityState.PENDING,
        "created_by": act.actor.user_id,
        **seal_row(act.session, ref.strand, Activity.table, row_id, split_row(wanted)[1], blobs),
    }
    insert_rows(act.session, PlanActivity, [row])
    timing.activity_added(act.session, ref, state, SimpleNamespace(**row))
    done(
        act, "plans.activity.add", ref.row, blobs,
        plan=ref.row.code, activity=new, unit=wanted.unit,
    )  # fmt: skip
    return new


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
