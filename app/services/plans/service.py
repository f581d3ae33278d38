"""Commands on a plan's content: draft it, add objectives and activities."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import CaseRef, case_in_scope, require
from app.access.permissions import Permission
from app.access.standing import standing
from app.codes import new_code
from app.db import UniqueViolation, insert_rows, next_ids
from app.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from app.models import Plan, PlanActivity, PlanObjective, Unit
from app.records.kinds import today
from app.services.cases.row_queries import case_state, presumed_child
from app.services.cases.rules import closed
from app.services.plans import rules
from app.services.plans.content_queries import COMPARTMENT, PlanRef, advance, own_plan, state_now
from app.services.plans.row_queries import last_position, living_plan, objective_id
from app.services.plans.writing import Blob, check_codes, done, seal_row

FARTHEST = timedelta(days=5 * 366)
"""How far ahead an activity may be due."""
_HAS_PLAN = "El caso ya tiene un plan: continúe en él o ciérrelo."


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan to draft. All but `summary` are codes or flags; `summary` is free text and is stored sealed.

    `pti_resolution`: the UPE's resolution with the child's work plan is at hand.
    """

    place_of_execution: str
    language: str | None = None
    interpreter: str | None = None
    pti_resolution: bool = False
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class Objective:
    """An objective: what the person wants, in her words, and the goal agreed; both are stored sealed."""

    domain: str
    wish: str
    goal: str


@dataclass(frozen=True, slots=True)
class Activity:
    """An activity: which unit does what by when. The texts are stored sealed."""

    unit: str
    due_on: date
    description: str
    indicator: str | None = None
    person_in_charge: str | None = None
    frequency: str | None = None


def draft(session: Session, actor: Actor, case_code: str, wanted: Draft, *, purpose: str = "atencion") -> str:
    """Draft a plan for a case; the actor's unit becomes responsible for it. Returns its code.

    Whether it is a child's plan follows from her age; in doubt it is.

    Raises:
        NotFound: the case is out of scope, or the plan was not shared with the actor's unit.
        Forbidden: the role drafts no plans.
        Invalid: a code that is not of its list.
        Conflict: the case is closed or still an alert, or has a plan that is not closed.
    """
    require(actor, Permission.PLANS_WRITE)
    ref = case_in_scope(session, actor, case_code)
    _check_writes(session, actor, ref)
    check_codes(
        place_of_execution=("execution_place", wanted.place_of_execution),
        language=("language", wanted.language),
        interpreter=("tristate", wanted.interpreter),
    )
    _check_case(session, ref)
    row_id = next_ids(session, plan=1)["plan"][0]
    code = new_code("PR")
    row: dict[str, Any] = {
        "id": row_id,
        "victim_id": ref.victim_id,
        "case_id": ref.case_id,
        "code": code,
        "kind": "NNA" if presumed_child(session, ref.victim_id, ref.case_id) else "ADULTA",
        "state": "BORRADOR",
        "unit_id": actor.unit_id,
        "responsible_user_id": actor.user_id,
        "place_of_execution": wanted.place_of_execution,
        "pti_resolution": wanted.pti_resolution,
        "language": wanted.language,
        "interpreter": wanted.interpreter,
    }
    blobs: list[Blob] = []
    if wanted.summary is not None:
        seal_row(session, ref.strand, row, "plan", {"summary": wanted.summary}, blobs)
    try:
        insert_rows(session, Plan, [row])
    except UniqueViolation:
        # The unique index is the rule: of two who draft at the same moment one wins.
        raise Conflict(_HAS_PLAN) from None
    done(session, actor, "plans.draft", ref, purpose, blobs, plan=code)
    return code


