"""Mis víctimas: the prosecutor's persons by carpeta fiscal, what comes next, who protects them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from starlette.responses import Response
from typing_extensions import TypedDict

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.records.kinds import today
from app.services.proceedings.docket import docket
from app.services.proceedings.views import DocketCaseView, DocketProceedingView
from app.states import ProceedingKind
from app.web.i18n import _
from app.web.kit.page import CurrentPage
from app.web.proceedings.pages import in_words

router = Branch()

_ORDER = (ProceedingKind.CRIMINAL, ProceedingKind.PROSECUTION_FILE, ProceedingKind.COMPLAINT)
"""By which of its proceedings a case is listed, if it has several."""


@router.get("/fiscalia", dependencies=[Requires(Permission.CASES_IDENTIFY)])
def my_victims(page: CurrentPage) -> Response:
    """By carpeta fiscal: stage, next hearing, measures in force; of codes, never of names."""
    found = docket(page.act, page.query("desde") or None)
    return page.draw(
        "proceedings/prosecution/list.html",
        groups=_groups(found.items),
        next_href=f"/fiscalia?desde={found.next}" if found.next else "",
    )


class Group(TypedDict):
    """Cases of one proceeding, and the first hearing that is still to come."""

    title: str
    main: DocketProceedingView | None
    cases: list[dict[str, object]]
    first: date | None


def _groups(items: list[DocketCaseView]) -> list[Group]:
    """Cases of one proceeding together, the next hearing first; those without any at the end."""
    groups: dict[str, Group] = {}
    for item in items:
        main = _main(item)
        key = main["code"] if main else ("reserved" if item["proceedings"] is None else "none")
        group = groups.setdefault(key, {"title": _title(key, main), "main": main, "cases": [], "first": None})
        hearing = _hearing(item)
        group["cases"].append({**item, "hearing": in_words(hearing)})
        group["first"] = min((day for day in (group["first"], hearing) if day), default=None)
    return sorted(groups.values(), key=lambda g: (g["main"] is None, g["first"] or date.max))


def _main(item: DocketCaseView) -> DocketProceedingView | None:
    penal = [one for one in item["proceedings"] or () if one["kind"] in _ORDER]
    return min(penal, key=lambda one: _ORDER.index(one["kind"]), default=None)


def _title(key: str, main: DocketProceedingView | None) -> str:
    if main is None:
        return _("Reservado para su función") if key == "reserved" else _("Sin carpeta fiscal vinculada")
    number = main["file_number"] or main["complaint_number"]
    kinds: Mapping[str, str] = {
        ProceedingKind.CRIMINAL: _("Proceso"),
        ProceedingKind.PROSECUTION_FILE: _("Carpeta fiscal"),
        ProceedingKind.COMPLAINT: _("Denuncia"),
    }
    return f"{kinds[main['kind']]} {number or main['code']}"


def _hearing(item: DocketCaseView) -> date | None:
    """The next hearing of a case that is still to come."""
    days = [
        date.fromisoformat(one["next_hearing_on"])
        for one in item["proceedings"] or ()
        if one["next_hearing_on"]
    ]
    return min((day for day in days if day >= today()), default=None)
