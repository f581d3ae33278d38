"""Assessments: how the person stands in each domain, again and again, so that a curve shows."""

from __future__ import annotations

from collections.abc import Iterable

from app.access.act import Act
from app.access.guard import require
from app.access.permissions import Permission
from app.catalogues import code_list
from app.errors import Conflict, refusal
from app.records.kinds import today
from app.records.rows.plans import Assessment
from app.services.plans import details, rules
from app.services.plans.content import COMPARTMENT, find, own_plan, state_now, whole
from app.services.plans.holding import advance, refresh_gaps
from app.services.plans.record_views import (
    Assessed,
    AssessedView,
    AssessmentsView,
    AssessmentView,
    CurvePointView,
    CurveView,
    DomainView,
)
from app.services.plans.writing import given
from app.services.writing import Writing


def assess(act: Act, code: str, wanted: Assessment) -> AssessedView:
    """Add an assessment; returns its code and the gaps that stand now. Nothing changes or removes it.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: another unit is responsible, or the role does not write plans.
        Invalid: domain, level or day missing, or a day to come.
        Conflict: the plan is closed.
    """
    require(act.actor, Permission.PLANS_WRITE, Permission.PLANS_PROGRESS)
    ref = own_plan(act, code)
    given(wanted, "domain", "level", "assessed_on")
    if wanted.assessed_on is not None and wanted.assessed_on > today():
        message = "La fecha está en el futuro; revísela."
        raise refusal("assessed_on", "date_in_future", message)
    advance(act.session, ref, None)
    state = state_now(act.session, ref)
    if state in rules.CLOSED:
        raise Conflict(f"El plan está en «{rules.STATES[state]}»: ya no cambia.")
    write = Writing(act, ref.row, "plans.assess", [COMPARTMENT])
    new = write.add(wanted, {"plan_id": ref.row.id}).code
    refresh_gaps(act.session, ref)
    write.done({"plan": ref.row.code, "assessment": new, "domain": wanted.domain})
    return {"code": new, "gaps": labelled(details.gaps(act.session, ref))}


def assessments(act: Act, code: str) -> AssessmentsView:
    """Every assessment of a plan, oldest first, and the curve of each domain.

    Raises:
        NotFound: the plan is out of scope.
        Forbidden: the actor reads the plan in part.
    """
    require(act.actor, Permission.PLANS_READ)
    ref = whole(act.actor, find(act, code))
    rows = details.assessments(act, ref, action="plans.assessments")
    return {
        "items": [_shown(row) for row in rows],
        "next": None,
        "curves": curves(rows),
        "gaps": labelled(details.gaps(act.session, ref)),
    }


def curves(rows: Iterable[Assessed]) -> list[CurveView]:
    """Levels in time of each domain assessed, in the order of the domains; `change` from first to last.

    Args:
        rows: assessments, oldest first.
    """
    points: dict[str, list[CurvePointView]] = {}
    for row in rows:
        points.setdefault(row["domain"], []).append({"on": row["assessed_on"], "level": row["level"]})
    domains = code_list("plan_domain")
    return [
        {
            "domain": domain,
            "domain_label": domains.label(domain),
            "points": points[domain],
            "level": points[domain][-1]["level"],
            "at_risk": points[domain][-1]["level"] <= details.AT_RISK,
            "change": points[domain][-1]["level"] - points[domain][0]["level"],
        }
        for domain in domains.codes
        if domain in points
    ]


def labelled(domains: Iterable[str]) -> list[DomainView]:
    """Domains with their Spanish labels."""
    known = code_list("plan_domain").labels
    return [{"domain": domain, "domain_label": known.get(domain, domain)} for domain in domains]


def _shown(row: Assessed) -> AssessmentView:
    return {
        **row,
        "domain_label": code_list("plan_domain").labels.get(row["domain"], row["domain"]),
        "level_label": code_list("assessment_level").label(str(row["level"])),
    }
