"""What happened in a case, and who looked at the person's data."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import BadRequest
from app.services.cases.codes import REASONS, RETURN_REASONS, STATES
from app.services.cases.views import CaseMoveView
from app.services.holdings.history import writings
from app.services.victims import queries
from app.web.cases.frame import case_frame
from app.web.i18n import _
from app.web.kit.page import CurrentPage, Page
from app.web.kit.templating import label
from app.web.kit.timeline import Entry

router = Branch()

LOOKS: Final = 50
_GROUPS: Final = ("caso", "registro")


@router.get("/casos/{code}/historia", dependencies=[Requires(Permission.CASES_READ)])
def history(code: str, page: CurrentPage) -> Response:
    """Moves of the case and when each part of the record was written, newest first."""
    frame = case_frame(page, code, "historia")
    group = page.query("ver") if page.query("ver") in _GROUPS else ""
    entries: list[Entry] = []
    if group != "registro":
        entries += [_move(one) for one in frame["case"]["transitions"] or ()]
    if group != "caso":
        entries += _writings(page, frame["case"]["victim"], frame["case"]["code"])
    entries.sort(key=lambda one: one.moment, reverse=True)
    return page.draw("cases/history.html", **frame, entries=entries, group=group)


@router.get("/casos/{code}/accesos", dependencies=[Requires(Permission.VICTIMS_ACCESS_LOG)])
def looks(code: str, page: CurrentPage) -> Response:
    """Who looked at the person's data, when, from which unit and why."""
    frame = case_frame(page, code, "historia")
    before = page.query("antes") or None
    try:
        found = queries.access_log(page.act, frame["case"]["victim"], before=before, limit=LOOKS)
    except BadRequest:  # an address that was kept from before, or cut: the newest looks instead
        return page.go(f"{frame['base']}/accesos")
    return page.draw(
        "cases/looks.html",
        **frame,
        looks=[{**one, "why": label(one["purpose"], "access_purpose")} for one in found["items"]],
        next=f"{frame['base']}/accesos?antes={found['next']}" if found["next"] else "",
    )


def _move(step: CaseMoveView) -> Entry:
    words = {**REASONS.get(step["to"], {}), **RETURN_REASONS}
    title = _("Se abrió el caso: %s") if step["from"] is None else _("Pasó a: %s")
    note = _("La nota no se puede abrir: el sello está roto") if step["broken"] else step["note"] or ""
    parts = [words.get(step["reason"], "") if step["reason"] else "", note]
    text = ". ".join(part for part in parts if part)
    return Entry(title % STATES[step["to"]], step["at"], step["unit"]["name"], text, (_("Caso"), "blue"))


def _writings(page: Page, victim: str, case: str) -> list[Entry]:
    if not page.may(Permission.VICTIMS_READ):
        return []
    titles, tag = {0: _("Se anotó: %s"), 1: _("Se llenó: %s")}, (_("Registro"), "grey")
    return [
        Entry(titles.get(one.version, _("Se cambió: %s")) % one.title, one.at, one.unit or "", tag=tag)
        for one in writings(page.act, victim, case)
    ]
