"""Calidad de datos: what is missing or contradicts itself in the cases one sees, and where to mend it."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.access.policy import policy
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.records import COMPARTMENTS, fields
from app.services.quality import queries
from app.services.quality.rules import SEVERITIES
from app.services.quality.views import QualityCaseView, ReportedRuleView
from app.web.i18n import _
from app.web.kit.charts import number
from app.web.kit.page import CurrentPage, Page
from app.web.victims.record_groups import SLUGS

router = Branch(prefix="/calidad")

_READS = Requires(Permission.CASES_READ)
_SLUG_OF: Final = {name: slug for slug, name in SLUGS.items()}


@router.get("", dependencies=[_READS])
def report(page: CurrentPage) -> Response:
    """Every rule one's role may see, the more severe first, apart from those that found nothing."""
    found = queries.report(page.act)
    rank = list(SEVERITIES)
    rules = sorted(found["rules"], key=lambda rule: rank.index(rule["severity"]))
    return page.draw(
        "quality/report.html",
        cases=found["cases"],
        score=_percent(found["score"]),
        rules=[_rule(rule) for rule in rules if rule["found"]],
        clean=[_rule(rule) for rule in rules if not rule["found"]],
    )


@router.get("/{rule}", dependencies=[_READS])
def cases(rule: str, page: CurrentPage) -> Response:
    """The cases a rule found, each with the way to where it is mended."""
    found = queries.cases(page.act, rule, cursor=page.query("desde") or None)
    described, following = found["rule"], found["next"]
    return page.draw(
        "quality/cases.html",
        rule={**described, "where": _where(described["field"])},
        items=[{**item, "href": _mended(page, item)} for item in found["items"]],
        next=f"/calidad/{described['code']}?desde={following}" if following else "",
    )


def _percent(share: float | None) -> str:
    return "" if share is None else f"{number(round(100 * share, 1))}\N{NO-BREAK SPACE}%"


def _rule(rule: ReportedRuleView) -> dict[str, object]:
    kind = {"ALTA": "red", "MEDIA": "orange"}.get(rule["severity"], "grey")
    return {
        **rule,
        "where": _where(rule["field"]),
        "kind": kind,
        "share": _percent(rule["share"]),
        "months": [_percent(month["share"]) for month in (rule["last_month"], rule["this_month"])],
    }


def _where(path: str) -> str:
    """The field to fill, in words."""
    compartment, _dot, name = path.partition(".")
    if compartment in _SLUG_OF and name:
        return f"{COMPARTMENTS[compartment].title_es}: {fields(compartment)[name].label}"
    return {
        "plan": _("Plan"),
        "case.identification": _("Identificación del caso"),
        "case.first_identified_on": _("Fechas del caso"),
        "placement.actual_place": _("Alojamiento"),
    }.get(path, _("Caso"))


def _mended(page: Page, item: QualityCaseView) -> str:
    """Where one's role mends the field; else the case."""
    base = f"/casos/{item['case']}"
    compartment, _dot, name = item["field"].partition(".")
    if name and compartment in _SLUG_OF:
        writes = policy().cell(page.actor.role, compartment).write and page.may(Permission.VICTIMS_WRITE)
        return f"{base}/datos/{_SLUG_OF[compartment]}/editar" if writes else f"{base}/datos"
    if item["field"] == "case.identification" and page.may(Permission.CASES_IDENTIFY):
        return f"{base}/identificacion"
    return {"plan": f"{base}/plan", "placement": f"{base}/alojamiento"}.get(compartment, base)
