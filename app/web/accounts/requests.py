"""Administración: what two people decide about accounts."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.records.kinds import LIMA
from app.services.accounts import asked, deciding
from app.services.accounts.views import AccountRequestView
from app.services.commands.command import REFUSALS
from app.states import CommandState
from app.web.i18n import _
from app.web.kit.page import CurrentPage, Page
from app.web.kit.row_fields import version_of

router = Branch(prefix="/administracion/pedidos")

APPROVES: Final = Requires(Permission.ACCOUNTS_APPROVE)
LIST: Final = "/administracion/pedidos"
_COLOURS: Final[Mapping[str, str]] = {
    CommandState.EXECUTED: "green",
    CommandState.REFUSED: "red",
    CommandState.PENDING: "blue",
}


@router.get("", dependencies=[APPROVES])
def index(page: CurrentPage) -> Response:
    """Requests about accounts: those that wait, or all."""
    everything = page.query("ver") == "todos"
    found = asked.listing(page.act, waiting=not everything, cursor=page.query("desde") or None)
    base = f"{LIST}?ver={'todos' if everything else 'esperan'}"
    return page.draw(
        "accounts/requests.html",
        items=[_face(one) for one in found["items"]],
        everything=everything,
        next=f"{base}&desde={found['next']}" if found["next"] else "",
    )


@router.get("/{code}", dependencies=[APPROVES])
def detail(code: str, page: CurrentPage) -> Response:
    """One request, and what one may do about it."""
    return _one(page, code)


@router.post("/{code}/aprobar", dependencies=[APPROVES])
def approve(code: str, page: CurrentPage) -> Response:
    """Is the second person; half of an initial password is shown once, so nothing has to keep it."""
    with page.attempt():
        done = deciding.approve(page.act, code, version_of(page), page.runtime.password_cost)
        if done["second_half"] is None:
            return page.go(f"{LIST}/{code}", done="pedido-aprobado")
        found = asked.read(page.act, code)
        return page.draw(
            "accounts/half.html", username=found["username"], half=done["second_half"], second=True
        )
    return _one(page, code)


@router.post("/{code}/rechazar", dependencies=[APPROVES])
def refuse(code: str, page: CurrentPage) -> Response:
    """Is the second person who says no, with a reason."""
    with page.attempt():
        reason = page.form.text("reason", needed=_("Elija el motivo del rechazo."))
        page.form.check()
        deciding.refuse(page.act, code, version_of(page), reason or "")
        return page.go(f"{LIST}/{code}", done="pedido-rechazado")
    return _one(page, code)


@router.post("/{code}/retirar", dependencies=[Requires(Permission.ACCOUNTS_MANAGE)])
def withdraw(code: str, page: CurrentPage) -> Response:
    """Takes back what one asked for oneself."""
    with page.attempt():
        deciding.withdraw(page.act, code, version_of(page))
        return page.go(f"{LIST}/{code}", done="pedido-retirado")
    return _one(page, code)


def _one(page: Page, code: str) -> Response:
    found = asked.read(page.act, code)
    page.form.version = found["version"]
    return page.draw("accounts/request.html", item=_face(found), refusals=list(REFUSALS.items()))


def _face(one: AccountRequestView) -> dict[str, object]:
    return {
        **one,
        "tag": (one["state_label"], _COLOURS.get(one["state"], "grey")),
        "expires_on": one["expires_at"].astimezone(LIMA).date(),
    }
