"""Cupos of the shelters of the country, by department and group, and holds of places."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from starlette.responses import Response
from typing_extensions import TypedDict

from app.access.permissions import Permission
from app.access.policy import policy
from app.catalogues import code_list
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.services.consents.rules import LEGAL_BASES
from app.services.shelters import free_places, held_places, holds
from app.services.shelters.views import DepartmentVacanciesView, PlacesView
from app.states import HoldState
from app.web.i18n import _
from app.web.kit.page import CurrentPage, Page
from app.web.kit.row_fields import version_of
from app.web.shelters.pages import frame

router = Branch()

READS: Final = Requires(Permission.SHELTERS_READ)
_KINDS: Final[Mapping[str, str]] = {HoldState.HELD: "green", HoldState.LAPSED: "red"}


class DepartmentRow(TypedDict):
    """A row of the table: what is free there; `ask` where it is not said, `known` where there is any."""

    code: str
    name: str
    ask: bool
    known: bool
    total: int
    free: int | None
    groups: list[PlacesView]


@router.get("/centros/cupos", dependencies=[READS])
def vacancies(page: CurrentPage) -> Response:
    """Free places by department on a map and in its table, of all groups or of one."""
    group = page.query("grupo")
    group = group if group in code_list("shelter_group") else ""
    found = free_places.vacancies(page.act)["items"]
    whole = policy().reads_in_full(page.actor.role, "shelter_location")
    items = [_department(item, group, whole=whole) for item in found]
    page.form.start(grupo=group)
    return page.draw(
        "shelters/vacancies/map.html",
        **frame(page, "cupos"),
        items=items,
        values={i["code"]: i["free"] for i in items if i["known"] or i["ask"]},
        known=[i for i in items if i["known"]],
        group=group,
        now=datetime.now(UTC),
        caso=page.query("caso"),
    )


@router.get("/centros/reservas", dependencies=[READS])
def held(page: CurrentPage) -> Response:
    """Holds the unit asked for, and those its own shelter keeps."""
    return _held(page)


@router.get("/centros/reservas/nueva", dependencies=[READS])
def hold_form(page: CurrentPage) -> Response:
    """For whom, of which group and where a place is kept."""
    wanted = {"group": page.query("grupo"), "department": page.query("departamento")}
    page.form.start(case=page.query("caso"), **wanted)
    return _draw_form(page)


@router.post("/centros/reservas/nueva", dependencies=[READS])
def hold(page: CurrentPage) -> Response:
    """Keeps a place for a day; in which shelter stays unsaid."""
    form = page.form
    case = form.text("case", needed=_("Escriba el código del caso."))
    group = form.text("group", needed=_("Elija el grupo."))
    where = {"department": form.text("department"), "unit": form.text("unit")}
    if not any(where.values()):
        form.wrong("department", _("Elija el departamento donde se busca el cupo."))
    basis = form.text("legal_basis") if page.may(Permission.PARTICIPATIONS_ADD) else None
    with page.attempt():
        form.check()
        wanted = holds.Wanted(case or "", group or "", **where, legal_basis=basis)
        payload = {"case": case, "group": group, **where, "legal_basis": basis}
        page.once("shelters.hold", payload, lambda: holds.hold(page.act, wanted))
        return page.go("/centros/reservas", done="cupo-reservado")
    return _draw_form(page)


@router.post("/centros/reservas/{code}/liberar", dependencies=[READS])
def release(code: str, page: CurrentPage) -> Response:
    """Lets go of a place."""
    with page.attempt():
        holds.release(page.act, code, version_of(page))
        return page.go("/centros/reservas", done="cupo-liberado")
    return _held(page)


def _held(page: Page) -> Response:
    ended = page.query("todas") == "si"
    found = held_places.listed(page.act, live=not ended)
    items = [{**item, "tag": _KINDS.get(item["state"], "grey")} for item in found]
    return page.draw(
        "shelters/vacancies/holds.html",
        **frame(page, "reservas"),
        here=[item for item in items if item["here"]],
        asked=[item for item in items if not item["here"]],
        ended=ended,
    )


def _draw_form(page: Page) -> Response:
    known = policy().reads_of_others(page.actor.role, "shelter_location")
    entries = free_places.listed(page.act) if known else []
    departments = code_list("department").labels
    return page.draw(
        "shelters/vacancies/hold.html",
        units=[
            (e["unit"], f"{e['unit']} · {departments.get(e['department'], '')}")
            for e in entries
            if e["active"] and e["unit"] != page.who.unit_code
        ],
        bases=[(code, LEGAL_BASES[code]) for code in holds.ALONE]
        if page.may(Permission.PARTICIPATIONS_ADD)
        else [],
    )


def _department(item: DepartmentVacanciesView, group: str, *, whole: bool) -> DepartmentRow:
    """One row of the table, of all groups or of one."""
    groups = [g for g in item["groups"] or () if not group or g["group"] == group]
    ask = not whole and not groups  # too few shelters take this group in, or all groups
    return {
        "code": item["department"],
        "name": item["label"],
        "ask": ask,
        "known": bool(groups),
        "total": sum(g["total"] for g in groups),
        "free": sum(g["free"] for g in groups) if groups else None,
        "groups": groups,
    }
