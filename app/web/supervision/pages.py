"""Supervisión: how one's unit stands, what it should look at, and handing over the cases of who leaves."""

from __future__ import annotations

import json
import re
from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.services.cases.codes import ENDED
from app.services.idempotency import remember, replayed
from app.services.supervision import attention, numbers, reassigning
from app.services.supervision.rules import supervising
from app.services.supervision.staff import workers
from app.services.supervision.views import ReviewDueView, UnitFiguresView
from app.states import PlanState
from app.web.cases.subjects import subject_page
from app.web.i18n import _
from app.web.kit.charts import number
from app.web.kit.page import CurrentPage, Page
from app.web.kit.templating import options

router = Branch(prefix="/supervision")

SHOWN: Final = 8
"""Rows of the list of what to look at on the first page."""
UNSIGNED: Final = (PlanState.DRAFT, PlanState.CONSULTED)
"""States of a plan before it is signed."""
_ONE, _SPREAD = "una", "repartir"
_ROW = re.compile(r"cases\.(\d+)")
_READS = Requires(Permission.CASES_READ)
_ASSIGNS = Requires(Permission.ASSIGNMENTS_WRITE)


@router.get("", dependencies=[_READS])
def figures(page: CurrentPage) -> Response:
    """The unit in numbers, and the most urgent of what to look at."""
    found = numbers.figures(page.act)
    urgent = attention.reviews(page.act, limit=SHOWN)
    return page.draw(
        "supervision/figures.html",
        found=found,
        counts=_boxes(found),
        states_of_cases=_states(found),
        answers=_answers(found),
        items=[_review(item) for item in urgent["items"]],
        more=urgent["next"],
    )


@router.get("/revisiones", dependencies=[_READS])
def reviews(page: CurrentPage) -> Response:
    """Everything the unit should look at, most urgent first."""
    kind = page.query("clase")
    kind = kind if kind in attention.KINDS else ""
    found = attention.reviews(page.act, kind=kind or None, cursor=page.query("desde") or None)
    return page.draw(
        "supervision/reviews.html",
        kinds=list(attention.KINDS.items()),
        kind=kind,
        items=[_review(item) for item in found["items"]],
        next=f"/supervision/revisiones?clase={kind}&desde={found['next']}" if found["next"] else "",
    )


@router.get("/reasignacion", dependencies=[_ASSIGNS])
def handing_over(page: CurrentPage) -> Response:
    """Asks whose cases go to whom, and why."""
    page.form.start(modo=_SPREAD)
    return _draw_form(page)


@router.post("/reasignacion", dependencies=[_ASSIGNS])
def hand_over(page: CurrentPage) -> Response:
    """Shows who would take which case; does it once that was confirmed."""
    form = page.form
    if form.flag("otra"):  # "Corregir": what was typed, to be changed
        return _draw_form(page)
    with page.attempt():
        wanted = _wanted(page)
        if form.flag("confirmado"):
            _reassign(page, wanted)
            return page.go("/supervision", done="reasignado")
        return page.draw("supervision/confirm.html", plan=reassigning.preview(page.act, wanted))
    for error in form.errors:
        row = _ROW.fullmatch(error["field"])
        if row:
            words = {"line": int(row[1]) + 1, "message": error["message"]}
            error["field"], error["message"] = "cases", _("Línea %(line)s: %(message)s") % words
    return _draw_form(page)


def _wanted(page: Page) -> reassigning.Handover:
    form = page.form
    leaver = form.text("from_username", needed=_("Elija quién deja los casos."))
    one = form.value("modo", _SPREAD) == _ONE
    taker = form.text("to_username", needed=_("Elija quién los toma.")) if one else None
    reason = form.text("reason", needed=_("Elija el motivo."))
    form.check()
    return reassigning.Handover(leaver or "", taker, form.lines("cases") or None, reason or "")


