"""Encuesta of satisfaction: the worker hands the device over, the person answers, nobody else gets in.

The questions are public pages that a pass opens, beside a session that stays locked: whoever holds the device
can answer, and nothing else.
"""

from __future__ import annotations

from typing import Final

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.access.permissions import Permission
from app.catalogues import code_list
from app.edge.browser import COOKIE, FORM_TOKEN
from app.edge.deps import CurrentRuntime, Public, Requires
from app.edge.routing import Branch
from app.errors import AppError, Forbidden, Unauthenticated
from app.services.access.browsing import form_token
from app.services.satisfaction import handover
from app.services.satisfaction.urn import questionnaire
from app.services.satisfaction.views import WordedView
from app.web import i18n
from app.web.access.session import PublicForm
from app.web.i18n import _
from app.web.kit.forms import Form
from app.web.kit.page import CurrentPage, draw

router = Branch()

COLLECTS: Final = Requires(Permission.SATISFACTION_COLLECT)
PASS: Final = "__Host-ruv-encuesta"  # noqa: S105 - a name
QUESTIONS: Final = "/satisfaccion/encuesta"
_GONE: Final = {"Cache-Control": "no-store"}


@router.get("/satisfaccion", dependencies=[COLLECTS])
def hand_over_form(page: CurrentPage) -> Response:
    """About which service the device is handed over."""
    return page.draw("satisfaction/hand_over.html", minutes=_minutes())


@router.post("/satisfaccion", dependencies=[COLLECTS])
def hand_over(page: CurrentPage) -> Response:
    """Locks the session and opens the questions."""
    service = page.form.text("service", needed=_("Elija el servicio por el que se pregunta."))
    with page.attempt():
        page.form.check()
        token = page.request.cookies[COOKIE]
        given = handover.hand_over(page.runtime.database, page.actor, token, service or "")
        language = page.form.text("idioma") or "es"
        answer = RedirectResponse(_questions(language), 303, _GONE)
        answer.set_cookie(
            PASS, given, path="/", secure=True, httponly=True, samesite="strict",
            max_age=int(handover.LASTS.total_seconds()),
        )  # fmt: skip
        return answer
    return page.draw("satisfaction/hand_over.html", minutes=_minutes())


@router.get(QUESTIONS, dependencies=[Public()])
def questions(request: Request, runtime: CurrentRuntime) -> Response:
    """The questions, for who holds a device that was handed over."""
    i18n.speak(request.query_params.get("idioma", "es"))
    try:
        handover.opened(runtime.database, *_held(request))
    except Unauthenticated as error:
        return _over(request, error)
    return _draw(request, Form())


@router.post(QUESTIONS, dependencies=[Public()])
def answer(request: Request, form: PublicForm, runtime: CurrentRuntime) -> Response:
    """Takes the answers, which are nobody's."""
    i18n.speak(form.text("idioma") or "es")
    token, given = _held(request)
    try:
        actor, service = handover.opened(runtime.database, token, given)
    except Unauthenticated as error:
        return _over(request, error)
    if form.text(FORM_TOKEN) != form_token(token):
        raise Forbidden(_("La página venció. Vuelva a abrirla y repita el envío."))
    asked = code_list("satisfaction_question").codes
    answers = {code: text for code in asked if (text := form.text(f"answers.{code}"))}
    try:
        handover.answer(runtime.database, actor, service, answers)
    except AppError as error:
        form.refuse(error)
        return _draw(request, form)
    return RedirectResponse(f"/satisfaccion/gracias?idioma={i18n.language()}", 303, _GONE)


@router.get("/satisfaccion/gracias", dependencies=[Public()])
def thanks(request: Request) -> Response:
    """Says that nothing joins the answers to a person; the next person may answer, or the worker unlocks."""
    i18n.speak(request.query_params.get("idioma", "es"))
    return draw(request, "satisfaction/thanks.html", again=_questions(i18n.language()))


def _held(request: Request) -> tuple[str, str]:
    return request.cookies.get(COOKIE, ""), request.cookies.get(PASS, "")


def _draw(request: Request, form: Form) -> Response:
    token, _pass = _held(request)
    english = i18n.language() == "en"
    asked = questionnaire()
    return draw(
        request,
        "satisfaction/questions.html",
        status=form.status,
        form=form,
        csrf=form_token(token),
        questions=[(f"answers.{one['code']}", _worded(one, english=english)) for one in asked["questions"]],
        answers=[(one["code"], _worded(one, english=english)) for one in asked["answers"]],
        other=(code := "es" if english else "en", i18n.NAMES[code]),
    )


def _worded(one: WordedView, *, english: bool) -> str:
    return one["label_en"] if english else one["label_es"]


def _over(request: Request, error: AppError) -> Response:
    return draw(request, "satisfaction/over.html", status=error.status, message=error.detail)


def _questions(language: str) -> str:
    return f"{QUESTIONS}?idioma={language}" if language in i18n.NAMES and language != "es" else QUESTIONS


def _minutes() -> int:
    return int(handover.LASTS.total_seconds()) // 60
