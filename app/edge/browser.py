"""Who is at a browser: the cookie, the lock, and the proof that a form came from one of our own pages."""

from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartParser

from app.access.actor import Actor
from app.edge.installation import get_runtime
from app.edge.unsent import keep_unsent
from app.errors import AgreementPending, AppError, Forbidden, SessionLocked, Unauthenticated, UnsupportedMedia
from app.services.access.browsing import Browsing, browsing_of, form_token, former
from app.services.access.preferences import AGREEMENT
from app.services.access.sessions import SESSION_OVER

COOKIE: Final = "__Host-ruv"
FORM_TOKEN: Final = "_csrf"  # noqa: S105 - a name
FORM_HEADER: Final = "X-Form-Token"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
AGREEING: Final = "/compromiso"
_OWN_ORIGIN = frozenset({"same-origin", "none"})
_STALE_FORM = "La página venció o no es de este servicio. Vuelva a abrirla y repita el envío."

LARGEST_FORM: Final = 32 * 1024 * 1024
"""Bytes of a form with files; no request is longer. A file a little too large is refused in words."""
MOST_FIELDS: Final = 2000
MOST_FILES: Final = 20
# What is uploaded stays in memory until it is sealed: a temporary file would hold it readable on the disk.
MultiPartParser.spool_max_size = LARGEST_FORM


async def browser_actor(request: Request) -> Actor:
    """The actor the cookie names; a form must carry the token of its session.

    Raises:
        Unauthenticated: no cookie, or its session is over.
        SessionLocked: it waits for its owner's password.
        AgreementPending: the rules of confidentiality have not been agreed to.
        Forbidden: the request does not come from one of our own pages.
    """
    token = request.cookies.get(COOKIE, "")
    if not token:
        raise Unauthenticated("Ingrese con su usuario y contraseña.")
    found = await run_in_threadpool(browsing_of, get_runtime(request).database, token)
    if found is None:
        await _keep(request, token, None)
        raise Unauthenticated(SESSION_OVER)
    if found.locked:
        await _keep(request, token, found.actor)
        raise SessionLocked("La sesión está bloqueada. Escriba su contraseña para continuar.")
    request.state.browsing = found
    if request.method not in SAFE:
        await _check_form(request, token)
    if found.agreed_version != AGREEMENT and request.url.path != AGREEING:
        await _keep(request, token, found.actor)
        raise AgreementPending("Lea y acepte el compromiso de confidencialidad.")
    return found.actor


async def _keep(request: Request, token: str, owner: Actor | None) -> None:
    """Keep what a form said that is not taken now; what a script sent with htmx's header, it keeps itself."""
    if request.method in SAFE or request.headers.get("HX-Request") == "true":
        return
    owner = owner or await run_in_threadpool(former, get_runtime(request).database, token)
    if owner is None:
        return  # of nobody we know: not even read
    try:
        await _check_form(request, token)
        form = await sent_form(request)
    except AppError:
        return
    await keep_unsent(request, form, owner)


async def _check_form(request: Request, token: str) -> None:
    check_origin(request)
    given = request.headers.get(FORM_HEADER) or (await sent_form(request)).get(FORM_TOKEN)
    if given != form_token(token):
        raise Forbidden(_STALE_FORM)


async def sent_form(request: Request, *, fields: int = MOST_FIELDS, files: int = MOST_FILES) -> FormData:
    """The form a request carries; read once, so the first who asks sets the limits.

    Raises:
        UnsupportedMedia: it says that it is written in anything but UTF-8, which no page of ours asks for.
    """
    _, options = parse_options_header(request.headers.get("Content-Type"))
    if options.get(b"charset", b"utf-8").lower() not in {b"utf-8", b"utf8"}:
        raise UnsupportedMedia("Envíe el formulario en UTF-8.")
    return await request.form(max_files=files, max_fields=fields)


def check_origin(request: Request) -> None:
    """Refuse what a page of somebody else sends.

    Raises:
        Forbidden: the browser says that it comes from another site.
    """
    foreign = _foreign(request.headers.get("Origin", ""), request.headers.get("Host", ""))
    if foreign or request.headers.get("Sec-Fetch-Site", "none") not in _OWN_ORIGIN:
        raise Forbidden(_STALE_FORM)


def _foreign(origin: str, host: str) -> bool:
    """Whether an origin is another site's; for browsers without the other header."""
    try:
        named = urlsplit(origin).netloc
    except ValueError:
        return True
    return bool(named) and named != host


async def visitor(request: Request) -> None:
    """For pages open to everybody: who is signed in keeps her menu around them."""
    try:
        await browser_actor(request)
    except Unauthenticated:
        request.state.browsing = None


def browsing(request: Request) -> Browsing | None:
    """Who is at the browser, once the request was let in."""
    found: Browsing | None = getattr(request.state, "browsing", None)
    return found