def add_objective(
    session: Session, actor: Actor, code: str, wanted: Objective, *, purpose: str = "atencion"
) -> str:
    """Add an objective to a plan that is drafted, consulted or reviewed; returns its code.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: another unit is responsible, or the role does not write plans.
        Invalid: not a domain of the list.
        Conflict: the plan does not change in its present state.
    """
    require(actor, Permission.PLANS_WRITE)
    ref = own_plan(session, actor, code)
    check_codes(domain=("plan_domain", wanted.domain))
    advance(session, ref, None)
    _check_editable(session, ref)
    row_id = next_ids(session, plan_objective=1)["plan_objective"][0]
    new = new_code("OB")
    row: dict[str, Any] = {
        "id": row_id,
        "victim_id": ref.row.victim_id,
        "plan_id": ref.row.id,
        "code": new,
        "domain": wanted.domain,
        "position": last_position(session, ref) + 1,
        "created_by": actor.user_id,
    }
    blobs: list[Blob] = []
    seal_row(session, ref.strand, row, "plan_objective", {"wish": wanted.wish, "goal": wanted.goal}, blobs)
    insert_rows(session, PlanObjective, [row])
    done(session, actor, "plans.objective.add", ref.row, purpose, blobs, plan=ref.row.code, objective=new)
    return new


def add_activity(
    session: Session,
    actor: Actor,
    code: str,
    objective_code: str,
    wanted: Activity,
    *,
    purpose: str = "atencion",
) -> str:
    """Add an activity to an objective; returns its code.

    Raises:
        NotFound: the plan or the objective is out of scope.
        Forbidden: another unit is responsible, or the role does not write plans.
        Invalid: unknown unit, or a due date that is past or too far.
        Conflict: the plan does not change in its present state.
    """
    require(actor, Permission.PLANS_WRITE)
    ref = own_plan(session, actor, code)
    unit_id = session.scalar(select(Unit.id).where(Unit.code == wanted.unit))
    _check_activity(unit_id, wanted.due_on)
    advance(session, ref, None)
    _check_editable(session, ref)
    row_id = next_ids(session, plan_activity=1)["plan_activity"][0]
    new = new_code("AC")
    row: dict[str, Any] = {
        "id": row_id,
        "victim_id": ref.row.victim_id,
        "plan_id": ref.row.id,
        "objective_id": objective_id(session, ref, objective_code),
        "code": new,
        "unit_id": unit_id,
        "due_on": wanted.due_on,
        "state": "PENDIENTE",
        "created_by": actor.user_id,
    }
    texts = {k: v for k, v in asdict(wanted).items() if k not in {"unit", "due_on"} and v is not None}
    blobs: list[Blob] = []
    seal_row(session, ref.strand, row, "plan_activity", texts, blobs)
    insert_rows(session, PlanActivity, [row])
    done(
        session, actor, "plans.activity.add", ref.row, purpose, blobs,
        plan=ref.row.code, activity=new, unit=wanted.unit,
    )  # fmt: skip
    return new


def _check_writes(session: Session, actor: Actor, ref: CaseRef) -> None:
    stand = standing(session, actor, ref.victim_id)
    if stand is None or COMPARTMENT not in stand.levels(actor):
        raise NotFound
    if not stand.writes(actor, COMPARTMENT):
        raise Forbidden("Su función no puede escribir en el plan.")


def _check_case(session: Session, ref: CaseRef) -> None:
    state = case_state(session, ref)
    if closed(state):
        raise Conflict("El caso terminó: un reingreso abre un caso nuevo.")
    if state == "ALERTA":
        raise Conflict("El caso es todavía una alerta: páselo primero a presunta víctima.")
    alive = living_plan(session, ref)
    if alive is not None:
        raise Conflict(_HAS_PLAN, plan=alive)


def _check_editable(session: Session, ref: PlanRef) -> None:
    state = state_now(session, ref)
    if state not in rules.EDITABLE:
        names = ", ".join(f"«{rules.STATES[name]}»" for name in sorted(rules.EDITABLE))
        raise Conflict(f"El plan está en «{rules.STATES[state]}»: se cambia en {names}.")


def _check_activity(unit_id: int | None, due_on: date) -> None:
    errors: list[FieldError] = []
    if unit_id is None:
        errors.append({"field": "unit", "code": "unknown", "message": "No existe esa unidad."})
    if not today() <= due_on <= today() + FARTHEST:
        message = "El plazo de una actividad va de hoy a cinco años."
        errors.append({"field": "due_on", "code": "out-of-range", "message": message})
    if errors:
        raise Invalid("Revise los campos indicados.", errors=errors)
