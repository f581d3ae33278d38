"""Solicitudes: what takes two people. One asks; another, of another unit, approves or refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.services.clocks.calendar import deadline
from app.services.commands import deciding, queries, requesting
from app.services.commands.command import REASONS, REFUSALS, STATES, Command
from app.services.commands.views import CommandView
from app.states import CommandKind, CommandState
from app.web.i18n import _
from app.web.kit.page import CurrentPage, Page
from app.web.kit.row_fields import version_of

router = Branch()

READS: Final = Requires(Permission.COMMANDS_REQUEST, Permission.COMMANDS_APPROVE)
ASKS: Final = Requires(Permission.COMMANDS_REQUEST)
APPROVES: Final = Requires(Permission.COMMANDS_APPROVE)
SHOWN: Final = 25
_KINDS: Final[Mapping[str, str]] = {
    CommandState.EXECUTED: "green",
    CommandState.REFUSED: "red",
    CommandState.PENDING: "blue",
}


@router.get("/solicitudes", dependencies=[READS])
def index(page: CurrentPage) -> Response:
    """Requests of one's unit and those one may decide: those that wait, or all."""
    everything = page.query("ver") == "todas"
    found = queries.listing(
        page.act,
        state=None if everything else CommandState.PENDING,
        cursor=page.query("desde") or None,
        limit=SHOWN,
    )
    following = found["next"]
    base = "/solicitudes?ver=todas" if everything else "/solicitudes?ver=esperan"
    return page.draw(
        "commands/list.html",
        items=[_face(one) for one in found["items"]],
        everything=everything,
        next=f"{base}&desde={following}" if following else "",
    )


@router.get("/solicitudes/unir", dependencies=[ASKS])
def join_form(page: CurrentPage) -> Response:
    """The form that asks to join two records of one person."""
    page.form.start(keep=page.query("queda"), absorb=page.query("pasa"))
    return _asking(page, CommandKind.MERGE)


@router.post("/solicitudes/unir", dependencies=[ASKS])
def join(page: CurrentPage) -> Response:
    """Asks to join two records of one person."""
    return _ask(page, CommandKind.MERGE, ("keep", "absorb"), "matching.merge", requesting.request_merge)


@router.get("/solicitudes/separar", dependencies=[ASKS])
def split_form(page: CurrentPage) -> Response:
    """The form that asks to take a record out again."""
    page.form.start(code=page.query("persona"))
    return _asking(page, CommandKind.SPLIT)


@router.post("/solicitudes/separar", dependencies=[ASKS])
def split(page: CurrentPage) -> Response:
    """Asks that a record joined by mistake be taken out again."""
    return _ask(page, CommandKind.SPLIT, ("code", "record"), "matching.split", requesting.request_split)


@router.get("/solicitudes/{code}", dependencies=[READS])
def detail(code: str, page: CurrentPage) -> Response:
    """One request: what is asked, by whom and until when, and what one may do about it."""
    return _one(page, code)


@router.post("/solicitudes/{code}/aprobar", dependencies=[APPROVES])
def approve(code: str, page: CurrentPage) -> Response:
    """Is the second person: what was asked is done at once."""
    with page.attempt():
        deciding.approve(page.act, code, version_of(page))
        return page.go(f"/solicitudes/{code}", done="solicitud-aprobada")
    return _one(page, code)


@router.post("/solicitudes/{code}/rechazar", dependencies=[APPROVES])
def refuse(code: str, page: CurrentPage) -> Response:
    """Is the second person who says no, with a reason."""
    with page.attempt():
        reason = page.form.text("reason", needed=_("Elija el motivo del rechazo."))
        page.form.check()
        deciding.refuse(page.act, code, version_of(page), reason or "")
        return page.go(f"/solicitudes/{code}", done="solicitud-rechazada")
    return _one(page, code)


@router.post("/solicitudes/{code}/retirar", dependencies=[ASKS])
def withdraw(code: str, page: CurrentPage) -> Response:
    """Takes back what one asked for oneself."""
    with page.attempt():
        deciding.withdraw(page.act, code, version_of(page))
        return page.go(f"/solicitudes/{code}", done="solicitud-retirada")
    return _one(page, code)


def _ask(
    page: Page, kind: str, names: tuple[str, str], operation: str, ask: Callable[..., Command]
) -> Response:
    with page.attempt():
        needed = {
            "reason": _("Elija el motivo."),
            **dict.fromkeys(names, _("Escriba el código de la persona; empieza con TP.")),
        }
        wanted = {name: page.form.text(name, needed=needed[name]) for name in (*names, "reason")}
        page.form.check()
        code = page.once(operation, wanted, lambda: ask(page.act, **wanted).code)
        done = "union-pedida" if kind == CommandKind.MERGE else "separacion-pedida"
        return page.go(f"/solicitudes/{code}", done=done)
    return _asking(page, kind)


def _asking(page: Page, kind: str) -> Response:
    reasons = list(REASONS[kind].items())
    return page.draw("commands/ask.html", joins=kind == CommandKind.MERGE, reasons=reasons)


def _one(page: Page, code: str) -> Response:
    found = queries.read(page.act, code)
    page.form.version = found["version"]
    return page.draw("commands/request.html", item=_face(found), refusals=list(REFUSALS.items()))


def _face(one: CommandView) -> dict[str, object]:
    texts = {
        "keep": _("Registro que queda"),
        "absorb": _("Registro que se une a él"),
        "code": _("Persona"),
        "record": _("Registro que se separa"),
        "case": _("Caso"),
        "victim": _("Persona"),
    }
    subject: Mapping[str, object] = one["subject"]
    return {
        **one,
        "subject_rows": [(texts[name], code) for name, code in subject.items()],
        "tag": (STATES[one["state"]], _KINDS.get(one["state"], "grey")),
        **deadline(one["expires_at"]),
        "mine": "withdraw" in one["possible"],
        "decides": "refuse" in one["possible"],
    }
