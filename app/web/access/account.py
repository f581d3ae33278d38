"""Mi cuenta: one's own data, sessions, password, language and size of the text."""

import uuid

from starlette.responses import Response

from app.edge.deps import SignedIn, means_of
from app.edge.routing import Branch
from app.edge.turns import ChecksPassword
from app.errors import NotFound
from app.services.access.own import change_password, who_am_i
from app.services.access.own_sessions import end_own_other_sessions, end_own_session, own_sessions
from app.services.access.preferences import choose_text_size
from app.services.outbox.devices import devices, revoke
from app.web.access.session import new_secret
from app.web.i18n import gettext
from app.web.kit.page import CurrentPage, Page

router = Branch(prefix="/cuenta")


@router.get("", dependencies=[SignedIn()])
def mine(page: CurrentPage) -> Response:
    """One's own account."""
    return _mine(page)


@router.post("/texto", dependencies=[SignedIn()])
def text_size(page: CurrentPage) -> Response:
    """Changes the size of the text of one's own pages."""
    with page.attempt():
        choose_text_size(page.act, page.form.text("text_size") or "")
        return page.go("/cuenta", done="texto")
    return _mine(page)


@router.post("/sesiones", dependencies=[SignedIn()])
def end_sessions(page: CurrentPage) -> Response:
    """Ends one of one's sessions, or all the others."""
    which = page.form.text("session") or ""
    if which == "otras":
        end_own_other_sessions(page.act)
        return page.go("/cuenta", done="sesiones-cerradas")
    try:
        session_id = uuid.UUID(which)
    except ValueError:
        raise NotFound(gettext("Esa sesión no existe o ya terminó.")) from None
    end_own_session(page.act, session_id)
    return page.go("/cuenta", done="sesion-cerrada")


@router.post("/equipos", dependencies=[SignedIn()])
def remove_device(page: CurrentPage) -> Response:
    """Takes one of one's devices back: what it still holds is not accepted any more."""
    try:
        device_id = uuid.UUID(page.form.text("device") or "")
    except ValueError:
        raise NotFound(gettext("Ese equipo no está en su lista.")) from None
    revoke(page.act, device_id)
    return page.go("/cuenta", done="equipo-quitado")


@router.get("/contrasena", dependencies=[SignedIn()])
def password(page: CurrentPage) -> Response:
    """The form of a new password."""
    return page.draw("access/account/password.html")


@router.post("/contrasena", dependencies=[SignedIn(), ChecksPassword()])
def set_password(page: CurrentPage) -> Response:
    """Sets a new password; the account's other sessions end."""
    form = page.form
    old = form.secret("old_password", needed=gettext("Escriba su contraseña actual."))
    new = new_secret(form)
    with page.attempt():
        form.check()
        change_password(means_of(page.request), page.actor, old, new)
        return page.go("/cuenta", done="contrasena")
    return page.draw("access/account/password.html")


def _mine(page: Page) -> Response:
    sizes = [
        ("normal", gettext("Normal")),
        ("grande", gettext("Grande")),
        ("muy-grande", gettext("Muy grande")),
    ]
    return page.draw(
        "access/account/mine.html",
        me=who_am_i(page.act),
        sessions=own_sessions(page.act),
        devices=[each for each in devices(page.act) if each.revoked_at is None],
        sizes=sizes,
    )
