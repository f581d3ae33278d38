"""How the person stands in each domain, and how that changes: assessments and their curves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.records.kinds import today
from app.records.row_placement import placed
from app.records.rows import plans as rows
from app.records.rows import row_fields
from app.services.plans import assessing
from app.services.plans.record_views import CurveView
from app.web.i18n import _
from app.web.kit.controls import Control, controls, read
from app.web.kit.drafting import finish, resume
from app.web.kit.page import CurrentPage, Page
from app.web.kit.rows import need, read_row
from app.web.kit.templating import day, label
from app.web.plans.frame import plan_part

router = Branch()

_MOST_LINES: Final = 6
"""A chart with more lines is not read any more; the table has them all."""


@router.get("/planes/{code}/valoraciones", dependencies=[Requires(Permission.PLANS_READ)])
def assessments(code: str, page: CurrentPage) -> Response:
    """Every assessment and the curve of each domain."""
    page.form.start(assessed_on=today().isoformat(), domain=page.query("dominio"))
    return _draw(page, code)


@router.post(
    "/planes/{code}/valoraciones",
    dependencies=[Requires(Permission.PLANS_WRITE, Permission.PLANS_PROGRESS)],
)
def assess(code: str, page: CurrentPage) -> Response:
    """Adds an assessment of one domain."""
    with page.attempt():
        drawn = _controls()
        values = read(page.form, drawn)
        need(page.form, drawn, values, "domain", "assessed_on")
        level = page.form.number("level", needed=_("Elija cómo está la persona."))
        page.form.check()
        wanted = read_row(rows.Assessment, {**values, "level": level})
        payload = {"plan": code, **wanted.model_dump(mode="json")}
        page.once(
            "plans.assess",
            payload,
            lambda: assessing.assess(page.act, code, wanted)["code"],
        )
        finish(page, f"valoracion:{code}")
        return page.go(f"/planes/{code}/valoraciones", done="plan_valoracion")
    return _draw(page, code)


def _controls() -> list[Control]:
    """The fields of an assessment; its level is drawn apart, with words."""
    return controls(row_fields("plan_assessment"), only=placed("plan_assessment", "written"))


def _draw(page: Page, code: str) -> Response:
    resume(page, f"valoracion:{code}")
    frame = plan_part(page, code, "valoraciones")
    found = assessing.assessments(page.act, frame["plan"]["code"])
    return page.draw(
        "plans/assessments.html",
        **frame,
        controls={one.key: one for one in _controls()},
        items=list(reversed(found["items"])),
        curves=found["curves"],
        gaps=found["gaps"],
        chart=_chart(found["curves"]),
    )


def _chart(curves: Sequence[CurveView]) -> dict[str, object] | None:
    """Lines of the domains assessed more than once, those at risk first; the table has every level."""
    days = sorted({point["on"] for curve in curves for point in curve["points"]})
    moving = [curve for curve in curves if len({point["on"] for point in curve["points"]}) > 1]
    if not moving:
        return None
    moving.sort(key=lambda curve: (not curve["at_risk"], -abs(curve["change"])))
    kept = moving[:_MOST_LINES]
    return {
        "labels": [day(on) for on in days],
        "series": [(curve["domain_label"], _values(curve, days)) for curve in kept],
        "left_out": len(moving) - len(kept),
        "rows": [
            [curve["domain_label"], *(label(value, "assessment_level") for value in _values(curve, days))]
            for curve in curves
        ],
    }


def _values(curve: CurveView, days: list[date]) -> list[int | None]:
    """The level on each day; between two assessments the earlier one stands."""
    levels = {point["on"]: point["level"] for point in curve["points"]}
    found: list[int | None] = []
    for on in days:
        found.append(levels.get(on, found[-1] if found else None))
    return found