def _reassign(page: Page, wanted: reassigning.Handover) -> None:
    payload = {
        "from_username": wanted.leaver,
        "to_username": wanted.to,
        "spread": wanted.to is None,
        "cases": wanted.cases,
        "reason": wanted.reason,
    }
    key = page.form.key
    if replayed(page.act, key, reassigning.ACTION, payload) is None:
        done = reassigning.reassign(page.act, wanted)
        remember(page.act, key, reassigning.ACTION, payload, json.dumps(done))


def _draw_form(page: Page) -> Response:
    supervising(page.actor)
    people = workers(page.act)
    return page.draw(
        "supervision/handover.html",
        leavers=[(p.username, _loaded(p.username, p.cases)) for p in people if p.active or p.cases],
        takers=[(p.username, _loaded(p.username, p.cases)) for p in people if p.active],
        reasons=options(reassigning.REASONS),
        one=_ONE,
        spread=_SPREAD,
    )


def _loaded(username: str, cases: int) -> str:
    return _("%(username)s (casos abiertos: %(cases)s)") % {"username": username, "cases": cases}


def _boxes(found: UnitFiguresView) -> list[dict[str, object]]:
    """What a supervisor looks at first; what her role does not see is left out."""
    boxes: list[dict[str, object]] = [
        {"count": found["persons"]["count"], "text": _("Personas en sus casos"), "href": "/casos", "kind": ""}
    ]
    if "activities" in found:
        late = found["activities"]["overdue"]["count"]
        unsigned = sum(s["count"] for s in found["plans"]["by_state"] if s["state"] in UNSIGNED)
        of_all = _percent(late, found["activities"]["open"]["count"])
        text = _("Actividades vencidas")
        boxes += [
            {
                "count": late,
                "text": f"{text} ({of_all})" if of_all else text,
                "href": "/plazos?estado=VENCIDO&clase=ACTIVIDAD",
                "kind": "red",
            },
            {"count": unsigned, "text": _("Planes sin suscribir"), "href": "", "kind": "orange"},
            {
                "count": found["reviews_due"]["count"],
                "text": _("Planes por revisar"),
                "href": "/supervision/revisiones?clase=PLAN_POR_REVISAR",
                "kind": "orange",
            },
        ]
    if found["quality"]["score"] is not None:
        score = number(round(100 * found["quality"]["score"], 1))
        boxes.append(
            {
                "count": f"{score}\N{NO-BREAK SPACE}%",
                "text": _("Calidad de los datos"),
                "href": "/calidad",
                "kind": "",
            }
        )
    return boxes


def _states(found: UnitFiguresView) -> list[tuple[str, int, str]]:
    """Cases by state, each with the list of those cases."""
    return [
        (
            one["label"],
            one["count"],
            f"/casos?{'grupo=cerrados&' if one['state'] in ENDED else ''}state={one['state']}",
        )
        for one in found["cases"]["by_state"]
    ]


def _percent(part: int, whole: int) -> str:
    return f"{number(round(100 * part / whole, 1))}\N{NO-BREAK SPACE}%" if whole else ""


def _answers(found: UnitFiguresView) -> list[tuple[str, str]]:
    """How long an answer to a referral took, on each side."""
    if "referrals" not in found:
        return []
    sides = found["referrals"]
    return [
        (_("Recibidas"), _hours(sides["received"]["median_answer_hours"])),
        (_("Enviadas"), _hours(sides["sent"]["median_answer_hours"])),
    ]


def _hours(median: float | None) -> str:
    if median is None:
        return _("Ninguna tiene respuesta todavía")
    if median < 1:
        return _("La mitad se respondió en menos de una hora")
    return _("La mitad se respondió en %(hours)s horas o menos") % {"hours": number(median)}


def _review(item: ReviewDueView) -> dict[str, object]:
    return {
        **item,
        "what": item["deadline_label"] or item["notice_label"] or item["kind_label"],
        "href": subject_page(item["code"], item["case"]),
    }
