"""Administración: the accounts of one's institution."""

from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from app.access.permissions import Permission
from app.access.policy import policy
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.services.accounts import queries, service
from app.services.accounts.rules import INITIAL_DAYS, STATES, askable_roles
from app.services.accounts.views import AccountView
from app.services.institutions import units
from app.services.views import Listing
from app.web.i18n import gettext
from app.web.kit.page import CurrentPage, Page

router = Branch(prefix="/administracion")

MANAGES = Requires(Permission.ACCOUNTS_MANAGE)
LIST = "/administracion/cuentas"
Account = Annotated[str, Path(max_length=40)]


@router.get("", dependencies=[Requires(Permission.ACCOUNTS_MANAGE, Permission.ACCOUNTS_APPROVE)])
def home(page: CurrentPage) -> Response:
    """The first of the parts one has."""
    manages = policy().permits(page.actor.role, Permission.ACCOUNTS_MANAGE)
    return page.go(LIST if manages else "/administracion/pedidos")


@router.get("/cuentas", dependencies=[MANAGES])
def index(page: CurrentPage) -> Response:
    """Accounts, newest first."""
    return _list(page, queries.Filter(), cursor=page.query("desde") or None)


@router.post("/cuentas", dependencies=[MANAGES])
def search(page: CurrentPage) -> Response:
    """Accounts that fit; what was asked for stays out of the address."""
    form = page.form
    wanted = queries.Filter(form.text("unit"), form.text("state"), form.text("text"))
    return _list(page, wanted, cursor=form.text("desde"), searched=True)


@router.get("/cuentas/nueva", dependencies=[MANAGES])
def new(page: CurrentPage) -> Response:
    """The form of a new account."""
    return _new(page)


@router.post("/cuentas/nueva", dependencies=[MANAGES])
def create(page: CurrentPage) -> Response:
    """Asks for it and shows half of its password, once: no redirect, so that nothing has to keep it."""
    form = page.form
    wanted = service.NewAccount(
        form.text("username", needed=gettext("Escriba el nombre de usuario.")) or "",
        form.text("unit", needed=gettext("Elija la unidad.")) or "",
        form.text("role", needed=gettext("Elija la función.")) or "",
        form.flag("supervisor"),
    )
    with page.attempt():
        form.check()
        return _given(page, service.create(page.act, wanted, key=form.key))
    return _new(page)


@router.get("/cuentas/{account}", dependencies=[MANAGES])
def read(account: Account, page: CurrentPage) -> Response:
    """One account, its open sessions, and what may be done."""
    found = queries.read(page.act, account)
    open_now = service.sessions(page.act, account)
    return page.draw("accounts/account.html", account=found, sessions=open_now)


@router.get("/cuentas/{account}/cambiar", dependencies=[MANAGES])
def edit(account: Account, page: CurrentPage) -> Response:
    """The form of another unit or role."""
    return _edit(page, account)


@router.post("/cuentas/{account}/cambiar", dependencies=[MANAGES])
def change(account: Account, page: CurrentPage) -> Response:
    """Changes unit, role and oversight."""
    form = page.form
    unit = form.text("unit", needed=gettext("Elija la unidad."))
    role = form.text("role", needed=gettext("Elija la función."))
    supervisor = form.flag("supervisor")
    with page.attempt():
        form.check()
        request = service.change(page.act, account, unit=unit, role=role, supervisor=supervisor)
        return _asked(page, account, request, "cuenta-igual")
    return _edit(page, account)


@router.get("/cuentas/{account}/desactivar", dependencies=[MANAGES])
def before_disabling(account: Account, page: CurrentPage) -> Response:
    """What closing the account means."""
    return page.draw("accounts/disable.html", account=queries.read(page.act, account))


@router.post("/cuentas/{account}/desactivar", dependencies=[MANAGES])
def disable(account: Account, page: CurrentPage) -> Response:
    """Closes it."""
    request = service.disable(page.act, account)
    return _asked(page, account, request, "cuenta-desactivada")


@router.post("/cuentas/{account}/activar", dependencies=[MANAGES])
def enable(account: Account, page: CurrentPage) -> Response:
    """Opens it again."""
    request = service.enable(page.act, account)
    return _asked(page, account, request, "cuenta-activada")


@router.post("/cuentas/{account}/desbloquear", dependencies=[MANAGES])
def unlock(account: Account, page: CurrentPage) -> Response:
    """Ends its waiting."""
    service.unlock(page.act, account)
    return page.go(f"{LIST}/{account}", done="cuenta-desbloqueada")


@router.get("/cuentas/{account}/contrasena", dependencies=[MANAGES])
def before_reset(account: Account, page: CurrentPage) -> Response:
    """What a new password means."""
    found = queries.read(page.act, account)
    return page.draw("accounts/reset.html", account=found, days=INITIAL_DAYS)


@router.post("/cuentas/{account}/contrasena", dependencies=[MANAGES])
def reset(account: Account, page: CurrentPage) -> Response:
    """Asks for a new initial password and shows half of it, once."""
    return _given(page, service.reset_password(page.act, account))


@router.post("/cuentas/{account}/sesiones", dependencies=[MANAGES])
def end_sessions(account: Account, page: CurrentPage) -> Response:
    """Ends all its sessions."""
    service.end_sessions(page.act, account)
    return page.go(f"{LIST}/{account}", done="sesiones-cerradas")


def _list(
    page: Page, wanted: queries.Filter, *, cursor: str | None = None, searched: bool = False
) -> Response:
    found: Listing[AccountView] = {"items": [], "next": None}
    with page.attempt():
        found = queries.listing(page.act, wanted, cursor=cursor)
    return page.draw(
        "accounts/list.html",
        accounts=found["items"],
        following=found["next"],
        searched=searched,
        units=_units(page),
        states=list(STATES.items()),
    )


def _new(page: Page) -> Response:
    return page.draw("accounts/new.html", units=_units(page), roles=_roles(page), days=INITIAL_DAYS)


def _edit(page: Page, account: str) -> Response:
    found = queries.read(page.act, account)
    return page.draw("accounts/edit.html", account=found, units=_units(page), roles=_roles(page))


def _given(page: Page, given: service.Given) -> Response:
    found = queries.read(page.act, given.account)
    return page.draw(
        "accounts/half.html",
        username=found["username"],
        half=given.first_half,
        request_code=given.request,
        account=given.account,
    )


def _asked(page: Page, account: str, request: str | None, done: str) -> Response:
    """To the account when it is done, or to the request that waits for a second person."""
    if request is None:
        return page.go(f"{LIST}/{account}", done=done)
    return page.go(f"/administracion/pedidos/{request}", done="pedido-hecho")


def _units(page: Page) -> list[tuple[str, str]]:
    return [(unit["code"], unit["name"]) for unit in units.listing(page.act)]


def _roles(page: Page) -> list[tuple[str, str]]:
    kinds = units.kinds_here(page.act)
    return [(role.name, role.label) for role in askable_roles(page.actor, kinds)]
