"""Plazos: what the unit has to meet, on what legal basis, and the kinds of deadline there are."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.services.clocks import queries
from app.services.clocks.catalogue import DAYS, HOURS, MONTHS, WORKING_DAYS, Kind, kinds
from app.services.clocks.views import ClockView
from app.states import ClockState
from app.web.cases.subjects import subject_page
from app.web.i18n import _, ngettext
from app.web.kit.page import CurrentPage

router = Branch(prefix="/plazos")

SHOWN: Final = 50
_READS = Requires(Permission.CASES_READ)


@router.get("", dependencies=[_READS])
def index(page: CurrentPage) -> Response:
    """Running and overdue deadlines of the unit, the first due first."""
    state, kind = page.query("estado"), page.query("clase")
    state = state if state in queries.STATES else ""
    kind = kind if kind in kinds() else ""
    found = queries.work_list(
        page.act,
        state=state or None,
        kind=kind or None,
        cursor=page.query("desde") or None,
        limit=SHOWN,
    )
    return page.draw(
        "clocks/clocks.html",
        items=[_item(item) for item in found["items"]],
        state=state,
        kind=kind,
        states=[(ClockState.RUNNING, _("En plazo")), (ClockState.OVERDUE, _("Vencidos"))],
        kinds=[(one.code, one.label) for one in kinds().values()],
        next=f"/plazos?estado={state}&clase={kind}&desde={found['next']}" if found["next"] else "",
    )


@router.get("/clases", dependencies=[_READS])
def catalogue(page: CurrentPage) -> Response:
    """Every kind of deadline: how long it is, where it comes from, whether that was verified."""
    return page.draw("clocks/kinds.html", kinds=[(one, how_long(one)) for one in kinds().values()])


def how_long(kind: Kind) -> str:
    """How long a deadline runs, in words."""
    if kind.value is None:
        return _("La que se fije")
    words = {
        HOURS: ngettext("%(num)s hora", "%(num)s horas", kind.value),
        DAYS: ngettext("%(num)s día", "%(num)s días", kind.value),
        WORKING_DAYS: ngettext("%(num)s día hábil", "%(num)s días hábiles", kind.value),
        MONTHS: ngettext("%(num)s mes", "%(num)s meses", kind.value),
    }
    return words[kind.unit or DAYS] % {"num": kind.value}


def _item(item: ClockView) -> dict[str, object]:
    return {**item, "href": subject_page(item["subject"], item["case"])}
