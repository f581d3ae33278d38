"""Moving a case along its states, and changing its identification."""

from __future__ import annotations

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.services.cases import rules, service
from app.services.cases.codes import EARLY_OUTCOMES, IDENTIFICATION, OUTCOMES, REASONS, RETURN_REASONS, STATES
from app.services.cases.views import CaseView
from app.services.commands.requesting import request_closing, request_discard, takes_two
from app.services.idempotency import remember, replayed
from app.states import CaseState
from app.web.cases.frame import CaseFrame, case_frame
from app.web.i18n import _
from app.web.kit.page import CurrentPage, Page

router = Branch()

MOVES = Requires(Permission.CASES_TRANSITION)


@router.get("/casos/{code}/estado", dependencies=[MOVES])
def moves(code: str, page: CurrentPage) -> Response:
    """The states the case may pass to now."""
    frame = case_frame(page, code, "resumen")
    case = frame["case"]
    targets = [*case["possible_states"], *case["possible_with_two"]]
    return page.draw("cases/moves.html", **frame, targets=[_choice(case, name) for name in targets])


@router.get("/casos/{code}/estado/{target}", dependencies=[MOVES])
def move_form(code: str, target: str, page: CurrentPage) -> Response:
    """What a move asks for."""
    frame = case_frame(page, code, "resumen")
    page.form.version = frame["case"]["version"]
    return _draw_move(page, frame, target)


@router.post("/casos/{code}/estado/{target}", dependencies=[MOVES])
def move(code: str, target: str, page: CurrentPage) -> Response:
    """Moves the case, or asks for what takes two people."""
    frame = case_frame(page, code, "resumen")
    form, case = page.form, frame["case"]
    with page.attempt():
        asks = _("Elija el motivo.") if rules.reasons_for(case["state"], target) else ""
        reason, note = form.text("reason", needed=asks), form.text("note")
        ends = _("Elija el resultado con que se cierra.") if target == CaseState.CLOSED else ""
        outcome = form.text("outcome", needed=ends)
        form.check()
        version = _version(page, case)
        if takes_two(page.act, case["code"], target, outcome):
            asked = {"to": target, "reason": reason, "outcome": outcome, "note": note}
            done = "descarte-pedido" if target == CaseState.DISCARDED else "cierre-pedido"
            return page.go(_ask(page, case["code"], version, asked), done=done)
        wanted = service.Move(target, reason, outcome, note)
        service.move(page.act, case["code"], version, wanted)
        return page.go(frame["base"], done="estado")
    return _draw_move(page, case_frame(page, code, "resumen"), target)


@router.get("/casos/{code}/identificacion", dependencies=[Requires(Permission.CASES_IDENTIFY)])
def identification_form(code: str, page: CurrentPage) -> Response:
    """How the person is identified now, and what that may change to."""
    frame = case_frame(page, code, "resumen")
    page.form.version = frame["case"]["version"]
    return _draw_identification(page, frame)


@router.post("/casos/{code}/identificacion", dependencies=[Requires(Permission.CASES_IDENTIFY)])
def identify(code: str, page: CurrentPage) -> Response:
    """Changes the identification; services stay as they are."""
    frame = case_frame(page, code, "resumen")
    with page.attempt():
        wanted = page.form.text("identification", needed=_("Elija la nueva identificación."))
        page.form.check()
        version = _version(page, frame["case"])
        service.identify(page.act, frame["case"]["code"], version, wanted or "")
        return page.go(frame["base"], done="identificacion")
    return _draw_identification(page, case_frame(page, code, "resumen"))


def _version(page: Page, case: CaseView) -> int:
    """The version the form was opened at; shown again, it will be the present one."""
    sent = page.form.version
    page.form.version = case["version"]
    return sent or 0


def _ask(page: Page, code: str, version: int, asked: dict[str, str | None]) -> str:
    """Asks for the second person; the address of what was asked for."""
    payload = {"case": code, **asked}
    discards = asked["to"] == CaseState.DISCARDED
    operation = "cases.discard" if discards else "cases.close"
    command = replayed(page.act, page.form.key, operation, payload)
    if command is None:
        at = (page.act, code, version)
        if discards:
            command = request_discard(*at, asked["reason"]).code
        else:
            command = request_closing(*at, asked["outcome"], note=asked["note"]).code
        remember(page.act, page.form.key, operation, payload, command)
    return f"/solicitudes/{command}"


def _choice(case: CaseView, target: str) -> dict[str, str]:
    found = rules.MACHINE.find(case["state"], target)
    two = target in case["possible_with_two"]
    return {
        "code": target,
        "text": STATES[target],
        "about": found.message if found else "",
        "two": _("Lo confirma una segunda persona, de otra unidad") if two else "",
    }


def _draw_move(page: Page, frame: CaseFrame, target: str) -> Response:
    if target not in STATES:
        raise NotFound
    state = frame["case"]["state"]
    known = {**REASONS.get(target, {}), **RETURN_REASONS}
    early = state != CaseState.FOLLOW_UP
    return page.draw(
        "cases/move.html",
        **frame,
        target=target,
        choice=_choice(frame["case"], target),
        discards=target == CaseState.DISCARDED,
        possible=rules.MACHINE.find(state, target) is not None,
        reasons=[(code, known[code]) for code in rules.reasons_for(state, target)],
        outcomes=[(c, text) for c, text in OUTCOMES.items() if not early or c in EARLY_OUTCOMES]
        if target == CaseState.CLOSED
        else [],
        noted=target not in frame["case"]["possible_with_two"],
    )


def _draw_identification(page: Page, frame: CaseFrame) -> Response:
    possible = rules.IDENTIFICATION_MACHINE.offered(frame["case"]["identification"])
    return page.draw(
        "cases/identification.html", **frame, choices=[(name, IDENTIFICATION[name]) for name in possible]
    )
