"""Read the quality of the cases in an actor's scope: one statement a report, one for the cases of a rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import CTE, Boolean, ColumnElement, and_, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.access.act import Act
from app.access.actor import Actor
from app.access.guard import require
from app.access.permissions import Permission
from app.access.policy import Level, policy
from app.access.scope import actor_params, given, visible_cases, visible_placements
from app.audit import record
from app.errors import NotFound
from app.models import (
    CompartmentHead,
    Exploitation,
    Participation,
    Placement,
    Plan,
    PlanAssessment,
    Profile,
    TraffickingCase,
    Unit,
    VictimCode,
)
from app.records import face_fields, fields
from app.services.cases.queries import may_filter
from app.services.paging import PAGE, cursor_of, read_cursor
from app.services.quality.rules import RULES, SEVERITIES, Rule
from app.services.quality.views import QualityCasesView, QualityCaseView, QualityView, RuleShareView, RuleView
from app.services.shelters.rules import IN_SHELTER
from app.states import CaseState

UNIT_OF_COUNT = "casos"
SAFETY = "SEGURIDAD"
"""Domain of a plan whose assessment is one of risk."""
_CASE = (
    "code", "state", "state_since", "identification", "first_identified_on", "opened_at", "closed_at",
)  # fmt: skip
_COMPARTMENTS = ("identity", "legal", "protection", "plan")


@dataclass(frozen=True, slots=True)
class Share:
    """Of how many cases a rule looks at, how many do not fit."""

    cases: int
    found: int

    @property
    def share(self) -> float | None:
        """The part that does not fit, 0 to 1; None without cases."""
        return round(self.found / self.cases, 4) if self.cases else None

    def shown(self) -> RuleShareView:
        """As JSON."""
        return {"cases": self.cases, "found": self.found, "share": self.share}


def report(act: Act) -> QualityView:
    """Every rule the actor's role sees the fields of: how many of how many cases in scope, and this month's.

    `this_month` and `last_month` count the cases opened in the month (Peru), so that who registers better
    than before sees it. `score`: the part of all looks (a rule at a case) that found nothing, 0 to 1.

    Raises:
        Forbidden: the role reads no cases.
    """
    require(act.actor, Permission.CASES_READ)
    record(act, "quality.report", purpose=act.purpose)
    rules = [rule for rule in RULES.values() if _readable(act.actor, rule)]
    counted = _counted(act, rules)
    return {
        "unit_of_count": UNIT_OF_COUNT,
        "cases": counted.pop(0),
        "score": score(Share(*counted[at : at + 2]) for at in range(0, len(counted), 6)),
        "rules": [
            {
                **_described(rule),
                **Share(*counted[at : at + 2]).shown(),
                "this_month": Share(*counted[at + 2 : at + 4]).shown(),
                "last_month": Share(*counted[at + 4 : at + 6]).shown(),
            }
            for at, rule in zip(range(0, len(counted), 6), rules, strict=True)
        ],
    }


def cases(act: Act, code: str, *, cursor: str | None = None, limit: int = PAGE) -> QualityCasesView:
    """A rule and the codes of the cases to mend, newest first, with the field to fill, a page of them.

    Raises:
        Forbidden: the role reads no cases.
        NotFound: no such rule for this role.
        BadRequest: the cursor is not one of this list.
    """
    require(act.actor, Permission.CASES_READ)
    rule = RULES.get(code)
    if rule is None or not _readable(act.actor, rule):
        raise NotFound
    seen = facts(act.actor)
    query = (
        select(seen.c.code, seen.c.victim, seen.c.state, seen.c.opened_at)
        .where(rule.applies(seen.c), rule.finds(seen.c))
        .order_by(seen.c.opened_at.desc(), seen.c.code.desc())
        .limit(limit + 1)
    )
    if cursor is not None:
        moment, last = read_cursor(cursor, "CA")
        query = query.where(
            or_(seen.c.opened_at < moment, and_(seen.c.opened_at == moment, seen.c.code < last))
        )
    rows = act.session.execute(query.params(actor_params(act.actor))).all()
    page = rows[:limit]
    record(
        act, "quality.cases", purpose=act.purpose, fields=[rule.field],
        detail={"rule": rule.code, "cases": [row.code for row in page]},
    )  # fmt: skip
    items: list[QualityCaseView] = [
        {
            "case": row.code, "victim": row.victim, "state": row.state, "opened_at": row.opened_at,
            "field": rule.field,
        }
        for row in page
    ]  # fmt: skip
    following = cursor_of(page[-1].opened_at, page[-1].code) if len(rows) > limit else None
    return {"rule": _described(rule), "unit_of_count": UNIT_OF_COUNT, "items": items, "next": following}


def score(shares: Iterable[Share]) -> float | None:
    """The part of all looks that found nothing, 0 to 1; None where nothing was looked at."""
    cases_seen = found = 0
    for share in shares:
        cases_seen += share.cases
        found += share.found
    return round(1 - found / cases_seen, 4) if cases_seen else None


def facts(actor: Actor) -> CTE:
    """What the rules look at, a row a case in scope that was not discarded: clear columns only."""
    part = aliased(Participation)
    of_unit = (
        part.case_id == TraffickingCase.id,
        part.victim_id == TraffickingCase.victim_id,
        part.unit_id == actor.unit_id,
        part.ended_at.is_(None),
    )
    profile = [getattr(Profile, field.name) for field in face_fields("profile")]
    legal = [getattr(Exploitation, field.name) for field in face_fields("exploitation")]
    plan = select(Plan.id).where(
        Plan.case_id == TraffickingCase.id, Plan.victim_id == TraffickingCase.victim_id
    )
    placed = select(Placement.id).where(
        Placement.case_id == TraffickingCase.id, Placement.victim_id == TraffickingCase.victim_id,
        Placement.left_at.is_(None), Placement.id.in_(visible_placements(actor)),
    )  # fmt: skip
    return (
        visible_cases(actor)
        .add_columns(
            *(getattr(TraffickingCase, name) for name in _CASE),
            VictimCode.code.label("victim"),
            *profile,
            *legal,
            *(given(actor, name).label(f"given_{name}") for name in _COMPARTMENTS),
            _filled("legal").label("legal_filled"),
            or_(_filled("protection"), _assessed()).label("risk_assessed"),
            plan.exists().label("planned"),
            placed.exists().label("placed"),
            placed.where(Placement.actual_place != IN_SHELTER).exists().label("elsewhere"),
            select(func.max(part.last_activity)).where(*of_unit).scalar_subquery().label("last_activity"),
            select(func.min(part.started_at)).where(*of_unit).scalar_subquery().label("unit_since"),
            select(Unit.kind).where(Unit.id == actor.unit_id).scalar_subquery().label("unit_kind"),
        )
        .join(VictimCode, VictimCode.victim_id == TraffickingCase.victim_id)
        .outerjoin(Profile, Profile.victim_id == TraffickingCase.victim_id)
        .outerjoin(
            Exploitation,
            and_(
                Exploitation.case_id == TraffickingCase.id,
                Exploitation.victim_id == TraffickingCase.victim_id,
            ),
        )
        .where(VictimCode.is_main(), TraffickingCase.state != CaseState.DISCARDED)
        .cte("facts")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )


def _filled(compartment: str) -> ColumnElement[bool]:
    return (
        select(CompartmentHead.version)
        .where(
            CompartmentHead.victim_id == TraffickingCase.victim_id,
            CompartmentHead.compartment == compartment,
        )
        .exists()
    )


def _assessed() -> ColumnElement[bool]:
    """That the plan of the case has an assessment of her safety."""
    return (
        select(PlanAssessment.id)
        .join(Plan, and_(Plan.id == PlanAssessment.plan_id, Plan.victim_id == PlanAssessment.victim_id))
        .where(
            Plan.case_id == TraffickingCase.id,
            Plan.victim_id == TraffickingCase.victim_id,
            PlanAssessment.domain == SAFETY,
        )
        .exists()
    )


def _counted(act: Act, rules: list[Rule]) -> list[int]:
    """Number of cases, then per rule: looked at and found, of all, of this month's, of last month's."""
    seen = facts(act.actor)
    month = func.date_trunc("month", func.timezone("America/Lima", func.now()))
    opened = func.date_trunc("month", func.timezone("America/Lima", seen.c.opened_at))
    whens: tuple[ColumnElement[bool], ...] = (
        literal(True, Boolean),
        opened == month,
        opened == month - func.make_interval(0, 1),
    )
    columns: list[ColumnElement[int]] = [func.count()]
    for rule in rules:
        for when in whens:
            looked_at = and_(rule.applies(seen.c), when)
            columns.append(func.count().filter(looked_at))
            columns.append(func.count().filter(looked_at, rule.finds(seen.c)))
    row = act.session.execute(select(*columns).select_from(seen).params(actor_params(act.actor))).one()
    return [int(count) for count in row]


def _described(rule: Rule) -> RuleView:
    return {
        "code": rule.code,
        "label": rule.sentence,
        "field": rule.field,
        "severity": rule.severity,
        "severity_label": SEVERITIES[rule.severity],
    }


def _readable(actor: Actor, rule: Rule) -> bool:
    """Whether the role sees what the rule reads: each field, or that a compartment is filled."""
    return all(_sees(actor, path) for path in rule.reads)


def _sees(actor: Actor, path: str) -> bool:
    compartment, _, name = path.partition(".")
    if name:
        return may_filter(actor, fields(compartment)[name])
    if compartment == "plan":
        return policy().opens(actor.role, compartment)
    return policy().cell(actor.role, compartment).level >= Level.EXISTS
