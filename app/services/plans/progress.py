"""Progress of a plan's activities: each unit moves its own, with dated notes that nobody changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.db import insert_rows, next_ids
from app.errors import Forbidden, StaleVersion
from app.models import PlanActivity, ProgressNote
from app.services.plans import rules
from app.services.plans.content_queries import PlanRef, find
from app.services.plans.row_queries import activity_row
from app.services.plans.writing import Blob, done, seal_row
from app.services.state_machine import refused


@dataclass(frozen=True, slots=True)
class Step:
    """A state to move to (none: only a note), and a note, free text that is stored sealed."""

    state: str | None = None
    note: str | None = None


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
        StaleVersion: somebody moved it meanwhile.
    """
    require(actor, Permission.PLANS_PROGRESS)
    ref = find(session, actor, code)
    row = activity_row(session, actor, ref, activity_code)
    if not ref.writes(actor) or not (ref.responsible(actor) or row.unit_id == actor.unit_id):
        raise Forbidden("Esta actividad es de otra unidad: solo ella o la responsable del plan la avanza.")
    if row.version != version:
        raise StaleVersion
    target, note = step.state or row.state, step.note
    if refusal := rules.refuse_activity(
        row.state, target, plan_state=ref.row.state, has_note=note is not None
    ):
        raise refused(refusal)
    moved = session.execute(
        update(PlanActivity)
        .where(
            PlanActivity.id == row.id,
            PlanActivity.victim_id == ref.row.victim_id,
            PlanActivity.version == version,
        )
        .values(state=target, updated_at=func.now(), version=version + 1)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise StaleVersion
    blobs = _append_note(session, actor, ref, row, target, note)
    done(
        session, actor, "plans.activity.progress", ref.row, purpose, blobs,
        plan=ref.row.code, activity=row.code, **{"from": row.state, "to": target},
    )  # fmt: skip
    return {"code": row.code, "state": target, "version": version + 1}


def _append_note(
    session: Session, actor: Actor, ref: PlanRef, activity: Any, target: str, note: str | None
) -> list[Blob]:
    row: dict[str, Any] = {
        "id": next_ids(session, progress_note=1)["progress_note"][0],
        "victim_id": ref.row.victim_id,
        "plan_id": ref.row.id,
        "activity_id": activity.id,
        "from_state": activity.state,
        "to_state": target,
        "by_user_id": actor.user_id,
        "by_unit_id": actor.unit_id,
    }
    blobs: list[Blob] = []
    if note is not None:
        seal_row(session, ref.strand, row, "progress_note", {"note": note}, blobs)
    insert_rows(session, ProgressNote, [row])
    return blobs
