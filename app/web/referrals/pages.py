"""Derivaciones: what waits for an answer, what was sent, and one referral with its answer and its steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.edge.sending import printed
from app.errors import NotFound
from app.records import COMPARTMENTS
from app.services.printing.referral import referral_issue
from app.services.referrals import queries, rules, service
from app.services.referrals.views import ReferralListedView, ReferralStepView, ReferralView
from app.states import ReferralState
from app.web.cases.frame import case_frame
from app.web.i18n import _, gettext
from app.web.kit.page import CurrentPage, Page
from app.web.kit.templating import moment

router = Branch()

READS: Final = Requires(Permission.REFERRALS_READ)
SHOWN: Final = 25
WAITS: Final = ReferralState.SENT
_BOXES: Final = {"enviadas": queries.OUTBOX, "por-vencer": "", "recibidas": queries.INBOX}
_KINDS: Final[Mapping[str, str]] = {
    ReferralState.SENT: "blue",
    ReferralState.ACCEPTED: "green",
    ReferralState.ACCEPTED_ON_TERMS: "yellow",
    ReferralState.REFUSED: "red",
    ReferralState.LAPSED: "orange",
    ReferralState.RUNNING: "green",
}
STEPS: Final = {
    "confirmar": "confirm",
    "comenzar": "start",
    "concluir": "conclude",
    "interrumpir": "interrupt",
    "retirar": "withdraw",
}
"""Word of a step in addresses -> what the service calls it."""
_ASKS: Final = {"concluir": "result", "interrumpir": "reason", "retirar": "reason"}


@router.get("/derivaciones", dependencies=[READS])
def inbox(page: CurrentPage) -> Response:
    """The boxes of the unit: received, sent, and what is about to be too late."""
    box, cursor = page.query("ver"), page.query("desde") or None
    box = box if box in _BOXES else "recibidas"
    first: list[ReferralListedView] = []
    if box == "por-vencer":
        found = queries.waiting(page.act, cursor=cursor, limit=SHOWN)
    else:
        found = queries.boxes(page.act, _BOXES[box], settled=box == "recibidas", cursor=cursor, limit=SHOWN)
    more = ""
    if box == "recibidas" and cursor is None:
        soonest = queries.waiting(page.act, box=queries.INBOX, limit=SHOWN)
        first = soonest["items"]
        more = "/derivaciones?ver=por-vencer" if soonest["next"] else ""
    following = found["next"]
    return page.draw(
        "referrals/inbox.html",
        box=box,
        first=[row(page, item) for item in first],
        more=more,
        items=[row(page, item) for item in found["items"]],
        next=f"/derivaciones?ver={box}&desde={following}" if following else "",
        start=cursor is None,
    )


@router.get("/casos/{code}/derivaciones", dependencies=[READS])
def of_case(code: str, page: CurrentPage) -> Response:
    """Referrals of a case, newest first."""
    frame = case_frame(page, code, "derivaciones")
    cursor = page.query("desde") or None
    found = queries.of_case(page.act, code, cursor=cursor, limit=SHOWN)
    following = found["next"]
    return page.draw(
        "referrals/case.html",
        **frame,
        items=[row(page, item) for item in found["items"]],
        next=f"{frame['base']}/derivaciones?desde={following}" if following else "",
    )


@router.get("/derivaciones/{code}", dependencies=[READS])
def one(code: str, page: CurrentPage) -> Response:
    """One referral: what is asked, its answer and what may follow."""
    item = queries.read(page.act, code)
    page.form.version = item["version"]
    return _draw(page, item)


@router.post("/derivaciones/{code}", dependencies=[Requires(Permission.REFERRALS_ANSWER)])
def answer(code: str, page: CurrentPage) -> Response:
    """Accepts it, with or without conditions, or refuses it."""
    item = queries.read(page.act, code)
    decision, step = _answer(page)
    with page.attempt():
        page.form.check()
        service.answer(page.act, code, step, version=page.form.version)
        done = "derivacion-rechazada" if decision == "refuse" else "derivacion-aceptada"
        return page.go(f"/derivaciones/{item['code']}", done=done)
    return _draw(page, item)


@router.get("/derivaciones/{code}/paso/{step}", dependencies=[READS])
def step_form(code: str, step: str, page: CurrentPage) -> Response:
    """Asks what a step needs before it is taken."""
    item = _for_step(page, code, step)
    page.form.version = item["version"]
    return _draw_step(page, item, step)


@router.post("/derivaciones/{code}/paso/{step}", dependencies=[READS])
def take_step(code: str, step: str, page: CurrentPage) -> Response:
    """Confirms, starts, concludes, interrupts or withdraws it."""
    item = _for_step(page, code, step)
    wanted = service.Step(
        service.ACTIONS[STEPS[step]],
        reason=_asked(page, step, "reason", _("Elija el motivo.")),
        result=_asked(page, step, "result", _("Elija cómo terminó.")),
    )
    with page.attempt():
        page.form.check()
        done = service.advance(page.act, code, wanted, version=page.form.version)
        said = "derivacion-sin-prestacion" if done.get("notice") else f"derivacion-{step}"
        return page.go(f"/derivaciones/{item['code']}", done=said)
    return _draw_step(page, item, step)


@router.get("/derivaciones/{code}/carta", dependencies=[READS])
def letter(code: str, page: CurrentPage) -> Response:
    """The letter that goes with it, to be printed."""
    return printed(page.runtime, page.actor, lambda act: referral_issue(act, code))


class ReferralRow(ReferralListedView):
    """A referral as lists show it."""

    waits: bool
    late: bool
    tag: tuple[str, str]
    answers: bool
    in_scope: bool
    neutral: bool


def row(page: Page, item: ReferralListedView) -> ReferralRow:
    """A referral as lists show it: its deadline in words, who is at the other end, what there is to do."""
    waits = item["state"] == WAITS
    own = item["side"] == rules.RECEIVER
    return {
        **item,
        "waits": waits,
        "late": item["state"] == ReferralState.LAPSED,
        "tag": (gettext(item["state_label"]), _KINDS.get(item["state"], "grey")),
        "answers": waits and own and page.may(Permission.REFERRALS_ANSWER),
        "in_scope": "case" in item,
        "neutral": own and item["reason"] == rules.PROTECTED_REASON,
    }


def _answer(page: Page) -> tuple[str, service.Step]:
    """What the form of an answer says; what does not fit together is noted in it."""
    form = page.form
    decision = form.text("decision") or ""
    conditions, reason = form.text("conditions"), form.text("reason")
    if decision not in service.DECISIONS:
        form.wrong("decision", _("Elija si acepta o rechaza la derivación."))
        return "", service.Step("")
    if decision == "accept_with_conditions" and conditions is None:
        form.wrong("conditions", _("Escriba con qué condiciones acepta."))
    if decision != "accept_with_conditions" and conditions is not None:
        form.wrong("conditions", _("Elija «Aceptar con condiciones», o borre este texto."))
    if decision == "refuse" and reason not in rules.REFUSALS:
        form.wrong("reason", _("Elija el motivo del rechazo."))
    if decision != "refuse" and reason is not None:
        form.wrong("reason", _("Elija «Rechazar», o deje el motivo sin elegir."))
    return decision, service.Step(service.DECISIONS[decision], reason=reason, conditions=conditions)


def _asked(page: Page, step: str, field: str, needed: str) -> str | None:
    """The code a step asks for; withdrawing needs no reason."""
    if _ASKS.get(step) != field:
        return None
    return page.form.text(field, needed="" if step == "retirar" else needed)


def _for_step(page: Page, code: str, step: str) -> ReferralView:
    if step not in STEPS:
        raise NotFound
    return queries.read(page.act, code)


def _draw_step(page: Page, item: ReferralView, step: str) -> Response:
    page.form.version = item["version"] if page.form.status == 412 else page.form.version  # noqa: PLR2004
    choices = rules.RESULTS if step == "concluir" else rules.INTERRUPTIONS
    return page.draw(
        "referrals/step.html",
        item=row(page, item),
        step=step,
        possible=service.ACTIONS[STEPS[step]] in _possible(page, item),
        asks=_ASKS.get(step, ""),
        choices=list(choices.items()),
        stale=page.form.status == 412,  # noqa: PLR2004 - somebody moved it meanwhile
    )


def _draw(page: Page, item: ReferralView) -> Response:
    stale = page.form.status == 412  # noqa: PLR2004 - somebody answered it meanwhile
    if stale:
        page.form.version = item["version"]
    shown = row(page, item)
    frame: Mapping[str, Any] = case_frame(page, item["case"], "derivaciones") if shown["in_scope"] else {}
    possible = _possible(page, item)
    sends = page.may(Permission.REFERRALS_SEND) and shown["in_scope"] and item["side"] == rules.SENDER
    return page.draw(
        "referrals/referral.html",
        **frame,
        item=shown,
        parts=[COMPARTMENTS[name].title_es for name in item["compartments"]],
        entries=[_entry(step) for step in reversed(item["history"])],
        decisions=_decisions(),
        refusals=list(rules.REFUSALS.items()),
        steps=[step for step, action in STEPS.items() if service.ACTIONS[action] in possible],
        again=sends and item["state"] in rules.REPLACEABLE and not item["replaced_by"],
        stale=stale,
    )


def _possible(page: Page, item: ReferralView) -> list[str]:
    """States to which the person at the browser may move it now."""
    needed = Permission.REFERRALS_SEND if item["side"] == rules.SENDER else Permission.REFERRALS_ANSWER
    if "case" not in item or not page.may(needed):
        return []
    return rules.offered(item["state"], item["side"])


def _decisions() -> list[tuple[str, str, str]]:
    return [
        ("accept", _("Aceptar"), _("Su unidad pasa a participar en el caso y usted queda a cargo.")),
        (
            "accept_with_conditions",
            _("Aceptar con condiciones"),
            _("Igual, y quien la envió confirma sus condiciones."),
        ),
        ("refuse", _("Rechazar"), _("Quien la envió podrá derivar a otra unidad.")),
    ]


def _entry(step: ReferralStepView) -> dict[str, str]:
    by = step["by_unit"]["name"] if step["by_unit"] else _("Pasó el plazo")
    return {
        "title": gettext(step["label"]),
        "by": by,
        "at": moment(step["at"]),
        "when": step["at"].isoformat(),
        "text": step["reason_label"] or "",
    }
