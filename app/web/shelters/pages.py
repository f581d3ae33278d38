"""Centros de acogida: how full the own one is and who lives there, the registry, and where a shelter is."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Final, NotRequired

from starlette.responses import Response
from typing_extensions import TypedDict

from app.access.permissions import Permission
from app.access.policy import policy
from app.catalogues import code_list
from app.edge.deps import Requires
from app.edge.routing import Branch
from app.errors import NotFound
from app.records.kinds import LIMA, today
from app.records.rows import row_fields
from app.records.rows.shelters import Site
from app.services.institutions.masking import SHELTER_KINDS
from app.services.shelters import free_places, held_places, queries, registry
from app.services.shelters.occupancy import occupancy
from app.services.shelters.views import PlacesView, ShelterView, SiteView
from app.states import StayState
from app.web.i18n import _, ngettext
from app.web.kit.controls import controls, read, start
from app.web.kit.page import CurrentPage, Page
from app.web.kit.row_fields import version_of, words
from app.web.kit.rows import read_row

router = Branch()

READS: Final = Requires(Permission.SHELTERS_READ)
MANAGES: Final = Requires(Permission.SHELTERS_MANAGE)
STALE: Final = 412


class ShelterFrame(TypedDict):
    """The parts of these pages as (address, text, key), and the key of this one."""

    parts: list[tuple[str, str, str]]
    part: str
    houses: bool


class OwnEntry(TypedDict):
    """The entry of the own shelter, or what its form begins with."""

    version: int
    department: str | None
    active: bool
    places: list[PlacesView]
    unit: NotRequired[str]
    type: NotRequired[str]
    populations: NotRequired[list[str]]
    updated_at: NotRequired[datetime]


def houses(page: Page) -> bool:
    """Whether the person's unit is a shelter."""
    return page.who.unit_kind in SHELTER_KINDS


def frame(page: Page, part: str) -> ShelterFrame:
    """The parts of these pages, for who has any use for each."""
    known = policy().reads_of_others(page.actor.role, "shelter_location")
    parts = [
        ("/centros", _("Ocupación"), "ocupacion", houses(page)),
        ("/centros/cupos", _("Cupos"), "cupos", True),
        ("/centros/reservas", _("Reservas"), "reservas", True),
        ("/centros/registro", _("Registro de centros"), "registro", known),
    ]
    return {"parts": [entry[:3] for entry in parts if entry[3]], "part": part, "houses": houses(page)}


@router.get("/centros", dependencies=[READS])
def own(page: CurrentPage) -> Response:
    """How full the own shelter is; for who houses nobody, the vacancies of the country."""
    if not houses(page):
        return page.go("/centros/cupos")
    return _own(page)


@router.post("/centros/confirmar", dependencies=[MANAGES])
def confirm(page: CurrentPage) -> Response:
    """Says that the places declared are right today."""
    with page.attempt():
        registry.confirm(page.act, version_of(page))
        return page.go("/centros", done="centro-confirmado")
    return _own(page)


@router.get("/centros/mi-centro", dependencies=[MANAGES])
def entry_form(page: CurrentPage) -> Response:
    """The entry of the own shelter in the registry."""
    entry = _entry(page)
    page.form.version = entry["version"]
    return _draw_entry(page, entry)


@router.post("/centros/mi-centro", dependencies=[MANAGES])
def save(page: CurrentPage) -> Response:
    """Writes the entry of the own shelter; places in use are not taken away."""
    entry = _entry(page)
    form, groups = page.form, code_list("shelter_group").codes
    kind = form.text("type", needed=_("Elija qué tipo de centro es."))
    asked = {group: form.number(f"places.{group}") for group in groups}
    totals = {place["group"]: place["total"] for place in entry["places"]}
    for group, count in asked.items():
        most = max(registry.MOST_PLACES, totals.get(group, 0))
        if count is not None and not 0 <= count <= most:
            form.wrong(f"places.{group}", _("Escriba un número de 0 a %s.") % most)
    with page.attempt():
        form.check()
        written = registry.Entry(
            type=kind or "",
            places={group: count for group, count in asked.items() if count},
            department=form.text("department"),
            populations=tuple(form.texts("populations")),
            active=form.flag("active"),
        )
        registry.save(page.act, page.who.unit_code, written, version_of(page))
        return page.go("/centros", done="centro-guardado")
    for error in form.errors:
        if error["field"] == "places":
            error["field"] = f"places.{groups[0]}"
    return _draw_entry(page, entry)


