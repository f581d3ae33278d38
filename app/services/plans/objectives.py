"""How an objective goes: a state moved by command, each step with a dated note that nobody changes."""

from __future__ import annotations

from sqlalchemy import func

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.errors import StaleVersion
from app.models import ObjectiveNote, PlanObjective
from app.services.plans import rules
from app.services.plans.content import COMPARTMENT, own_plan, state_now
from app.services.plans.details import objective_row, objective_settled
from app.services.plans.holding import advance, refresh_gaps
from app.services.plans.progress import Step
from app.services.plans.views import ObjectiveMovedView
from app.services.state_machine import refused
from app.services.writing import NOTHING, Slot, Writing
from app.states import ObjectiveState


def move(
    act: Act,
    code: str,
    objective_code: str,
    version: int,
    step: Step,
) -> ObjectiveMovedView:
    """Move an objective, or only add a dated note to it.

    Raises:
        NotFound: the plan or the objective is out of scope.
        Forbidden: another unit is responsible, or the role does not write plans.
        Conflict, Invalid: not possible now; the text says what is missing or possible.
        StaleVersion: somebody moved it meanwhile; `version` is the present one.
    """
    require(act.actor, Permission.PLANS_WRITE)
    ref = own_plan(act, code)
    advance(act.session, ref, None)  # holds the plan: its gaps are counted anew
    row = objective_row(act.session, ref, objective_code)
    if row.version != version:
        raise StaleVersion(version=row.version, state=row.state)
    target = step.state or row.state
    settled = target == ObjectiveState.RUNNING or objective_settled(act.session, ref, row.id)
    if refusal := rules.refuse_objective(
        row.state,
        target,
        plan_state=state_now(act.session, ref),
        has_note=step.note is not None,
        settled=settled,
    ):
        raise refused(refusal)
    write = Writing(act, ref.row, "plans.objective.move", [COMPARTMENT])
    new = write.change(PlanObjective, row, {"state": target, "updated_at": func.now()})
    note = {"plan_id": ref.row.id, "objective_id": row.id, "from_state": row.state, "to_state": target}
    texts = NOTHING if step.note is None else {"note": step.note}
    write.insert(ObjectiveNote, note, texts, Slot(COMPARTMENT))
    if target != row.state:
        refresh_gaps(act.session, ref)
    write.done({"plan": ref.row.code, "objective": row.code, "from": row.state, "to": target})
    return {"code": row.code, "state": target, "version": new}
