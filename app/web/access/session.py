"""Signing in and out, the lock, the exit, the rules of confidentiality, the language."""

import re
import secrets
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from app.edge.browser import COOKIE, check_origin, sent_form
from app.edge.deps import CurrentRuntime, Public, SignedIn, means_of
from app.edge.installation import get_runtime
from app.edge.problems import retry_after
from app.edge.routing import Branch
from app.edge.turns import ChecksPassword
from app.errors import AppError, PasswordChangeRequired
from app.services.access import browsing, preferences
from app.services.access.sessions import Means, end_session
from app.web import i18n
from app.web.kit.forms import Form
from app.web.kit.navigation import first_page
from app.web.kit.page import CurrentPage, draw, speak
from app.web.kit.paths import local_path

router = Branch()

_GONE = {"Cache-Control": "no-store"}
DEVICE = "__Host-equipo"
"""Names the device, so that wrong passwords from elsewhere do not make it wait. It opens nothing."""
DEVICE_KNOWN = 90 * 24 * 3600
_DEVICE_BYTES = 32
_DEVICE_NAME = re.compile(r"[A-Za-z0-9_-]{43}")


async def public_form(request: Request) -> Form:
    """The form of a page that needs nobody signed in; it comes from our own pages."""
    check_origin(request)
    return Form(await sent_form(request, fields=20, files=0))


PublicForm = Annotated[Form, Depends(public_form)]


@router.get("/", dependencies=[SignedIn()])
def home(page: CurrentPage) -> Response:
    """The first page of one's role."""
    return page.go(first_page(page.who))


@router.get("/ingreso", dependencies=[Public()])
def door(request: Request) -> Response:
    """The sign-in page."""
    speak(request)
    return _door(request, Form())


@router.post("/ingreso", dependencies=[Public(), ChecksPassword()])
def sign_in(request: Request, form: PublicForm) -> Response:
    """Signs in; a refusal tells nothing about which part was wrong."""
    i18n.speak(form.text("idioma") or "es")
    name = form.text("username", needed=i18n.gettext("Escriba su usuario."))
    secret = form.secret("password", needed=i18n.gettext("Escriba su contraseña."))
    try:
        form.check()
        token = browsing.open_browser(_means(request), name or "", secret)
    except PasswordChangeRequired:
        return _first(request, Form(initial={"username": name, "idioma": i18n.language()}))
    except AppError as error:
        form.refuse(error)
        return _refused(form, _door(request, form))
    return _let_in(request, token)


@router.get("/primera-contrasena", dependencies=[Public()])
def first_password(request: Request) -> Response:
    """Asks for the initial password and for one's own."""
    speak(request)
    return _first(request, Form())


@router.post("/primera-contrasena", dependencies=[Public(), ChecksPassword()])
def exchange(request: Request, form: PublicForm) -> Response:
    """Exchanges the initial password for one's own, and signs in."""
    i18n.speak(form.text("idioma") or "es")
    name = form.text("username", needed=i18n.gettext("Escriba su usuario."))
    initial = form.secret("password", needed=i18n.gettext("Escriba la contraseña inicial que le entregaron."))
    new = new_secret(form)
    try:
        form.check()
        token = browsing.exchange_browser(_means(request), name or "", initial, new)
    except AppError as error:
        form.refuse(error)
        return _refused(form, _first(request, form))
    return _let_in(request, token)


@router.get("/sesion/bloqueada", dependencies=[Public()])
def locked(request: Request) -> Response:
    """The lock: asks for the password and leads back to the same page."""
    speak(request, browsing.browsing_of(get_runtime(request).database, request.cookies.get(COOKIE, "")))
    return draw(request, "access/session/locked.html", back=_back(request), kept=_kept(request))


@router.post("/sesion/bloqueada", dependencies=[Public(), ChecksPassword()])
def unlock(request: Request, form: PublicForm, runtime: CurrentRuntime) -> Response:
    """Opens the lock."""
    speak(request, browsing.browsing_of(runtime.database, request.cookies.get(COOKIE, "")))
    secret = form.secret("password", needed=i18n.gettext("Escriba su contraseña."))
    try:
        form.check()
        browsing.unlock(_means(request, naming=False), request.cookies.get(COOKIE, ""), secret)
    except AppError as error:
        form.refuse(error)
        return _refused(
            form,
            draw(
                request,
                "access/session/locked.html",
                status=form.status,
                form=form,
                back=_back(request),
                kept=_kept(request),
            ),
        )
    return RedirectResponse(_back(request), 303, _GONE)


