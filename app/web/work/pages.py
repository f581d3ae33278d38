"""Mi trabajo: what is due, what waits for an answer, and what was left unfinished."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.services.clocks import queries as clocks
from app.services.clocks.views import ClockView
from app.services.drafts import service as drafts
from app.services.notices import acknowledging
from app.services.notices import queries as notices
from app.services.notices.views import NoticeView
from app.services.work import queries
from app.states import ClockState
from app.web.cases.subjects import subject_page
from app.web.i18n import _
from app.web.kit.page import CurrentPage, Page
from app.web.kit.templating import label
from app.web.outbox.pages import KINDS

router = Branch()

SHOWN: Final = 25
NOTICES: Final = 8
_STATES: Final = {"vencidos": ClockState.OVERDUE, "por-vencer": ClockState.RUNNING}
_END_OF: Final = {
    "FISCAL_AVISO": "/equipo",
    "UPE_COMUNICACION": "/equipo",
    "RIESGO_VALORACION": "/datos",
    "SALUD_BASICA": "/datos",
    "PSICOSOCIAL_PRIMERA": "/datos",
}
"""Page of the case on which what meets a deadline of the case itself is done."""


@router.get("/trabajo", dependencies=[Requires(Permission.CASES_READ)])
def my_work(page: CurrentPage) -> Response:
    """The first page of who has charge of cases."""
    return _draw(page)


@router.post("/buscar-codigo", dependencies=[Requires(Permission.CASES_READ)])
def search_code(page: CurrentPage) -> Response:
    """Straight to the case, person, plan, activity or referral whose code it is."""
    text = page.form.text("codigo", needed=_("Escriba un código; por ejemplo, CA-7K3M-9QX2-H4TC."))
    if text is not None:
        try:
            return page.go(_address(queries.find(page.act, text)))
        except NotFound as error:
            page.form.wrong("codigo", error.detail, "not-found")
    return _draw(page)


@router.post("/avisos/{code}/leido", dependencies=[Requires(Permission.CASES_READ)])
def mark_read(code: str, page: CurrentPage) -> Response:
    """Acknowledges a notice, or marks it as read."""
    acknowledging.mark_read(page.act, code)
    return page.go("/trabajo")


def _draw(page: Page) -> Response:
    group = page.query("ver")
    due = clocks.work_list(
        page.act, state=_STATES.get(group), cursor=page.query("desde") or None, limit=SHOWN
    )
    unread = notices.inbox(page.act, limit=NOTICES)
    items = due["items"]
    steps = queries.steps(page.act, [i["subject"] for i in items if i["kind"] == "ACTIVIDAD"])
    return page.draw(
        "work/work.html",
        counts=_boxes(queries.counts(page.act)),
        group=group if group in _STATES else "",
        items=[_item(item, steps.get(item["subject"])) for item in items],
        next=f"/trabajo?ver={group}&desde={due['next']}" if due["next"] else "",
        notices=[_notice(one) for one in unread["items"]],
        more_notices=bool(unread["next"]),
        drafts=[_draft(one) for one in drafts.mine(page.session)],
    )


def _boxes(counts: queries.Counts) -> list[dict[str, object]]:
    boxes: list[dict[str, object]] = [
        {"count": counts.overdue, "text": _("Vencidos"), "href": "/trabajo?ver=vencidos", "kind": "red"},
        {
            "count": counts.soon,
            "text": _("Vencen en 7 días"),
            "href": "/trabajo?ver=por-vencer",
            "kind": "orange",
        },
    ]
    if counts.to_answer is not None:
        boxes.append(
            {
                "count": counts.to_answer,
                "text": _("Derivaciones por responder"),
                "href": "/derivaciones",
                "kind": "blue",
            }
        )
    if counts.notices:
        text = _("Avisos sin leer")
        boxes.append({"count": counts.notices, "text": text, "href": "/trabajo#avisos", "kind": "orange"})
    return [
        *boxes,
        {"count": counts.cases, "text": _("Casos abiertos a cargo"), "href": "/casos", "kind": ""},
    ]


def _item(item: ClockView, step: queries.Step | None) -> dict[str, object]:
    late = item["state"] == ClockState.OVERDUE
    near = item["due_at"] - datetime.now(UTC) <= clocks.SOON
    doing = {
        "ACTIVIDAD": _("Actualizar"),
        "DERIVACION_RESPUESTA": _("Responder"),
        "PRI_REVISION": _("Revisar"),
    }
    what = item["label"]
    if step is not None and step.service:
        what = f"{what}: {label(step.service, 'service_type').lower()}"
    return {
        "case": item["case"],
        "what": what,
        "due_on": item["due_on"],
        "due_time": item["due_time"],
        "mine": item["mine"],
        "tag": (_("Vencido"), "red")
        if late
        else (_("Por vencer"), "yellow")
        if near
        else (_("En plazo"), "blue"),
        "href": subject_page(item["subject"], item["case"], step.plan if step else None)
        + _END_OF.get(item["kind"], ""),
        "action": doing.get(item["kind"], _("Abrir")),
        "about": item["case"] or item["subject"],
    }


def _address(target: queries.Target) -> str:
    return subject_page(target.code, None, target.plan)


def _notice(one: NoticeView) -> dict[str, object]:
    text = f"{one['label']}: {one['clock_label'].lower()}" if one["clock_label"] else one["label"]
    about = one["case"] or one["subject"]
    again = f"/derivaciones/nueva?caso={one['case']}&reemplaza={one['subject']}"
    return {
        **one,
        "text": text,
        "about": about,
        "href": subject_page(one["subject"], one["case"]) if one["account"] is None else "",
        "again": again if one["send_again"] and one["case"] else "",
        "done": _("Acusar recibo") if one["acknowledge"] else _("Marcar como leído"),
    }


def _draft(one: drafts.Listed) -> dict[str, object]:
    return {
        "text": _(KINDS[one.kind]) if one.kind in KINDS else _("Formulario"),
        "subject": one.subject,
        "href": f"/borradores/{one.form.partition(':')[2]}" if one.reason else one.path,
        "at": one.updated_at,
        "review": one.reason,
    }
