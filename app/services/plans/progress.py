"""Progress of a plan's activities: each unit moves its own, with dated notes that nobody changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.db import insert_rows, next_ids
from app.errors import Forbidden, StaleVersion
from app.models import PlanActivity, ProgressNote
from app.services.plans import rules, timing
from app.services.plans.content_queries import PlanRef, find
from app.services.plans.row_queries import activity_row, activity_version
from app.services.plans.writing import Blob, check_due, done, seal_row
from app.services.state_machine import refused


@dataclass(frozen=True, slots=True)
class Step:
    """A state to move to (none: only a note), and a note, free text that is stored sealed.

    `due_on`: another day by which it is due; the note says why.
    """

    state: str | None = None
    note: str | None = None
    due_on: date | None = None


def progress(
    session: Session,
    actor: Actor,
    code: str,
    activity_code: str,
    version: int,
    step: Step,
    *,
    purpose: str = "atencion",
) -> dict[str, Any]:
    """Move an activity, or only add a dated note to it; notes are never changed or removed.

    The activity's own unit and the plan's responsible unit may do it.

    Raises:
        NotFound: the plan or the activity is out of scope.
        Forbidden: the activity is another unit's, or the role does not write plans.
        Conflict, Invalid: not possible now; the text says what is missing or possible.
        StaleVersion: somebody moved it meanwhile; `version` is the present one.
    """
    require(actor, Permission.PLANS_PROGRESS)
    ref = find(session, actor, code)
    row = activity_row(session, actor, ref, activity_code)
    if not ref.writes(actor) or not (ref.responsible(actor) or row.unit_id == actor.unit_id):
        raise Forbidden("Esta actividad es de otra unidad: solo ella o la responsable del plan la avanza.")
    if row.version != version:
        raise StaleVersion(version=row.version, state=row.state)
    target, due_on = step.state or row.state, step.due_on or row.due_on
    if step.due_on is not None:
        check_due(step.due_on)
    if refusal := rules.refuse_activity(
        row.state, target,
        plan_state=ref.row.state, has_note=step.note is not None, replanned=due_on != row.due_on,
    ):  # fmt: skip
        raise refused(refusal)
    moved = session.execute(
        update(PlanActivity)
        .where(
            PlanActivity.id == row.id,
            PlanActivity.victim_id == ref.row.victim_id,
            PlanActivity.version == version,
        )
        .values(state=target, due_on=due_on, updated_at=func.now(), version=version + 1)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleVersion(version=activity_version(session, ref, row.id))
    taken = Step(target, step.note, due_on)
    blobs = _append_note(session, actor, ref, row, taken)
    timing.activity_moved(session, ref, row, taken)
    done(
        session, actor, "plans.activity.progress", ref.row, purpose, blobs,
        plan=ref.row.code, activity=row.code, **{"from": row.state, "to": target},
    )  # fmt: skip
    return {"code": row.code, "state": target, "due_on": due_on, "version": version + 1}


def _append_note(session: Session, actor: Actor, ref: PlanRef, activity: Any, taken: Step) -> list[Blob]:
    row: dict[str, Any] = {
        "id": next_ids(session, progress_note=1)["progress_note"][0],
        "victim_id": ref.row.victim_id,
        "plan_id": ref.row.id,
        "activity_id": activity.id,
        "from_state": activity.state,
        "to_state": taken.state,
        "by_user_id": actor.user_id,
        "by_unit_id": actor.unit_id,
    }
    if taken.due_on != activity.due_on:
        row |= {"from_due": activity.due_on, "to_due": taken.due_on}
    blobs: list[Blob] = []
    if taken.note is not None:
        seal_row(session, ref.strand, row, "progress_note", {"note": taken.note}, blobs)
    insert_rows(session, ProgressNote, [row])
    return blobs