@router.post("/sesion/bloquear", dependencies=[Public()])
async def lock(request: Request) -> Response:
    """The exit button: locks the session and shows something harmless. Also sent by a page that is left."""
    check_origin(request)
    await run_in_threadpool(browsing.lock, get_runtime(request).database, request.cookies.get(COOKIE, ""))
    stay = request.query_params.get("quedarse")
    return RedirectResponse("/sesion/bloqueada" if stay else "/salida", 303, _GONE)


@router.get("/salida", dependencies=[Public()])
def harmless(request: Request, runtime: CurrentRuntime) -> Response:
    """A page that says nothing, and leads on to a harmless one."""
    answer = draw(request, "access/session/away.html")
    answer.headers["Refresh"] = f"0; url={runtime.settings.exit_url}"
    return answer


@router.post("/sesion/cerrar", dependencies=[SignedIn()])
def sign_out(page: CurrentPage) -> Response:
    """Signs out."""
    end_session(page.act)
    answer = page.go("/ingreso", done="sesion")
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    return answer


@router.get("/compromiso", dependencies=[SignedIn()])
def agreement(page: CurrentPage) -> Response:
    """The rules of confidentiality, at the first sign-in and whenever they change."""
    return page.draw("access/session/agreement.html", back=_back(page.request))


@router.post("/compromiso", dependencies=[SignedIn()])
def agree(page: CurrentPage) -> Response:
    """Agrees to the rules of confidentiality."""
    if not page.form.flag("acepto"):
        page.form.wrong("acepto", i18n.gettext("Marque la casilla para continuar."))
        return page.draw("access/session/agreement.html", back=_back(page.request))
    preferences.agree(page.act)
    return page.go(_back(page.request))


@router.post("/idioma", dependencies=[SignedIn()])
def language(page: CurrentPage) -> Response:
    """Changes the language of one's own pages, wherever one is."""
    with page.attempt():
        preferences.choose_language(page.act, page.form.text("language") or "")
    return page.go(local_path(page.form.text("volver") or "/"))


def new_secret(form: Form) -> str:
    """A new password, typed twice."""
    new = form.secret("new_password", needed=i18n.gettext("Escriba la contraseña nueva."))
    if new and new != form.secret("repeated", needed=i18n.gettext("Repita la contraseña nueva.")):
        form.wrong("repeated", i18n.gettext("Las dos contraseñas no son iguales. Escríbalas de nuevo."))
    return new


def _first(request: Request, form: Form) -> Response:
    return draw(
        request,
        "access/session/first_password.html",
        status=form.status,
        form=form,
        back=_back(request),
        kept=_kept(request),
    )


def _let_in(request: Request, token: str) -> Response:
    answer = RedirectResponse(_back(request), 303, _GONE)
    _set_cookie(answer, COOKIE, token)
    _set_cookie(answer, DEVICE, request.state.device, max_age=DEVICE_KNOWN)
    return answer


def _means(request: Request, *, naming: bool = True) -> Means:
    """What signing in works with; a device that has no name yet gets one, which it keeps if it succeeds."""
    named = request.cookies.get(DEVICE, "")
    fresh = secrets.token_urlsafe(_DEVICE_BYTES) if naming else ""
    request.state.device = named if _DEVICE_NAME.fullmatch(named) else fresh
    return means_of(request)


def _refused(form: Form, answer: Response) -> Response:
    if form.refusal is not None:
        answer.headers.update(retry_after(form.refusal))
    return answer


def _door(request: Request, form: Form) -> Response:
    return draw(
        request,
        "access/session/door.html",
        status=form.status,
        form=form,
        back=_back(request),
        kept=_kept(request),
    )


def _back(request: Request) -> str:
    return local_path(request.query_params.get("volver", "/"))


def _kept(request: Request) -> str:
    """Whether what was being written was kept: `si`, `no`, or nothing where nothing was sent."""
    return request.query_params.get("guardado", "")


def _set_cookie(answer: Response, name: str, value: str, max_age: int | None = None) -> None:
    answer.set_cookie(name, value, max_age, path="/", secure=True, httponly=True, samesite="strict")