@router.get("/centros/mi-centro/local", dependencies=[MANAGES])
def site_form(page: CurrentPage) -> Response:
    """Where the own shelter is."""
    entry = _registered(page)
    page.form.version = entry["version"]
    known: SiteView = {}
    with suppress(NotFound):
        known = free_places.site(page.act, page.who.unit_code)
    asked = controls(row_fields(Site.table))
    start(page.form, asked, known)
    return page.draw("shelters/site_edit.html", asked=asked, entry=entry)


@router.post("/centros/mi-centro/local", dependencies=[MANAGES])
def save_site(page: CurrentPage) -> Response:
    """Writes where the own shelter is; sealed, for its staff and the UPE."""
    entry = _registered(page)
    asked = controls(row_fields(Site.table))
    sent = read(page.form, asked)
    with page.attempt():
        page.form.check()
        written = registry.Entry(
            type=entry["type"],
            places={place["group"]: place["total"] for place in entry["places"]},
            department=entry["department"],
            populations=tuple(entry["populations"]),
            active=entry["active"],
            site=read_row(Site, sent),
        )
        registry.save(page.act, page.who.unit_code, written, version_of(page))
        return page.go("/centros", done="centro-local")
    stale = page.form.status == STALE
    if stale:
        page.form.version = entry["version"]
    return page.draw("shelters/site_edit.html", asked=asked, entry=entry, stale=stale)


@router.get("/centros/registro", dependencies=[READS])
def registered(page: CurrentPage) -> Response:
    """Every shelter the person may know of, with its places; never an address."""
    whole = policy().reads_in_full(page.actor.role, "shelter_location")
    found = [{**entry, "confirmed": ago(entry["updated_at"])} for entry in free_places.listed(page.act)]
    return page.draw("shelters/registry.html", **frame(page, "registro"), entries=found, sites=whole)


@router.get("/centros/registro/{unit}/local", dependencies=[READS])
def site(unit: str, page: CurrentPage) -> Response:
    """Where a shelter is; each look leaves a trace."""
    known = free_places.site(page.act, unit)
    return page.draw(
        "shelters/site.html", **frame(page, "registro"), unit=unit, rows=words(Site.table, known)
    )


def _own(page: Page) -> Response:
    entry = _entry(page)
    residents = queries.open_placements(page.act)
    holds = [h for h in held_places.listed(page.act) if h["here"]]
    groups = occupancy(page.act)
    stale = page.form.status == STALE
    page.form.version = entry["version"]
    return page.draw(
        "shelters/own.html",
        **frame(page, "ocupacion"),
        entry=entry,
        groups=groups,
        sums={
            "total": sum(g["total"] for g in groups),
            "occupied": sum(g["occupied"] for g in groups),
            "held": sum(g["held"] for g in groups),
            "free": sum(g["free"] for g in groups),
            "out": sum(g["out"] for g in groups),
        },
        residents=residents,
        away=sum(1 for stay in residents if stay["state"] == StayState.OUT),
        holds=holds,
        stale=stale,
        confirmed=ago(entry.get("updated_at")),
    )


def ago(at: datetime | None) -> str:
    """How long ago something was, in words: today, yesterday, or so many days."""
    if at is None:
        return ""
    days = (today() - at.astimezone(LIMA).date()).days
    if days < 1:
        return _("hoy")
    return ngettext("hace %(num)s día", "hace %(num)s días", days) % {"num": days}


def _entry(page: Page) -> OwnEntry:
    """The entry of the own shelter, or an empty one of version 0."""
    try:
        return {**free_places.entry(page.act, page.who.unit_code)}
    except NotFound:
        return {"version": 0, "department": page.who.department, "active": True, "places": []}


def _registered(page: Page) -> ShelterView:
    """The entry of the own shelter.

    Raises:
        NotFound: it is not in the registry yet.
    """
    return free_places.entry(page.act, page.who.unit_code)


def _draw_entry(page: Page, entry: OwnEntry) -> Response:
    stale = page.form.status == STALE
    if stale:
        page.form.version = entry["version"]
    totals = {place["group"]: place["total"] for place in entry["places"]}
    page.form.start(
        type=entry.get("type"),
        department=entry["department"],
        populations=entry.get("populations", []),
        active="si" if entry["active"] else "",
        **{f"places.{group}": total for group, total in totals.items()},
    )
    return page.draw("shelters/entry.html", entry=entry, totals=totals, stale=stale)
