"""What an update of an activity reads and writes, in one statement each: people wait for it all day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.guard import canonical
from app.access.policy import Level
from app.access.scope import actor_params, takes_part
from app.access.sealing import StoredKey
from app.access.standing import standing_of
from app.db import Prepared, driver_cursor
from app.errors import NotFound
from app.models import Participation, Plan, PlanActivity, VictimDek
from app.services.plans.content import COMPARTMENT, PlanRef


class PlanFace(NamedTuple):
    """What an update of an activity needs to know of its plan."""

    id: int
    victim_id: int
    case_id: int
    code: str
    state: str
    unit_id: int
    record_id: int


class ActivityFace(NamedTuple):
    """An activity as it is now."""

    id: int
    code: str
    unit_id: int
    state: str
    due_on: date
    version: int


@dataclass(frozen=True, slots=True)
class Found:
    """An activity in scope, its plan, the key its notes are sealed under (if any yet), the next row id."""

    plan: PlanRef
    activity: ActivityFace
    key: StoredKey | None
    note_id: int


_WIDTH = len(PlanFace._fields), len(ActivityFace._fields)


def _statement(*, unit_wide: bool) -> Prepared:
    """A row for each open part of the unit in the person's cases and each key of the compartment: few."""
    return Prepared.of(
        select(
            *(getattr(Plan, name) for name in PlanFace._fields[:-1]),
            func.ruv.record_of_case(Plan.case_id),
            *(getattr(PlanActivity, name) for name in ActivityFace._fields),
            Participation.compartments,
            Participation.housed,
            VictimDek.record_id,
            VictimDek.version,
            VictimDek.kek_id,
            VictimDek.wrapped,
            literal_column("nextval('public.progress_note_id_seq')"),
        )
        .join(Participation, Participation.victim_id == Plan.victim_id)
        .join(
            PlanActivity,
            and_(PlanActivity.plan_id == Plan.id, PlanActivity.victim_id == Plan.victim_id),
        )
        .outerjoin(
            VictimDek, and_(VictimDek.victim_id == Plan.victim_id, VictimDek.compartment == COMPARTMENT)
        )
        .where(
            Plan.code == bindparam("plan"),
            PlanActivity.code == bindparam("activity"),
            takes_part(unit_wide=unit_wide),
        )
    )


_FIND = {wide: _statement(unit_wide=wide) for wide in (True, False)}

_STEP = """
    SELECT ruv.step_activity(%(activity)s, %(victim)s, %(version)s, %(note)s, %(from_state)s, %(to_state)s,
        %(from_due)s, %(to_due)s, %(sealed)s, %(key_version)s, %(ends)s, %(due)s, %(remind)s, %(escalate)s)
"""


def find_activity(act: Act, plan_code: str, activity_code: str) -> Found:
    """The activity behind the codes of its plan and its own.

    Raises:
        NotFound: no such plan or activity, out of scope, the plan was not shared with the actor's unit, or
            the activity is another unit's and the actor reads the plan in part.
    """
    codes = {"plan": canonical(plan_code, "PR"), "activity": canonical(activity_code, "AC")}
    rows = _FIND[act.actor.unit_wide].all(act.session, **codes, **actor_params(act.actor))
    if not rows:
        raise NotFound
    first, (plans, activities) = rows[0], _WIDTH
    plan, activity = PlanFace(*first[:plans]), ActivityFace(*first[plans : plans + activities])
    at = plans + activities
    ref = PlanRef(plan, standing_of(row[at : at + 2] for row in rows))
    if ref.standing.level(act.actor, COMPARTMENT) < Level.PARTIAL:
        raise NotFound
    if not ref.sees_all(act.actor) and activity.unit_id != act.actor.unit_id:
        raise NotFound
    keys = [StoredKey(*row[at + 3 : at + 6]) for row in rows if row[at + 2] == plan.record_id]
    return Found(ref, activity, max(keys, default=None), first[-1])


def write_step(session: Session, values: Mapping[str, object]) -> bool:
    """Move the activity if it is still at its version, with its clock; add the note; put the case on top.

    Returns whether it was. The rules are the policies' own, asked once in the database (`ruv.step_activity`).
    """
    cursor = driver_cursor(session)
    cursor.execute(_STEP, dict(values))
    ((moved,),) = cursor.fetchall()
    return bool(moved)
