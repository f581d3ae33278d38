"""How an objective goes: a state moved by command, each step with a dated note that nobody changes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, update

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.db import insert_rows, next_ids
from app.errors import StaleVersion
from app.models import ObjectiveNote, PlanObjective
from app.services.plans import rules
from app.services.plans.content import PlanRef, own_plan, state_now
from app.services.plans.details import objective_row, objective_settled
from app.services.plans.holding import advance, refresh_gaps
from app.services.plans.progress import Step
from app.services.plans.views import ObjectiveMovedView
from app.services.plans.writing import Blob, done, seal_row
from app.services.state_machine import refused
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
    act.session.execute(
        update(PlanObjective)
        .where(PlanObjective.id == row.id, PlanObjective.victim_id == ref.row.victim_id)
        .values(state=target, updated_at=func.now(), version=version + 1)
    )
    blobs = _append_note(act, ref, row, target, step.note)
    if target != row.state:
        refresh_gaps(act.session, ref)
    done(
        act, "plans.objective.move", ref.row, blobs,
        plan=ref.row.code, objective=row.code, **{"from": row.state, "to": target},
    )  # fmt: skip
    return {"code": row.code, "state": target, "version": version + 1}


def _append_note(act: Act, ref: PlanRef, objective: Any, target: str, note: str | None) -> list[Blob]:
    row_id = next_ids(act.session, objective_note=1)["objective_note"][0]
    row: dict[str, object] = {
        "id": row_id,
        "victim_id": ref.row.victim_id,
        "plan_id": ref.row.id,
        "objective_id": objective.id,
        "from_state": objective.state,
        "to_state": target,
        "created_by": act.actor.user_id,
    }
    blobs: list[Blob] = []
    if note is not None:
        row |= seal_row(act.session, ref.strand, "objective_note", row_id, {"note": note}, blobs)
    insert_rows(act.session, ObjectiveNote, [row])
    return blobs
