"""How a unit stands, for its supervisors: each number says what it counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, Select, and_, distinct, extract, func, select
from sqlalchemy.orm import Session

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.access.policy import policy
from app.access.scope import actor_params, visible_cases, visible_plans, visible_referrals
from app.audit import record
from app.models import Assignment, Placement, Plan, PlanActivity, Referral, TraffickingCase, Unit
from app.records.kinds import today
from app.services.cases.codes import STATES
from app.services.institutions.masking import SHELTER_KINDS
from app.services.plans import rules as plan_rules
from app.services.quality.queries import report as quality_report
from app.services.referrals.rules import STATES as REFERRAL_STATES
from app.services.shelters.free_places import places_of, vacant
from app.services.supervision.attention import reviews_due
from app.services.supervision.rules import supervising
from app.services.supervision.staff import workers
from app.services.supervision.views import (
    ActivityCountsView,
    Counted,
    CountView,
    HousingFigures,
    PlanFigures,
    QualityScoreView,
    ReferralFigures,
    ReferralTallyView,
    StateCountView,
    TallyView,
    UnitFiguresView,
    WorkloadView,
)

PERSONS: Final = "personas"
CASES: Final = "casos"
ACTIVITIES: Final = "actividades"
REFERRALS: Final = "derivaciones"
PLANS: Final = "planes"
PLACES: Final = "cupos"
SUNDAY: Final = 6

K = TypeVar("K")


def figures(act: Act) -> UnitFiguresView:
    """Cases, people's workload, activities, referrals, plans, placements and quality of the actor's unit.

    Raises:
        Forbidden: the actor supervises nobody, or its role reads no cases.
    """
    require(act.actor, Permission.CASES_READ)
    supervising(act.actor)
    record(act, "supervision.figures", purpose=act.purpose)
    persons, cases = _cases(act)
    return {
        "as_of": datetime.now(UTC),
        "persons": persons,
        "cases": cases,
        "workload": _workload(act),
        **_of_plans(act),
        **_of_referrals(act),
        "quality": _quality(act),
        **_housed(act),
    }


def _counted(count: int, unit: Counted) -> CountView:
    return {"count": count, "unit_of_count": unit}


def _of_plans(act: Act) -> PlanFigures:
    if not policy().opens(act.actor.role, "plan"):
        return {}
    return {
        "activities": _activities(act),
        "plans": _plans(act),
        "reviews_due": _counted(
            act.session.scalar(reviews_due(act.actor).params(actor_params(act.actor))) or 0, PLANS
        ),
    }


def _of_referrals(act: Act) -> ReferralFigures:
    if not policy().permits(act.actor.role, Permission.REFERRALS_READ):
        return {}
    return {
        "referrals": {
            "sent": _referrals(act, Referral.from_unit_id == act.actor.unit_id),
            "received": _referrals(act, Referral.to_unit_id == act.actor.unit_id),
        }
    }


def _quality(act: Act) -> QualityScoreView:
    quality = quality_report(act)
    return {"score": quality["score"], **_counted(quality["cases"], CASES)}


def _tally(session: Session, grouped: Select[K, int]) -> dict[K, int]:
    """Counts by what they are grouped by."""
    return {row[0]: row[1] for row in session.execute(grouped)}


def _by_state(rows: Mapping[str, int], labels: Mapping[str, str], unit: Counted) -> TallyView:
    """Counts by state, in the order of the list; states nobody is in are left out."""
    states: list[StateCountView] = [
        {"state": state, "label": label, "count": rows[state]}
        for state, label in labels.items()
        if rows.get(state)
    ]
    return {**_counted(sum(rows.values()), unit), "by_state": states}


def _cases(act: Act) -> tuple[CountView, TallyView]:
    """Persons, and cases by state."""
    seen = visible_cases(act.actor).add_columns(TraffickingCase.state).cte("seen")
    rows = act.session.execute(
        select(seen.c.state, func.count(), select(func.count(distinct(seen.c.victim_id))).scalar_subquery())
        .group_by(seen.c.state)
        .params(actor_params(act.actor))
    ).all()
    persons = int(rows[0][2]) if rows else 0
    return _counted(persons, PERSONS), _by_state({row[0]: row[1] for row in rows}, STATES, CASES)


def _late(actor: Actor) -> ColumnElement[bool]:
    return and_(
        PlanActivity.unit_id == actor.unit_id,
        PlanActivity.state.in_(plan_rules.OPEN_ACTIVITY),
        PlanActivity.due_on < today(),
    )


def _workload(act: Act) -> list[WorkloadView]:
    """Open cases and overdue activities of the unit by who has charge; of two in charge, both count."""
    late = _tally(
        act.session,
        select(Assignment.user_id, func.count())
        .join(Plan, and_(Plan.case_id == Assignment.case_id, Plan.victim_id == Assignment.victim_id))
        .join(PlanActivity, and_(PlanActivity.plan_id == Plan.id, PlanActivity.victim_id == Plan.victim_id))
        .where(Assignment.unit_id == act.actor.unit_id, Assignment.ended_at.is_(None), _late(act.actor))
        .group_by(Assignment.user_id),
    )
    return [
        {
            "username": worker.username,
            "active": worker.active,
            "open_cases": _counted(worker.cases, CASES),
            "overdue_activities": _counted(late.get(worker.user_id, 0), ACTIVITIES),
        }
        for worker in workers(act)
        if worker.active or worker.cases
    ]


def _activities(act: Act) -> ActivityCountsView:
    now = today()
    sunday = now + timedelta(days=SUNDAY - now.weekday())
    open_now = and_(
        PlanActivity.unit_id == act.actor.unit_id, PlanActivity.state.in_(plan_rules.OPEN_ACTIVITY)
    )
    due, late, running = act.session.execute(
        select(
            func.count().filter(PlanActivity.due_on.between(now, sunday)),
            func.count().filter(PlanActivity.due_on < now),
            func.count(),
        )
        .where(open_now, PlanActivity.plan_id.in_(visible_plans(act.actor)))
        .params(actor_params(act.actor))
    ).one()
    return {
        "open": _counted(running, ACTIVITIES),
        "due_this_week": _counted(due, ACTIVITIES),
        "overdue": _counted(late, ACTIVITIES),
    }


def _plans(act: Act) -> TallyView:
    states = _tally(
        act.session,
        select(Plan.state, func.count())
        .where(Plan.unit_id == act.actor.unit_id, Plan.id.in_(visible_plans(act.actor)))
        .group_by(Plan.state)
        .params(actor_params(act.actor)),
    )
    return _by_state(states, plan_rules.STATES, PLANS)


def _referrals(act: Act, side: ColumnElement[bool]) -> ReferralTallyView:
    """Referrals of one side by state, and the median hours until an answer came."""
    mine = and_(side, Referral.id.in_(visible_referrals(act.actor)))
    states = _tally(
        act.session,
        select(Referral.state, func.count())
        .where(mine)
        .group_by(Referral.state)
        .params(actor_params(act.actor)),
    )
    hours = extract("epoch", Referral.answered_at - Referral.sent_at) / 3600
    median = act.session.scalar(
        select(func.percentile_cont(0.5).within_group(hours))
        .where(mine, Referral.answered_at.is_not(None))
        .params(actor_params(act.actor))
    )
    return {
        **_by_state(states, REFERRAL_STATES, REFERRALS),
        "median_answer_hours": None if median is None else round(float(median), 1),
    }


def _housed(act: Act) -> HousingFigures:
    kind = act.session.scalar(select(Unit.kind).where(Unit.id == act.actor.unit_id))
    if kind not in SHELTER_KINDS:
        return {}
    living = act.session.scalar(
        select(func.count(distinct(Placement.victim_id))).where(
            Placement.unit_id == act.actor.unit_id, Placement.left_at.is_(None)
        )
    )
    places = places_of(act.session, [act.actor.unit_id])
    free = sum(place.total - place.taken for place in places)
    return {
        "placements": _counted(living or 0, PERSONS),
        "vacancies": {
            **_counted(free, PLACES),
            "total": sum(place.total for place in places),
            "by_group": [vacant(place.grp, place.total, place.total - place.taken) for place in places],
        },
    }
