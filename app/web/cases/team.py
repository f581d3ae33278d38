"""Who takes part in a case: units brought in by mandate, people of one's own unit, and leaving it."""

from __future__ import annotations

from starlette.responses import Response
from typing_extensions import TypedDict

from app.access.permissions import Permission
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.records import COMPARTMENTS
from app.services.participations import mandates, teams
from app.services.supervision.staff import workers
from app.states import MandateEnd
from app.web.cases.frame import CaseFrame, case_frame
from app.web.i18n import _
from app.web.kit.page import CurrentPage, Page
from app.web.kit.templating import options

router = Branch()


@router.get("/casos/{code}/equipo", dependencies=[Requires(Permission.CASES_READ)])
def team(code: str, page: CurrentPage) -> Response:
    """Units and people of the case."""
    return _draw(page, case_frame(page, code, "resumen"))


@router.post("/casos/{code}/equipo/personas", dependencies=[Requires(Permission.ASSIGNMENTS_WRITE)])
def assign(code: str, page: CurrentPage) -> Response:
    """Gives a colleague charge of the case."""
    frame = case_frame(page, code, "resumen")
    with page.attempt():
        username = page.form.text("username", needed=_("Elija a quién encarga el caso."))
        page.form.check()
        teams.assign(page.act, frame["case"]["code"], username or "")
        return page.go(f"{frame['base']}/equipo", done="encargo")
    return _draw(page, frame)


@router.post("/casos/{code}/equipo/retiro", dependencies=[Requires(Permission.ASSIGNMENTS_WRITE)])
def end_assignment(code: str, page: CurrentPage) -> Response:
    """Takes a colleague, or oneself, off the case."""
    frame = case_frame(page, code, "resumen")
    username = page.form.text("quien") or ""
    with page.attempt():
        teams.end_assignment(page.act, frame["case"]["code"], username)
        own = username == page.actor.username and not page.actor.unit_wide
        return page.go("/casos" if own else f"{frame['base']}/equipo", done="retiro")
    return _draw(page, frame)


@router.post("/casos/{code}/equipo/unidades", dependencies=[Requires(Permission.PARTICIPATIONS_ADD)])
def add_unit(code: str, page: CurrentPage) -> Response:
    """Brings another unit into the case by legal mandate."""
    frame = case_frame(page, code, "resumen")
    with page.attempt():
        unit = page.form.text("unit", needed=_("Elija la unidad."))
        basis = page.form.text("basis", needed=_("Elija en qué base legal se apoya."))
        reason = page.form.text("reason", needed=_("Escriba por qué hace falta esa unidad."))
        narrowed = page.form.texts("compartments") if page.form.text("alcance") == "partes" else None
        if narrowed == []:
            page.form.wrong("compartments", _("Marque al menos una parte del registro."))
        page.form.check()
        resting = {name: page.form.text(name) for name in ("consent", "measure")}
        wanted = mandates.Wanted(unit or "", basis or "", reason or "", narrowed, **resting)
        teams.add_participation(page.act, frame["case"]["code"], wanted)
        return page.go(f"{frame['base']}/equipo", done="unidad")
    return _draw(page, frame)


@router.get("/casos/{code}/equipo/salida", dependencies=[Requires(Permission.ASSIGNMENTS_WRITE)])
def leaving(code: str, page: CurrentPage) -> Response:
    """What it means that one's unit leaves the case."""
    return page.draw("cases/leave.html", **case_frame(page, code, "resumen"))


@router.post("/casos/{code}/equipo/salida", dependencies=[Requires(Permission.ASSIGNMENTS_WRITE)])
def leave(code: str, page: CurrentPage) -> Response:
    """Ends the own unit's part in the case."""
    frame = case_frame(page, code, "resumen")
    with page.attempt():
        teams.end_participation(page.act, frame["case"]["code"])
        return page.go("/casos", done="salida-unidad")
    return page.draw("cases/leave.html", **frame)


def _draw(page: Page, frame: CaseFrame) -> Response:
    code = frame["case"]["code"]
    people = teams.assignments(page.act, code)
    return page.draw(
        "cases/team.html",
        **frame,
        units=teams.participations(page.act, code, reasons=True),
        people=people,
        colleagues=_colleagues(page, {one["username"] for one in people}),
        **_mandate(page, code),
        supervises=page.actor.unit_wide,
    )


def _colleagues(page: Page, taken: set[str]) -> list[tuple[str, str]]:
    if not page.may(Permission.ASSIGNMENTS_WRITE):
        return []
    return [
        (one.username, _("%(name)s (casos: %(count)s)") % {"name": one.username, "count": one.cases})
        for one in workers(page.act)
        if one.active and one.username not in taken
    ]


class _Mandated(TypedDict, total=False):
    """What may be chosen to bring a unit in; nothing for who brings in nobody."""

    department: str
    departments: list[tuple[str, str]]
    mandated: list[tuple[str, str]]
    bases: list[tuple[str, str]]
    on_consent: bool
    on_measure: bool
    parts: list[tuple[str, str]]


def _mandate(page: Page, code: str) -> _Mandated:
    """The bases that fit this case, the units of a department that they bring in, and what they open."""
    if not page.may(Permission.PARTICIPATIONS_ADD):
        return {}
    department = page.form.text("departamento") or page.query("departamento") or page.who.department or "15"
    known = dict(options("department"))
    if department not in known:
        raise NotFound
    fit = mandates.fitting(page.act, code)
    kinds = {kind for one in fit for kind in one.unit_kinds}
    opened = {name for one in fit for name in one.compartments}
    return {
        "department": department,
        "departments": list(known.items()),
        "mandated": mandates.mandated_units(page.act, department, kinds),
        "bases": [(one.code, one.label) for one in fit],
        "on_consent": any(one.needs_consent for one in fit),
        "on_measure": any(one.ends_with == MandateEnd.MEASURE for one in fit),
        "parts": [
            (name, model.title_es)
            for name, model in COMPARTMENTS.items()
            if name in opened and name != "satisfaction"
        ],
    }
