"""Ordering that another unit answers for a plan."""

from __future__ import annotations

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.services.plans import handing, queries
from app.services.plans.handovers import REASONS
from app.web.i18n import _
from app.web.kit.page import CurrentPage, Page
from app.web.kit.templating import options
from app.web.plans.frame import plan_frame

router = Branch()

_ORDERS = Requires(Permission.PLANS_HAND_OVER)


@router.get("/planes/{code}/responsable", dependencies=[_ORDERS])
def ask(code: str, page: CurrentPage) -> Response:
    """Asks which unit takes the plan, and why."""
    return _draw(page, code)


@router.post("/planes/{code}/responsable", dependencies=[_ORDERS])
def hand_over(code: str, page: CurrentPage) -> Response:
    """Another unit answers for the plan from now on."""
    with page.attempt():
        unit = page.form.text("unit", needed=_("Elija la unidad."))
        reason = page.form.text("reason", needed=_("Elija el motivo."))
        page.form.check()
        version = -1 if page.form.version is None else page.form.version
        handing.order(page.act, code, version, unit or "", reason or "")
        return page.go(f"/planes/{code}", done="plan_responsable")
    return _draw(page, code)


def _draw(page: Page, code: str) -> Response:
    plan = queries.face(page.act, code)
    page.form.version = plan["version"]
    return page.draw(
        "plans/responsible.html",
        **plan_frame(page, plan),
        takers=handing.takers(page.act, code),
        reasons=options(REASONS),
    )
