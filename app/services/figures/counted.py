"""One statement an indicator, over the statistical face, as `ruv_report`."""

from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    FromClause,
    Integer,
    Select,
    func,
    null,
    or_,
    select,
    union,
)

from app.models import (
    CaseTransition,
    Exploitation,
    Placement,
    Plan,
    PlanActivity,
    PlanObjective,
    Referral,
    SatisfactionCount,
    ServiceDelivery,
    TraffickingCase,
)
from app.services.figures import catalogue as c
from app.services.releases.population import first_cases, prefer_scans
from app.states import ActivityState, CaseOutcome, CaseState, DeliveryState

Counts = Select[*tuple[Any, ...]]


def figures_statement(code: str, year: int | None) -> Counts:
    """Rows of (year, department, persons, each measure, each item of the breakdown) of an indicator."""
    return _STATEMENTS[code](year)


def figures(connection: Connection, code: str, year: int | None) -> list[tuple[Any, ...]]:
    """The rows of `figures_statement`; exact, so they go through `rules` before anybody sees them."""
    prefer_scans(connection)
    return [tuple(row) for row in connection.execute(figures_statement(code, year))]


def _plans(year: int | None) -> Counts:
    achieved = (
        select(Plan.victim_id, Plan.id.label("plan_id"), PlanObjective.domain)
        .join(PlanObjective, (PlanObjective.plan_id == Plan.id) & (PlanObjective.victim_id == Plan.victim_id))
        .join(
            PlanActivity,
            (PlanActivity.objective_id == PlanObjective.id) & (PlanActivity.victim_id == Plan.victim_id),
        )
        .where(
            Plan.signed_at.is_not(None),
            Plan.state.in_(c.IMPLEMENTED_STATES),
            PlanActivity.state == ActivityState.ACHIEVED,
        )
        .group_by(Plan.victim_id, Plan.id, PlanObjective.domain)
        .having(func.count() >= c.MIN_ACTIVITIES)
        .subquery("achieved")
    )
    running = (
        select(achieved.c.victim_id)
        .group_by(achieved.c.victim_id, achieved.c.plan_id)
        .having(func.count() >= c.MIN_DOMAINS)
        .subquery("running")
    )
    signed = select(Plan.victim_id).where(Plan.signed_at.is_not(None))
    return _counted(year, signed, select(running.c.victim_id))


def _care(year: int | None) -> Counts:
    served = select(Referral.victim_id).where(
        Referral.service_type.in_(c.CARE_SERVICES),
        Referral.state.in_(c.TAKEN_ON),
        or_(Referral.result.is_(None), Referral.result.not_in(c.NOT_RECEIVED)),
    )
    delivered = select(ServiceDelivery.victim_id).where(
        ServiceDelivery.service_type.in_(c.CARE_SERVICES),
        ServiceDelivery.attendance == c.DELIVERED,
        ServiceDelivery.state == DeliveryState.IN_FORCE,
    )
    housed = select(Placement.victim_id)
    reached = select(TraffickingCase.victim_id).where(TraffickingCase.state.in_(c.CARE_STATES))
    passed = select(CaseTransition.victim_id).where(CaseTransition.to_state.in_(c.CARE_STATES))
    return _counted(year, union(served, delivered, housed, reached, passed))


def _family(year: int | None) -> Counts:
    def closed_with(*outcomes: str) -> Select[Any]:
        return select(TraffickingCase.victim_id).where(
            TraffickingCase.state == CaseState.CLOSED, TraffickingCase.outcome.in_(outcomes)
        )

    both = closed_with(CaseOutcome.FAMILY, CaseOutcome.FOSTER_FAMILY)
    return _counted(year, both, closed_with(CaseOutcome.FAMILY), closed_with(CaseOutcome.FOSTER_FAMILY))


def _satisfied(year: int | None) -> Counts:
    """Answers to the general question, and those that say yes; of nobody, so of no department."""
    counted = SatisfactionCount
    of_year = func.extract("year", counted.month).cast(Integer)
    query = (
        select(
            of_year,
            null(),
            func.coalesce(func.sum(counted.count), 0).cast(Integer),
            func.coalesce(func.sum(counted.count).filter(counted.answer == c.SATISFIED), 0).cast(Integer),
        )
        .where(counted.question == c.SATISFACTION, counted.answer.in_(c.ANSWERED))
        .group_by(of_year)
    )
    return query if year is None else query.where(of_year == year)


def _counted(year: int | None, *persons: Select[Any] | CompoundSelect[Any]) -> Counts:
    """Persons of each year and department, and how many of them are in each of the given sets."""
    first = first_cases(year)
    joined: FromClause = first.outerjoin(
        Exploitation,
        (Exploitation.case_id == first.c.case_id) & (Exploitation.victim_id == first.c.victim_id),
    )
    measures = []
    for number, chosen in enumerate(persons):
        inner = chosen.subquery()
        once = select(inner.c.victim_id).distinct().subquery(f"measure_{number}")
        joined = joined.outerjoin(once, once.c.victim_id == first.c.victim_id)
        measures.append(func.count(once.c.victim_id).cast(Integer))
    return (
        select(first.c.reference_year, Exploitation.department, func.count().cast(Integer), *measures)
        .select_from(joined)
        .group_by(first.c.reference_year, Exploitation.department)
    )


_STATEMENTS = {"3.1.b": _plans, "3.2.b": _care, "3.2.c": _satisfied, "3.3.b": _family}
