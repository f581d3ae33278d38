"""Progress of a plan's activities: each unit moves its own, with dated notes that nobody changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.access.sealing import TEXT_SCHEMA, seal_text, seal_with
from app.audit import record
from app.errors import Forbidden, StaleVersion
from app.services.plans import rules, timing
from app.services.plans.activities import Found, find_activity, write_step
from app.services.plans.content import COMPARTMENT
from app.services.plans.rows import activity_version
from app.services.plans.views import ActivityMovedView
from app.services.plans.writing import check_due
from app.services.state_machine import refused
from app.services.writing import Blob
from app.vault import Place

TABLE = "progress_note"


@dataclass(frozen=True, slots=True)
class Step:
    """A state to move to (none: only a note), and a note, free text that is stored sealed.

    `due_on`: another day by which it is due; the note says why.
    """

    state: str | None = None
    note: str | None = None
    due_on: date | None = None


def progress(
    act: Act,
    code: str,
    activity_code: str,
    version: int,
    step: Step,
) -> ActivityMovedView:
    """Move an activity, or only add a dated note to it; notes are never changed or removed.

    The activity's own unit and the plan's responsible unit may do it.

    Raises:
        NotFound: the plan or the activity is out of scope.
        Forbidden: the activity is another unit's, or the role does not write plans.
        Conflict, Invalid: not possible now; the text says what is missing or possible.
        StaleVersion: somebody moved it meanwhile; `version` is the present one.
    """
    require(act.actor, Permission.PLANS_PROGRESS)
    found = find_activity(act, code, activity_code)
    ref, row = found.plan, found.activity
    if not ref.writes(act.actor) or not (ref.responsible(act.actor) or row.unit_id == act.actor.unit_id):
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
    taken = Step(target, step.note, due_on)
    values, blobs = _written(act.session, found, taken)
    if not write_step(act.session, values):
        raise StaleVersion(version=activity_version(act.session, ref, row.id))
    timing.activity_taken_up(act.session, ref, row, taken)
    record(
        act, "plans.activity.progress", victim_id=ref.row.victim_id, case_id=ref.row.case_id,
        purpose=act.purpose, compartments=[COMPARTMENT], blobs=blobs,
        detail={"plan": ref.row.code, "activity": row.code, "from": row.state, "to": target},
    )  # fmt: skip
    return {"code": row.code, "state": target, "due_on": due_on, "version": version + 1}


def _written(session: Session, found: Found, taken: Step) -> tuple[dict[str, object], list[Blob]]:
    """What a step writes: the activity's new state and day, its clock's, and its note, sealed."""
    plan, activity = found.plan.row, found.activity
    replanned = taken.due_on != activity.due_on
    values: dict[str, object] = {
        "activity": activity.id,
        "version": activity.version,
        "victim": plan.victim_id,
        "from_state": activity.state,
        "to_state": taken.state,
        "from_due": activity.due_on if replanned else None,
        "to_due": taken.due_on if replanned else None,
        "note": found.note_id,
        "sealed": None,
        "key_version": None,
        **timing.activity_clock(found.plan, activity, taken),
    }
    if taken.note is None:
        return values, []
    strand, texts = found.plan.strand, {"note": taken.note}
    if found.key is None:
        version, sealed = seal_text(session, COMPARTMENT, strand, TABLE, found.note_id, texts)
    else:
        place = Place(TABLE, COMPARTMENT, strand.record_id, found.note_id, 1, TEXT_SCHEMA)
        version, sealed = found.key.version, seal_with(session, found.key, place, texts)
    return {**values, "sealed": sealed, "key_version": version}, [(TABLE, found.note_id, 1, sealed)]
