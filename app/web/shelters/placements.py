"""Alojamiento of a case: where she is, her leaves and returns, who is fit to receive her, her exit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final

from starlette.responses import Response
from typing_extensions import TypedDict

from app.access.permissions import Permission
from app.catalogues import code_list
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.records.row_placement import placed
from app.records.rows import row_fields
from app.records.rows.shelters import Admission, Leave, Suitability
from app.services.shelters import held_places, outings, queries, rules, service, suitability
from app.services.shelters.views import StayDetailView, StayView
from app.states import HoldState, StayState
from app.web.cases.frame import CaseFrame, case_frame
from app.web.i18n import _
from app.web.kit.controls import Control, controls, read
from app.web.kit.page import CurrentPage, Page
from app.web.kit.row_fields import version_of, words
from app.web.kit.rows import read_row
from app.web.kit.templating import label
from app.web.shelters.pages import STALE, houses

router = Branch()

WRITES: Final = Requires(Permission.PLACEMENTS_WRITE)
_HOUR: Final = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
_LEFT: Final = frozenset({"egreso", "busqueda", "busqueda-llamar"})
"""What may be done as the house loses her."""
_KINDS: Final[Mapping[str, str]] = {StayState.HOUSED: "green", StayState.OUT: "yellow"}


class StayWords(TypedDict):
    """A stay in a list: why she left, where it is, and the colour of its state."""

    reason: str
    where: str
    tag: str


class StayCard(StayDetailView, StayWords):
    """A stay on its own page, its texts, leaves and checks as rows of (label, words)."""

    rows: list[tuple[str, Any]]
    exit_notes: str
    outings: list[dict[str, object]]
    checks: list[dict[str, object]]


@router.get("/casos/{code}/alojamiento", dependencies=[WRITES])
def stays(code: str, page: CurrentPage) -> Response:
    """Where the person of a case is now, as far as one may know, and where she was.

    A house's part may end as she leaves: it still reads what was done, and whom to call.
    """
    try:
        return _draw_stays(page, code)
    except NotFound:
        done = page.query("hecho")
        if done not in _LEFT:
            raise
        return page.go("/trabajo", done=done)


@router.get("/casos/{code}/alojamiento/ingreso", dependencies=[WRITES])
def arrival_form(code: str, page: CurrentPage) -> Response:
    """The form of an admission, or of where she is that is no shelter."""
    frame = case_frame(page, code, "alojamiento")
    return _draw_arrival(page, frame)


@router.post("/casos/{code}/alojamiento/ingreso", dependencies=[WRITES])
def arrive(code: str, page: CurrentPage) -> Response:
    """Records that she was taken in, or where else she is."""
    frame = case_frame(page, code, "alojamiento")
    asked = _asked(page)
    sent = read(page.form, asked)
    with page.attempt():
        _admit(page, frame["case"]["code"], sent)
        done = "ingreso" if houses(page) else "lugar"
        return page.go(f"{frame['base']}/alojamiento", done=done)
    return _draw_arrival(page, frame)


@router.get("/centros/ingreso", dependencies=[WRITES])
def admission_form(page: CurrentPage) -> Response:
    """The form of an admission to the own shelter, by case or by the hold she comes with."""
    if not houses(page):
        raise NotFound
    page.form.start(case=page.query("caso"), hold=page.query("reserva"))
    return _draw_arrival(page, None)


@router.post("/centros/ingreso", dependencies=[WRITES])
def admit(page: CurrentPage) -> Response:
    """Records that the own shelter took somebody in."""
    if not houses(page):
        raise NotFound
    sent = read(page.form, _asked(page))
    case = page.form.text("case")
    if case is None and page.form.text("hold") is None:
        page.form.wrong("case", _("Escriba el código del caso, o elija la reserva con que llega."))
    with page.attempt():
        _admit(page, case, sent)
        return page.go("/centros", done="ingreso")
    return _draw_arrival(page, None)


@router.get("/casos/{code}/alojamiento/{stay}", dependencies=[WRITES])
def detail(code: str, stay: str, page: CurrentPage) -> Response:
    """One stay with its leaves and checks."""
    frame, found = _stay(page, code, stay)
    return page.draw("shelters/placements/detail.html", **frame, stay=found)


@router.get("/casos/{code}/alojamiento/{stay}/salida", dependencies=[WRITES])
def leave_form(code: str, stay: str, page: CurrentPage) -> Response:
    """Where she goes and when she is expected back."""
    frame, found = _stay(page, code, stay)
    page.form.version = found["version"]
    return _draw_step(page, frame, found, "shelters/placements/leave.html", _fields(Leave.table))


@router.post("/casos/{code}/alojamiento/{stay}/salida", dependencies=[WRITES])
def go_out(code: str, stay: str, page: CurrentPage) -> Response:
    """She goes out, and her place is kept."""
    frame, found = _stay(page, code, stay)
    asked = _fields(Leave.table)
    sent = read(page.form, asked)
    if "reason" not in sent:
        page.form.wrong("reason", _("Elija el motivo del permiso."))
    due = _due_back(page)
    with page.attempt():
        page.form.check()
        given = read_row(Leave, sent)
        assert due is not None  # noqa: S101 - a form without it was refused
        outings.go_out(page.act, found["code"], version_of(page), given, due)
        return page.go(f"{frame['base']}/alojamiento", done="permiso")
    return _draw_step(page, frame, found, "shelters/placements/leave.html", asked)


@router.post("/casos/{code}/alojamiento/{stay}/retorno", dependencies=[WRITES])
def come_back(code: str, stay: str, page: CurrentPage) -> Response:
    """She came back from her leave."""
    frame, found = _stay(page, code, stay)
    with page.attempt():
        outings.come_back(page.act, found["code"], version_of(page))
        return page.go(f"{frame['base']}/alojamiento", done="retorno")
    return _draw_stays(page, code)


@router.get("/casos/{code}/alojamiento/{stay}/idoneidad", dependencies=[WRITES])
def check_form(code: str, stay: str, page: CurrentPage) -> Response:
    """Whether the adult who would take her in is fit to."""
    frame, found = _stay(page, code, stay)
    return _draw_step(page, frame, found, "shelters/placements/suitability.html", _fields(Suitability.table))


@router.post("/casos/{code}/alojamiento/{stay}/idoneidad", dependencies=[WRITES])
def check(code: str, stay: str, page: CurrentPage) -> Response:
    """Records a check; the latest counts."""
    frame, found = _stay(page, code, stay)
    asked = _fields(Suitability.table)
    sent = read(page.form, asked)
    with page.attempt():
        page.form.check()
        given = read_row(Suitability, sent)
        payload = {"placement": found["code"], **given.model_dump(mode="json")}
        page.once("placements.suitability", payload,
            lambda: str(suitability.check(page.act, found["code"], given)["code"]),
        )  # fmt: skip
        return page.go(f"{frame['base']}/alojamiento", done="idoneidad")
    return _draw_step(page, frame, found, "shelters/placements/suitability.html", asked)


@router.get("/casos/{code}/alojamiento/{stay}/egreso", dependencies=[WRITES])
def exit_form(code: str, stay: str, page: CurrentPage) -> Response:
    """Why she leaves for good."""
    frame, found = _stay(page, code, stay)
    page.form.version = found["version"]
    page.form.start(reason=found["suggested_reason"])
    return _draw_step(page, frame, found, "shelters/placements/exit.html", [])


@router.post("/casos/{code}/alojamiento/{stay}/egreso", dependencies=[WRITES])
def leave(code: str, stay: str, page: CurrentPage) -> Response:
    """She left; no child without what the reason asks for."""
    frame, found = _stay(page, code, stay)
    reason = page.form.text("reason", needed=_("Elija el motivo del egreso."))
    notes = page.form.text("notes")
    with page.attempt():
        page.form.check()
        at = (page.act, found["code"], version_of(page))
        to_call = service.leave(*at, reason or "", notes=notes)["to_call"]
        done = "egreso" if to_call is None else "busqueda-llamar" if to_call else "busqueda"
        return page.go(f"{frame['base']}/alojamiento", done=done)
    return _draw_step(page, frame, found, "shelters/placements/exit.html", [])


def _draw_stays(page: Page, code: str) -> Response:
    frame = case_frame(page, code, "alojamiento")
    found = queries.stays(page.act, code)
    living = next((item for item in reversed(found) if item["left_at"] is None), None)
    current = None if living is None else _card(queries.read(page.act, living["code"]))
    if current is not None:
        page.form.version = current["version"]
    past = [{**item, **_dated(item)} for item in reversed(found) if item["left_at"] is not None]
    return page.draw(
        "shelters/placements/stays.html",
        **frame,
        current=current,
        past=past,
        houses=houses(page),
        holds_it=page.may(Permission.SHELTERS_READ),
    )


def _stay(page: Page, code: str, stay: str) -> tuple[CaseFrame, StayCard]:
    """The frame of the case and one stay of it.

    Raises:
        NotFound: the case has no such stay in one's sight.
    """
    frame = case_frame(page, code, "alojamiento")
    found = queries.read(page.act, stay)
    if found["case"] != frame["case"]["code"]:
        raise NotFound
    return frame, _card(found)


def _draw_step(page: Page, frame: CaseFrame, stay: StayCard, template: str, asked: list[Control]) -> Response:
    """The form of a step of a stay; what somebody else did meanwhile is shown beside what was typed."""
    stale = page.form.status == STALE
    if stale:
        page.form.version = stay["version"]
    return page.draw(
        template,
        **frame,
        stay=stay,
        asked=asked,
        stale=stale,
        reasons=list(rules.EXIT_REASONS.items()),
        back=f"{frame['base']}/alojamiento",
    )


def _draw_arrival(page: Page, frame: CaseFrame | None) -> Response:
    holds = []
    if houses(page):
        holds = [h for h in held_places.listed(page.act) if h["here"]]
    base = frame["base"] if frame else ""
    around: Mapping[str, Any] = frame or {}
    return page.draw(
        "shelters/placements/arrival.html" if frame else "shelters/placements/admission.html",
        **around,
        asked=_asked(page),
        holds=[
            (h["code"], f"{h['code']} · {h['group']['label']}") for h in holds if h["state"] == HoldState.HELD
        ],
        houses=houses(page),
        back=f"{base}/alojamiento" if frame else "/centros",
    )


def _asked(page: Page) -> list[Control]:
    """The fields of an arrival: those of a shelter, or of a unit that notes where else she is."""
    table = Admission.table
    made = controls(
        row_fields(table), only=placed(table, "sheltered" if houses(page) else "elsewhere", "always")
    )
    return [_worded(one) for one in made]


def _worded(one: Control) -> Control:
    """The same control in fewer words; who houses nobody is not offered a shelter as a place."""
    if one.key == "group":
        hint = _("Si no elige, se usa cualquiera con cupo libre.")
        return Control(one.name, one.key, one.kind, _("Grupo"), hint, one.options, spec=one.spec)
    if one.key != "actual_place":
        return one
    left = tuple(choice for choice in one.options if choice[0] != rules.IN_SHELTER)
    return Control(one.name, one.key, "radios", _("Dónde está"), "", left, spec=one.spec)


def _admit(page: Page, case: str | None, sent: Mapping[str, object]) -> str:
    """Takes her in once for the form's key; returns the placement's code."""
    form = page.form
    if not houses(page) and "actual_place" not in sent:
        form.wrong("actual_place", _("Elija dónde está la persona."))
    hold = form.text("hold") if houses(page) else None
    form.check()
    row = read_row(Admission, sent)
    payload = {"case": case, "hold": hold, **row.model_dump(mode="json")}
    arrival = service.Arrival(case, hold, row)
    return page.once("placements.admit", payload, lambda: service.admit(page.act, arrival))


def _fields(table: str) -> list[Control]:
    return controls(row_fields(table))


def _due_back(page: Page) -> datetime | None:
    """When she is expected back, in Peru; what is missing or wrong is noted."""
    form = page.form
    day: date | None = form.day("due_back_at", needed=_("Escriba qué día vuelve."))
    hour = form.text("hora", needed=_("Escriba a qué hora vuelve; por ejemplo, 18:30."))
    read_hour = _HOUR.fullmatch(hour) if hour else None
    if hour and read_hour is None:
        form.wrong("hora", _("Escriba la hora así: 18:30."))
    if day is None or read_hour is None:
        return None
    return datetime.combine(day, time(int(read_hour[1]), int(read_hour[2])))


def _dated(stay: StayView) -> StayWords:
    reason = code_list("outcome").labels.get(stay["exit_reason"] or "", "")
    where = stay["actual_place_label"] if stay["finding"] else stay["unit"]["name"]
    return {"reason": reason, "where": where, "tag": _KINDS.get(stay["state"], "grey")}


def _card(stay: StayDetailView) -> StayCard:
    """A stay in words: its texts, leaves and checks as rows of (label, words)."""
    group = [(_("Grupo"), label(stay["group"], "shelter_group"))] if stay["group"] else []
    return {
        **stay,
        **_dated(stay),
        "rows": group + words(Admission.table, stay["texts"]),
        "exit_notes": stay["exit_texts"].get("notes", ""),
        "outings": [
            {**item, "rows": words(Leave.table, {**item, **item["texts"]})} for item in stay["leaves"]
        ],
        "checks": [
            {**item, "rows": words(Suitability.table, {**item, **item["texts"]})}
            for item in stay["suitability"]
        ],
    }
