"""What happened in a case, and who looked at the person's data."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.services.cases.codes import REASONS, RETURN_REASONS, STATES
from app.services.cases.views import CaseMoveView
from app.services.victims import queries, record_parts
from app.web.cases.frame import case_frame
from app.web.i18n import _
from app.web.kit.page import CurrentPage, Page
from app.web.kit.templating import label, moment

router = Branch()

LOOKS: Final = 50
_GROUPS: Final = ("caso", "registro")


@router.get("/casos/{code}/historia", dependencies=[Requires(Permission.CASES_READ)])
def history(code: str, page: CurrentPage) -> Response:
    """Moves of the case and when each part of the record was written, newest first."""
    frame = case_frame(page, code, "historia")
    group = page.query("ver") if page.query("ver") in _GROUPS else ""
    entries: list[dict[str, Any]] = []
    if group != "registro":
        entries += [_move(one) for one in frame["case"]["transitions"] or ()]
    if group != "caso":
        entries += _writings(page, frame["case"]["victim"])
    entries.sort(key=lambda one: one["when"], reverse=True)
    return page.draw("cases/history.html", **frame, entries=entries, group=group)


@router.get("/casos/{code}/accesos", dependencies=[Requires(Permission.VICTIMS_ACCESS_LOG)])
def looks(code: str, page: CurrentPage) -> Response:
    """Who looked at the person's data, when, from which unit and why."""
    frame = case_frame(page, code, "historia")
    before = page.query("antes") or None
    found = queries.access_log(page.act, frame["case"]["victim"], before=before, limit=LOOKS)
    return page.draw(
        "cases/looks.html",
        **frame,
        looks=[{**one, "why": label(one["purpose"], "access_purpose")} for one in found["items"]],
        next=f"{frame['base']}/accesos?antes={found['next']}" if found["next"] else "",
    )


def _move(step: CaseMoveView) -> dict[str, Any]:
    words = {**REASONS.get(step["to"], {}), **RETURN_REASONS}
    title = _("Se abrió el caso: %s") if step["from"] is None else _("Pasó a: %s")
    note = _("La nota no se puede abrir: el sello está roto") if step["broken"] else step["note"] or ""
    parts = [words.get(step["reason"], "") if step["reason"] else "", note]
    return {
        "title": title % STATES[step["to"]],
        "by": step["unit"]["name"],
        "at": moment(step["at"]),
        "when": step["at"].isoformat(),
        "text": ". ".join(part for part in parts if part),
        "tag": (_("Caso"), "blue"),
    }


def _writings(page: Page, victim: str) -> list[dict[str, object]]:
    if not page.may(Permission.VICTIMS_READ):
        return []
    return [
        {
            "title": (_("Se llenó: %s") if one.version == 1 else _("Se cambió: %s")) % one.title,
            "by": one.unit,
            "at": moment(one.at),
            "when": one.at.isoformat(),
            "text": "",
            "tag": (_("Registro"), "grey"),
        }
        for one in record_parts.writings(page.act, victim)
    ]
