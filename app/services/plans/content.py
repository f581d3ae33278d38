"""A plan in scope, how much of it an actor sees, and its opened content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from typing_extensions import TypedDict

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import canonical
from app.access.opening_rows import SealedRow, open_rows
from app.access.policy import Level
from app.access.scope import actor_params, visible_plans
from app.access.sealing import Strand
from app.access.standing import Standing, standing
from app.errors import Forbidden, NotFound
from app.models import Plan, PlanActivity, PlanObjective, Unit

COMPARTMENT = "plan"
Texts = Mapping[str, Any]
"""What was sealed of a row, opened, by field: JSON as it was written."""
_COLUMNS = (
    "id",
    "victim_id",
    "case_id",
    "code",
    "kind",
    "state",
    "state_since",
    "unit_id",
    "responsible_user_id",
    "starts_on",
    "place_of_execution",
    "execution_country",
    "feasibility",
    "pti_resolution",
    "pti_on",
    "language",
    "interpreter",
    "created_at",
    "signed_at",
    "closed_at",
    "outcome",
    "next_review_on",
    "gaps",
    "sealed",
    "key_version",
    "version",
)
# A plan is read by units that do not take part in its case: the database tells them the case's record.
_RECORD = func.ruv.record_of_case(Plan.case_id).label("record_id")


@dataclass(frozen=True, slots=True)
class PlanRef:
    """A plan in scope and the actor's standing to the person. `row` has the plan's columns and its record."""

    row: Any
    standing: Standing

    @property
    def strand(self) -> Strand:
        """Under which record the plan's texts are sealed."""
        return Strand(self.row.victim_id, self.row.record_id)

    def sees_all(self, actor: Actor) -> bool:
        """Whether the actor sees the whole plan; otherwise only its own unit's activities."""
        level = self.standing.level(actor, COMPARTMENT)
        return level is Level.FULL or (level is Level.PARTIAL and self.responsible(actor))

    def responsible(self, actor: Actor) -> bool:
        """Whether the actor's unit is the one responsible for the plan."""
        return bool(self.row.unit_id == actor.unit_id)

    def writes(self, actor: Actor) -> bool:
        """Whether the actor may write in the plan what it may read of it."""
        return self.standing.writes(actor, COMPARTMENT)


class Goal(TypedDict):
    """An objective, opened, under its key."""

    id: int
    code: str
    domain: str
    state: str
    version: int
    wish: str | None
    goal: str | None


class Task(TypedDict):
    """An activity, opened, under its key."""

    id: int
    objective_id: int
    code: str
    unit_id: int
    unit: str
    due_on: date
    state: str
    service_code: str | None
    version: int
    description: str | None
    indicator: str | None
    person_in_charge: str | None
    frequency: str | None
    evidence_expected: str | None


def find(act: Act, code: str) -> PlanRef:
    """The plan behind a code.

    Raises:
        NotFound: no such plan, out of scope, or the plan was not shared with the actor's unit.
    """
    row = act.session.execute(
        select(*(getattr(Plan, name) for name in _COLUMNS), _RECORD)
        .where(Plan.code == canonical(code, "PR"), Plan.id.in_(visible_plans(act.actor)))
        .params(actor_params(act.actor))
    ).first()
    stand = standing(act, row.victim_id) if row else None
    if row is None or stand is None or stand.level(act.actor, COMPARTMENT) < Level.PARTIAL:
        raise NotFound
    return PlanRef(row, stand)


def own_plan(act: Act, code: str) -> PlanRef:
    """The plan behind a code, for its responsible unit to work on.

    Raises:
        NotFound: as `find`.
        Forbidden: another unit is responsible, or the role does not write plans.
    """
    ref = find(act, code)
    if not ref.responsible(act.actor) or not ref.writes(act.actor):
        raise Forbidden("Solo la unidad responsable del plan puede hacerlo.")
    return ref


def whole(actor: Actor, ref: PlanRef) -> PlanRef:
    """The plan, for who sees all of it.

    Raises:
        Forbidden: the actor sees its own unit's activities only.
    """
    if not ref.sees_all(actor):
        raise Forbidden("Su función lee del plan solo las actividades de su unidad.")
    return ref


def version_now(session: Session, ref: PlanRef) -> int | None:
    """The plan's version as stored now, if the actor still sees it."""
    return session.scalar(
        select(Plan.version).where(Plan.id == ref.row.id, Plan.victim_id == ref.row.victim_id)
    )


def state_now(session: Session, ref: PlanRef) -> str:
    """The plan's state as stored now; called after `advance`, which holds the row."""
    state = session.scalar(
        select(Plan.state).where(Plan.id == ref.row.id, Plan.victim_id == ref.row.victim_id)
    )
    if state is None:
        raise NotFound
    return state


def objectives(act: Act, ref: PlanRef, *, action: str) -> list[Goal]:
    """Opened objectives of a plan, in order."""
    table = PlanObjective
    rows = act.session.execute(
        select(
            table.id, table.code, table.domain, table.state, table.version, table.sealed, table.key_version
        )
        .where(table.plan_id == ref.row.id, table.victim_id == ref.row.victim_id)
        .order_by(table.position, table.id)
    ).all()  # fmt: skip
    texts = open_texts(act, ref, "plan_objective", rows, action=action)
    return [
        {
            "id": row.id,
            "code": row.code,
            "domain": row.domain,
            "state": row.state,
            "version": row.version,
            "wish": text.get("wish"),
            "goal": text.get("goal"),
        }
        for row, text in zip(rows, texts, strict=True)
    ]


def activities(act: Act, ref: PlanRef, *, action: str) -> list[Task]:
    """Opened activities of a plan that the actor may see: all of them, or its own unit's."""
    table = PlanActivity
    query = (
        select(
            table.id, table.objective_id, table.code, table.unit_id, table.due_on, table.state, table.sealed,
            table.key_version, table.service_code, table.version, Unit.code.label("unit"),
        )
        .join(Unit, Unit.id == table.unit_id)
        .where(table.plan_id == ref.row.id, table.victim_id == ref.row.victim_id)
        .order_by(table.due_on, table.id)
    )  # fmt: skip
    if not ref.sees_all(act.actor):
        query = query.where(table.unit_id == act.actor.unit_id)
    rows = act.session.execute(query).all()
    texts = open_texts(act, ref, "plan_activity", rows, action=action)
    return [
        {
            "id": row.id,
            "objective_id": row.objective_id,
            "code": row.code,
            "unit_id": row.unit_id,
            "unit": row.unit,
            "due_on": row.due_on,
            "state": row.state,
            "service_code": row.service_code,
            "version": row.version,
            "description": text.get("description"),
            "indicator": text.get("indicator"),
            "person_in_charge": text.get("person_in_charge"),
            "frequency": text.get("frequency"),
            "evidence_expected": text.get("evidence_expected"),
        }
        for row, text in zip(rows, texts, strict=True)
    ]


def open_texts(
    act: Act,
    ref: PlanRef,
    table: str,
    rows: Sequence[Any],
    *,
    action: str,
) -> Sequence[Texts]:
    """Texts of rows of a plan's table (`id`, `sealed`, `key_version`), recorded; no rows, no event."""
    if not rows:
        return []
    sealed = [SealedRow(row.id, row.key_version, row.sealed) for row in rows]
    return open_rows(act, COMPARTMENT, ref.strand, table, sealed, action=action)
